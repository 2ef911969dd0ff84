import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The body of a command about words: its members read one by one; what is missing or wrong is named.
struct WordForm {
  let json: JSON

  init(_ request: Request) throws(WordRefusal) {
    do { json = try JSON(parsing: request.body) } catch { throw .field("body", "it is not JSON: \(error)") }
    guard json.object != nil else { throw .field("body", "it is no object; send one, such as {\"offer\": \"NAME\"}") }
  }

  func text(_ name: String, max: Int = Limits.textBytesMax) throws(WordRefusal) -> String? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let text = value.string, !text.isEmpty else { throw .field(name, "it is no text; write one") }
    guard text.utf8.count <= max else { throw .field(name, "it has \(text.utf8.count) bytes, \(max) are the most; shorten it") }
    return text
  }

  func neededText(_ name: String, max: Int = Limits.textBytesMax) throws(WordRefusal) -> String {
    guard let text = try text(name, max: max) else { throw .field(name, "it is missing; send it") }
    return text
  }

  func identifier<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(WordRefusal) -> Identifier<Subject>? {
    guard let text = try text(name) else { return nil }
    do throws(InvalidIdentifier) { return try Identifier(text) } catch { throw .field(name, "\(error)") }
  }

  func needed<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(WordRefusal) -> Identifier<Subject> {
    guard let id = try identifier(name, Subject.self) else { throw .field(name, "it is missing; send it") }
    return id
  }

  /// A plain word such as a voice or a channel.
  func word(_ name: String) throws(WordRefusal) -> String? {
    guard let text = try text(name, max: Limits.wordBytesMax) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x2F }) else {
      throw .field(name, "“\(text)” is no plain word; write it without spaces and signs")
    }
    return text
  }

  func time(_ name: String) throws(WordRefusal) -> Timestamp? {
    guard let text = try text(name) else { return nil }
    do throws(InvalidTimestamp) { return try Timestamp(rfc3339: text) } catch { throw .field(name, "\(error)") }
  }

  func integer(_ name: String, in range: ClosedRange<Int64>) throws(WordRefusal) -> Int64? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw .field(name, "it is no whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func flag(_ name: String) throws(WordRefusal) -> Bool? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let flag = value.bool else { throw .field(name, "it is neither true nor false") }
    return flag
  }

  /// Texts, each once.
  func texts(_ name: String, max: Int) throws(WordRefusal) -> [String] {
    guard let value = json[name], !value.isNull else { return [] }
    guard let texts = value.strings, texts.allSatisfy({ (1...Limits.textBytesMax).contains($0.utf8.count) }) else {
      throw .field(name, "it is no list of texts of 1 to \(Limits.textBytesMax) bytes")
    }
    guard texts.count <= max else { throw .field(name, "it has \(texts.count) entries, \(max) are the most") }
    return texts
  }

  /// A language tag, BCP 47 (RFC 5646 2.1): letters and digits in parts.
  func locale(_ name: String) throws(WordRefusal) -> String? {
    guard let text = try text(name) else { return nil }
    guard let locale = Self.locale(text) else { throw .field(name, "“\(text)” is no language; write a tag such as en-US") }
    return locale
  }

  static func locale(_ text: String) -> String? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard let first = parts.first, (2...8).contains(first.utf8.count), first.utf8.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }),
      parts.allSatisfy({ part in
        (1...8).contains(part.utf8.count) && part.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
      })
    else { return nil }
    return text
  }

  /// `NAME` or `NAME@2`.
  func offer(_ name: String = "offer") throws(WordRefusal) -> (id: Identifier<Offer>, version: Int?) {
    try Self.offer(try neededText(name), name)
  }

  static func offer(_ text: String, _ name: String = "offer") throws(WordRefusal) -> (id: Identifier<Offer>, version: Int?) {
    if let version = OfferVersion(text) { return (version.offer, version.version) }
    do throws(InvalidIdentifier) { return (try Identifier(text), nil) } catch { throw .field(name, "\(error)") }
  }

  // MARK: People

  /// Goes on where `id` works here: somebody who has left can own, verify and stand in for nothing. Where nobody was ever told of, nobody
  /// can be told from a stranger.
  static func confirmHere(
    _ id: Identifier<Colleague>, _ field: String, in reading: borrowing some Reading & ~Copyable
  ) throws {
    switch try Presence.of(id, in: reading) {
    case .here: return
    case .left: throw WordRefusal.hasLeft(field: field, id)
    case .nobody: throw WordRefusal.nobody(field: field, id)
    }
  }
}

extension DepartmentDesk {
  /// A command about words: refusals become answers with their field.
  func wordCommand(
    _ request: Request, for roles: Principal.Role..., body: (WordForm, Speaker, borrowing Transaction) throws -> (Int, JSON)
  ) -> Response {
    command(request) { transaction, occasion in
      do {
        if !roles.isEmpty, let asker = occasion.asker, !asker.has(roles) { throw RoleRefusal(asker, needs: roles) }
        let (status, json) = try body(try WordForm(request), Speaker(desk: self, occasion: occasion), transaction)
        return .done(status: status, json)
      } catch let refusal as WordRefusal {
        return .refused(status: refusal.status, code: refusal.code, sentence: refusal.description)
      }
    }
  }

  /// A question about words.
  func wordQuestion(_ request: Request, _ body: (borrowing Snapshot, Principal) throws -> Response) -> Response {
    question(request) { snapshot, asker in
      do { return try body(snapshot, asker) } catch let refusal as WordRefusal { return refusal.response() }
    }
  }
}

extension WordRefusal {
  func response(_ extra: [JSON.Member] = []) -> Response {
    .problem(status: status, code: code, detail: description, extra: (field.map { [.init("field", .string($0))] } ?? []) + extra)
  }
}
