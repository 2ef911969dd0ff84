/// Field lines in their order; names are compared without regard to case (RFC 9110 5.1).
package struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package struct Field: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  package private(set) var fields: [Field] = []

  package init() {}
  package init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { Field(name: $0.0, value: $0.1) } }

  package var count: Int { fields.count }

  /// The value of the first field `name`; nil where there is none.
  package subscript(name: String) -> String? { fields.first { Self.same($0.name, name) }?.value }

  /// The values of all fields `name`, in their order.
  package func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

  package mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

  /// Replaces all fields `name` by one.
  package mutating func set(_ name: String, _ value: String) {
    fields.removeAll { Self.same($0.name, name) }
    add(name, value)
  }

  /// True where the comma-separated list of fields `name` holds `token` (RFC 9110 5.6.1).
  package func list(_ name: String, has token: String) -> Bool {
    all(name).contains { value in value.utf8.split(separator: UInt8(ascii: ",")).contains { Self.same(Self.trimmed($0), token) } }
  }

  static func trimmed(_ text: Substring.UTF8View) -> String {
    let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let start = text.drop(while: blank)
    let end = start.lastIndex { !blank($0) }.map { start.index(after: $0) } ?? start.startIndex
    return String(Substring(start[..<end]))
  }

  /// Equal but for the case of ASCII letters.
  static func same(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
