import Contracts
import LedgerDomain

/// The body of a command about a colleague: a JSON object, read member by member.
struct ColleagueForm {
  private let members: [JSON.Member]

  init(_ body: [UInt8]) throws(ColleagueRefusal) {
    guard !body.isEmpty else {
      members = []
      return
    }
    guard let json = try? JSON(parsing: body), let members = json.object else {
      throw .unreadable(field: "the body", "is no JSON object; send one")
    }
    self.members = members
  }

  init(_ members: [JSON.Member]) { self.members = members }

  private subscript(name: String) -> JSON? {
    members.first { $0.name == name }.flatMap { $0.value.isNull ? nil : $0.value }
  }

  func text(_ name: String) throws(ColleagueRefusal) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, (1...Limits.textBytesMax).contains(text.utf8.count) else {
      throw .unreadable(field: name, "is no text of 1 to \(Limits.textBytesMax) bytes; correct it")
    }
    return text
  }

  func flag(_ name: String) throws(ColleagueRefusal) -> Bool {
    guard let value = self[name] else { return false }
    guard let flag = value.bool else { throw .unreadable(field: name, "is neither true nor false") }
    return flag
  }

  func id<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(ColleagueRefusal) -> Identifier<Subject>? {
    guard let text = try text(name) else { return nil }
    do throws(InvalidIdentifier) { return try Identifier(text) } catch { throw .unreadable(field: name, "is no id: \(error)") }
  }

  private func texts(_ name: String) throws(ColleagueRefusal) -> [String]? {
    guard let value = self[name] else { return nil }
    guard let texts = value.strings else { throw .unreadable(field: name, "is no array of texts; write [\"…\"]") }
    return texts
  }

  private func roles() throws(ColleagueRefusal) -> [ColleagueChanged.Role]? {
    guard let texts = try texts("roles") else { return nil }
    var roles: [ColleagueChanged.Role] = []
    for text in texts {
      guard let role = ColleagueChanged.Role(rawValue: text) else {
        let known = ColleagueChanged.Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw .unreadable(field: "roles", "names “\(text)”, which is no role; there are \(known)")
      }
      if !roles.contains(role) { roles.append(role) }
    }
    return roles
  }

  private func department() throws(ColleagueRefusal) -> ColleagueChanged.Department? {
    guard let text = try text("department") else { return nil }
    guard let department = ColleagueChanged.Department(rawValue: text) else {
      let known = ColleagueChanged.Department.allCases.map(\.rawValue).joined(separator: ", ")
      throw .unreadable(field: "department", "“\(text)” is none; there are \(known)")
    }
    return department
  }

  private func locales() throws(ColleagueRefusal) -> [String]? {
    guard let texts = try texts("locales") else { return nil }
    guard texts.count <= Limits.localesMax else { throw .unreadable(field: "locales", "are more than \(Limits.localesMax)") }
    for text in texts where !Self.isLanguage(text) {
      throw .unreadable(field: "locales", "names “\(text)”, which is no language; write it as in BCP 47, such as en-US")
    }
    return texts
  }

  /// A language tag's look (BCP 47, RFC 5646 2.1): parts of one to eight letters or digits, the first of two or three letters.
  private static func isLanguage(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let isAlphanumeric = parts.allSatisfy { part in
      (1...8).contains(part.count)
        && part.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }
    return isAlphanumeric && (2...3).contains(parts.first?.count ?? 0) && !(parts.first?.contains { $0 < 0x41 } ?? true)
  }

  private func household() throws(ColleagueRefusal) -> [Identifier<Person>]? {
    guard let texts = try texts("household") else { return nil }
    guard texts.count <= Limits.householdMax else { throw .unreadable(field: "household", "are more than \(Limits.householdMax)") }
    var found: [Identifier<Person>] = []
    for text in texts {
      do throws(InvalidIdentifier) { found.append(try Identifier(text)) } catch {
        throw .unreadable(field: "household", "names no customer's id: \(error)")
      }
    }
    return found
  }

  func digest() throws(ColleagueRefusal) -> String? {
    guard let text = try text("token_digest") else { return nil }
    guard text.utf8.count == 64, Hex.decode(text) != nil, text == text.lowercased() else {
      throw .unreadable(
        field: "token_digest", "is not the SHA-256 of a token in 64 lower-case hexadecimal digits; tokens themselves are never sent")
    }
    return text
  }

  func person() throws(ColleagueRefusal) -> ColleagueChange.Person {
    ColleagueChange.Person(
      roles: try roles() ?? [], department: try department(), locales: try locales() ?? [], personID: try id("person_id"),
      household: try household() ?? [], tokenDigest: try digest())
  }

  func details() throws(ColleagueRefusal) -> ColleagueChange.Details {
    ColleagueChange.Details(
      roles: try roles(), department: try department(), locales: try locales(), personID: try id("person_id"), household: try household())
  }
}
