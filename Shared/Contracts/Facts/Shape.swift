/// What a member may be: how it is read out of the tree, and the schema that says so.
struct Shape<Value: Sendable>: Sendable {
  let schema: JSON
  /// Stands for a value while a schema is recorded.
  let sample: Value
  let read: @Sendable (JSON) throws(ContractFault) -> Value
}

extension Shape where Value == String {
  /// Free text, not empty.
  static var text: Shape { text(max: Limits.textBytesMax) }

  static func text(max: Int) -> Shape {
    Shape(schema: ["type": "string", "minLength": 1, "maxLength": .integer(Int64(max))], sample: "a") { json throws(ContractFault) in
      let text = try json.neededString()
      guard !text.isEmpty else { throw .broken(.empty, at: "") }
      guard text.utf8.count <= max else { throw .broken(.tooLong(bytes: text.utf8.count, max: max), at: "") }
      return text
    }
  }

  /// A plain word such as a channel.
  static var word: Shape {
    Shape(schema: Schema.word, sample: "a") { json throws(ContractFault) in
      let text = try json.neededString()
      try Rules.word(text, at: "")
      return text
    }
  }

  /// A digest of 256 bits in lower-case hexadecimal digits.
  static var digest: Shape {
    Shape(schema: ["type": "string", "minLength": 64, "maxLength": 64], sample: "") { json throws(ContractFault) in
      let text = try json.neededString()
      guard text.utf8.count == 64, text.utf8.allSatisfy({ Hex.value(of: $0) != nil && !(0x41...0x46).contains($0) }) else {
        throw .broken(.notADigest(text), at: "")
      }
      return text
    }
  }
}

extension Shape {
  static func id<Subject>() -> Shape where Value == Identifier<Subject> {
    Shape(schema: Schema.identifier, sample: Identifier(restoring: "a")) { json throws(ContractFault) in
      let text = try json.neededString()
      do throws(InvalidIdentifier) { return try Identifier(text) } catch { throw .broken(.identifier(error), at: "") }
    }
  }

  static func choice() -> Shape where Value: RawRepresentable<String> & CaseIterable {
    guard let first = Value.allCases.first else { preconditionFailure("a choice has something to choose from") }
    return Shape(schema: Schema.words(Value.self), sample: first) { json throws(ContractFault) in
      let text = try json.neededString()
      guard let word = Value(rawValue: text) else {
        throw .broken(.unknownWord(text, allowed: Value.allCases.map(\.rawValue)), at: "")
      }
      return word
    }
  }

  /// An array of at most `max` elements.
  static func list<Element>(of shape: Shape<Element>, min: Int = 0, max: Int) -> Shape where Value == [Element] {
    Shape(schema: Schema.list(of: shape.schema, min: min, max: max), sample: []) { json throws(ContractFault) in
      guard let elements = json.array else { throw .broken(.anotherKind(.array), at: "") }
      guard elements.count >= min else { throw .broken(.empty, at: "") }
      guard elements.count <= max else { throw .broken(.tooMany(elements.count, max: max), at: "") }
      var values: [Element] = []
      values.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        do throws(ContractFault) { values.append(try shape.read(element)) } catch { throw error.below("\(index)") }
      }
      return values
    }
  }

  /// An object with members of its own.
  static func object(_ read: @escaping @Sendable (inout FactReader) throws(ContractFault) -> Value) -> Shape {
    let sample = Box<Value>()
    let schema = FactReader.schema { members throws(ContractFault) in sample.value = try read(&members) }
    guard let value = sample.value else { preconditionFailure("an object's schema was recorded from nothing") }
    return Shape(schema: schema, sample: value) { json throws(ContractFault) in
      var members = try FactReader(json)
      return try read(&members)
    }
  }

  /// What has a streaming reader already.
  static func streamed(
    _ schema: JSON, sample: Value, _ read: @escaping @Sendable (inout JSONReader) throws(JSONFault) -> Value
  ) -> Shape {
    Shape(schema: schema, sample: sample) { json throws(ContractFault) in
      let outcome = json.bytes.withUnsafeBytes { bytes in
        Result { () throws(ContractFault) in
          do throws(JSONFault) {
            var reader = JSONReader(bytes)
            return try read(&reader)
          } catch { throw ContractFault(error, in: bytes) }
        }
      }
      return try outcome.get()
    }
  }
}

/// Carries a value out of a closure whose result is another.
private final class Box<Value> {
  var value: Value?
}

extension Shape where Value == Timestamp {
  static var time: Shape {
    Shape(schema: Schema.time, sample: .first) { json throws(ContractFault) in
      let text = try json.neededString()
      do throws(InvalidTimestamp) { return try Timestamp(rfc3339: text) } catch { throw .broken(.timestamp(error), at: "") }
    }
  }
}

extension Shape where Value == Duration {
  /// `PT48H`.
  static var duration: Shape {
    Shape(schema: Schema.text, sample: .zero) { json throws(ContractFault) in
      let text = try json.neededString()
      do throws(InvalidDuration) { return try Duration(iso8601: text) } catch { throw .broken(.duration(error), at: "") }
    }
  }
}

extension Shape where Value == CivilDate {
  /// A day of the calendar, `2026-05-08`.
  static var day: Shape {
    Shape(schema: ["type": "string", "minLength": 10, "maxLength": 10], sample: CivilDate(daysSinceEpoch: 0)) {
      json throws(ContractFault) in
      guard let day = CivilDate(try json.neededString()) else { throw .broken(.timestamp(.noSuchDay), at: "") }
      return day
    }
  }
}

