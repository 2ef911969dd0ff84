import Contracts
import Feed

/// The body of the smaller imports: a head on the first line, one JSON object on each other line.
struct RowBatch {
  let file: String
  /// ISO 4217; nil where the head names none.
  let currency: String?
  /// Whether a row may replace what an earlier one told otherwise.
  let corrects: Bool
  let rows: [Row]

  /// One row, read member by member; what is missing or wrong is named.
  struct Row {
    let line: Int64
    private let json: JSON

    init(_ json: JSON) throws(FieldFault) {
      guard let line = json["line"]?.integer else { throw FieldFault("line", "it is missing; number the rows") }
      self.line = line
      self.json = json
    }

    func text(_ name: String) -> String? { json[name]?.string }

    func needed(_ name: String) throws(FieldFault) -> String {
      guard let text = text(name) else { throw FieldFault(name, "it is missing") }
      return text
    }

    func integer(_ name: String) -> Int64? { json[name]?.integer }
    func bool(_ name: String) -> Bool? { json[name]?.bool }
    func list(_ name: String) -> [JSON] { json[name]?.array ?? [] }
    func members(_ name: String) -> [JSON.Member] { json[name]?.object ?? [] }

    /// The word at `name`, one of those that `Word` lists.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _: Word.Type) throws(FieldFault) -> Word? {
      guard let text = text(name) else { return nil }
      guard let word = Word(rawValue: text) else {
        throw FieldFault(name, ContractRule.unknownWord(text, allowed: Word.allCases.map(\.rawValue)).description)
      }
      return word
    }

    func identifier<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(FieldFault) -> Identifier<Subject> {
      do { return try Identifier(needed(name)) } catch let fault as FieldFault { throw fault } catch { throw FieldFault(name, "\(error)") }
    }

    func identifierIfThere<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(FieldFault) -> Identifier<Subject>? {
      text(name) == nil ? nil : try identifier(name)
    }

    func time(_ name: String) throws(FieldFault) -> Timestamp {
      do { return try Timestamp(rfc3339: needed(name)) } catch let fault as FieldFault { throw fault } catch {
        throw FieldFault(name, "\(error)")
      }
    }
  }

  init(_ body: [UInt8]) throws {
    var lines = body.split(separator: 0x0A)[...]
    guard let first = lines.popFirst() else { throw BatchFault.noHead }
    guard lines.count <= FeedLimits.ordersPerBatch else { throw BatchFault.tooMany }
    let head = try JSON(parsing: Array(first))
    guard head.object != nil else { throw FieldFault("head", "the first line is no JSON object; write {\"file\": \"NAME\"}") }
    for name in ["file", "currency"] {
      if let value = head[name], value.string == nil, !value.isNull { throw FieldFault(name, "it is no text") }
    }
    file = head["file"]?.string ?? "unknown"
    currency = head["currency"]?.string
    corrects = head["correct"]?.bool ?? false
    rows = try lines.map { try Row(JSON(parsing: Array($0))) }
  }
}
