import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The body of a command, read member by member; what is wrong is refused under the member's name.
struct CareForm {
  let body: JSON
  /// Of what is said about a case.
  static let wordsBytesMax = 8_192

  init(_ request: Request) throws {
    guard !request.body.isEmpty else {
      body = .object([])
      return
    }
    guard let body = try? JSON(parsing: request.body), body.object != nil else {
      throw CareRefused(400, "body", "the body is no JSON object; send one, such as {\"kind\":\"complaint\"}")
    }
    self.body = body
  }

  func id<Subject>(_ name: String) throws -> Identifier<Subject>? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let text = value.string, let id = try? Identifier<Subject>(text) else {
      throw CareRefused(400, name, "\(name) is no id: ids are texts of 1 to 128 visible characters without spaces; correct it")
    }
    return id
  }

  func neededID<Subject>(_ name: String) throws -> Identifier<Subject> {
    guard let id: Identifier<Subject> = try id(name) else { throw missing(name) }
    return id
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, else usual: Choice? = nil) throws -> Choice {
    guard let value = body[name], !value.isNull else {
      guard let usual else { throw missing(name, "one of \(words(Choice.self))") }
      return usual
    }
    guard let choice = value.string.flatMap({ Choice(rawValue: $0) }) else {
      throw CareRefused(400, name, "\(name) is one of \(words(Choice.self)), not \(value.text); write one of these")
    }
    return choice
  }

  private func words<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }

  func text(_ name: String, max: Int = CareForm.wordsBytesMax) throws -> String? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let text = value.string, !text.isEmpty, text.utf8.count <= max else {
      throw CareRefused(400, name, "\(name) is a text of 1 to \(max) bytes; correct it")
    }
    return text
  }

  /// A plain word such as a channel.
  func word(_ name: String) throws -> String? {
    guard let text = try text(name, max: Limits.wordBytesMax) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
      throw CareRefused(400, name, "\(name) is one plain word, such as phone; \"\(text)\" is not")
    }
    return text
  }

  func whole(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw CareRefused(400, name, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not \(value.text)")
    }
    return number
  }

  func time(_ name: String) throws -> Timestamp? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let time = value.string.flatMap({ try? Timestamp(rfc3339: $0) }) else {
      throw CareRefused(400, name, "\(name) is an instant such as 2026-05-10T04:00:00Z, not \(value.text)")
    }
    return time
  }

  /// Above zero.
  func money(_ name: String) throws -> Money? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let minor = value["amount_minor"]?.integer, let currency = value["currency"]?.string.flatMap({ Currency($0) }),
      (1...Limits.amountMax).contains(minor)
    else { throw CareRefused(400, name, "\(name) is an amount above zero in a known currency, such as 9.95 USD; give one") }
    return Money(minor: minor, currency)
  }

  func missing(_ name: String, _ what: String = "it") -> CareRefused {
    CareRefused(400, name, "\(name) is missing; give \(what)")
  }
}

/// Why a command of care was not done, for the answer: nothing of it stays.
struct CareRefused: Error {
  let status: Int
  let code: String
  let sentence: String

  init(_ status: Int, _ code: String, _ sentence: String) {
    self.status = status
    self.code = code
    self.sentence = sentence
  }
}

extension DepartmentDesk {
  /// A command of care: reads its body, and makes answers of refusals.
  func caring(
    _ request: Request, _ body: (CareForm, Speaker, inout Transaction) throws -> Outcome
  ) -> Response {
    command(request) { transaction, occasion in try answered(request, occasion, &transaction, body) }
  }

  /// The same for what gives money.
  func giving(
    _ request: Request, _ body: (CareForm, Speaker, inout Transaction) throws -> Outcome
  ) -> Response {
    moneyCommand(request) { transaction, occasion in try answered(request, occasion, &transaction, body) }
  }

  private func answered(
    _ request: Request, _ occasion: Occasion, _ transaction: inout Transaction,
    _ body: (CareForm, Speaker, inout Transaction) throws -> Outcome
  ) throws -> Outcome {
    do {
      return try body(try CareForm(request), Speaker(desk: self, occasion: occasion), &transaction)
    } catch let refused as CareRefused {
      return .refused(status: refused.status, code: refused.code, sentence: refused.sentence)
    } catch let refusal as WordRefusal {
      return .refused(status: refusal.status, code: refusal.code, sentence: refusal.description)
    } catch let refusal as CaseRefusal { return .refused(status: 409, code: refusal.code, sentence: refusal.description) }
  }

  /// A question of care.
  func looking(_ request: Request, _ body: (borrowing Snapshot) throws -> JSON) -> Response {
    lookingAs(request) { snapshot, _ in try body(snapshot) }
  }

  /// The same where it matters who asks.
  func lookingAs(_ request: Request, _ body: (borrowing Snapshot, Principal) throws -> JSON) -> Response {
    question(request) { snapshot, asker in
      do { return .json(try body(snapshot, asker)) } catch let refused as CareRefused {
        return .problem(status: refused.status, code: refused.code, detail: refused.sentence)
      } catch let refusal as WordRefusal { return refusal.response() }
    }
  }
}