extension Shape where Value == Money {
  /// From zero on.
  static var money: Shape {
    Shape(schema: Schema.money, sample: Money(minor: 0, Currency.sample)) { json throws(ContractFault) in
      var members = try FactReader(json)
      let minor = try members.needs("amount_minor", .whole(in: 0...Limits.amountMax))
      return Money(minor: minor, try members.needs("currency", .currency))
    }
  }
}

extension Shape where Value == Currency {
  static var currency: Shape {
    Shape(schema: ["type": "string", "minLength": 3, "maxLength": 3], sample: .sample) { json throws(ContractFault) in
      let code = try json.neededString()
      guard let currency = Currency(code) else { throw .broken(.currency(code), at: "") }
      return currency
    }
  }
}

extension Shape where Value == Int64 {
  static func whole(in range: ClosedRange<Int64>) -> Shape {
    let least: JSON = ["type": "integer", "minimum": .integer(range.lowerBound)]
    let schema = range.upperBound == .max ? least : .object((least.object ?? []) + [.init("maximum", .integer(range.upperBound))])
    return Shape(schema: schema, sample: range.lowerBound) { json throws(ContractFault) in
      guard let number = json.integer else { throw .broken(.anotherKind(.integer), at: "") }
      try Rules.range(number, range, at: "")
      return number
    }
  }

  /// How many there are.
  static var count: Shape { whole(in: 0...Int64.max) }
  /// A number in a sequence that begins with 1.
  static var ordinal: Shape { whole(in: 1...Int64.max) }
}

extension Shape where Value == Int {
  /// A version's number, from 1 on.
  static var version: Shape {
    let whole = Shape<Int64>.whole(in: 1...Int64(Int32.max))
    return Shape(schema: whole.schema, sample: 1) { json throws(ContractFault) in Int(try whole.read(json)) }
  }
}

extension Shape where Value == Bool {
  static var flag: Shape {
    Shape(schema: Schema.bool, sample: false) { json throws(ContractFault) in
      guard let flag = json.bool else { throw .broken(.anotherKind(.bool), at: "") }
      return flag
    }
  }
}

extension Shape where Value == OfferVersion {
  /// `spring-sale@2`.
  static var offerVersion: Shape {
    Shape(schema: Schema.text, sample: .sample) { json throws(ContractFault) in
      let text = try json.neededString()
      guard let version = OfferVersion(text) else { throw .broken(.offerVersion(text), at: "") }
      return version
    }
  }
}

extension Shape where Value == JSON {
  /// A whole document: any object, bounded in its bytes.
  static var document: Shape {
    Shape(schema: ["type": "object"], sample: .object([])) { json throws(ContractFault) in
      guard json.object != nil else { throw .broken(.anotherKind(.object), at: "") }
      let bytes = json.bytes.count
      guard bytes <= Limits.documentBytesMax else { throw .broken(.tooLong(bytes: bytes, max: Limits.documentBytesMax), at: "") }
      return json
    }
  }
}

extension Shape where Value == [String: Int64] {
  /// How often each of some words came: `{"granted": 3}`.
  static var tally: Shape {
    Shape(schema: ["type": "object"], sample: [:]) { json throws(ContractFault) in
      guard let members = json.object else { throw .broken(.anotherKind(.object), at: "") }
      guard members.count <= Limits.tallyMax else { throw .broken(.tooMany(members.count, max: Limits.tallyMax), at: "") }
      var counts: [String: Int64] = [:]
      for member in members {
        do throws(ContractFault) {
          try Rules.word(member.name, at: "")
          counts[member.name] = try Shape<Int64>.count.read(member.value)
        } catch { throw error.below(member.name) }
      }
      return counts
    }
  }
}

extension JSON {
  fileprivate func neededString() throws(ContractFault) -> String {
    guard let string else { throw .broken(.anotherKind(.string), at: "") }
    return string
  }
}

extension Currency {
  fileprivate static let sample: Currency = {
    guard let currency = Currency("EUR") else { preconditionFailure("ISO 4217 has the euro") }
    return currency
  }()
}

extension OfferVersion {
  fileprivate static let sample: OfferVersion = {
    guard let version = OfferVersion("a@1") else { preconditionFailure("a@1 names a version") }
    return version
  }()
}

extension JSONWriter {
  mutating func member(_ name: StaticString, tally: [String: Int64]) {
    self.name(name)
    beginObject()
    for (word, count) in tally.sorted(by: { $0.key < $1.key }) {
      self.name(escaping: word)
      integer(count)
    }
    endObject()
  }

  /// An array of objects, also where it is empty.
  mutating func member<Element>(_ name: StaticString, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void) {
    self.name(name)
    beginArray()
    for element in elements { write(element, &self) }
    endArray()
  }

  mutating func member(_ name: StaticString, _ texts: [String]) { member(name, texts) { $1.string($0) } }

  mutating func member(_ name: StaticString, ifPresent document: JSON?) {
    if let document { member(name, document) }
  }

  /// An offer's version as two members.
  mutating func member(offer: OfferVersion?) {
    guard let offer else { return }
    member("offer_id", offer.offer)
    member("version", offer.version)
  }
}
