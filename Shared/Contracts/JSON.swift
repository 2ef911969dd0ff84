/// A JSON value as a tree: for documents, unknown fields and messages that are not in a hurry. Members keep their order.
package indirect enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits.
  case integer(Int64)
  /// Any other number, as it was written.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSON
    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// The value of the object's member `name`; nil where absent or this is no object.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text; nil where this is no string.
  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The whole number; nil where this is none.
  package var integer: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }

  /// The truth; nil where this is neither true nor false.
  package var bool: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The elements; nil where this is no array.
  package var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members; nil where this is no object.
  package var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The elements that are strings; nil where this is no array of strings only.
  package var strings: [String]? {
    guard let elements = array else { return nil }
    let texts = elements.compactMap(\.string)
    return texts.count == elements.count ? texts : nil
  }

  package var isNull: Bool { self == .null }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral number: Int64) { self = .integer(number) }
  package init(booleanLiteral flag: Bool) { self = .bool(flag) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Members in the order in which they are written; a name that stands twice is a mistake of the programmer.
  package init(dictionaryLiteral members: (String, JSON)...) {
    precondition(Set(members.map(\.0)).count == members.count, "a JSON object names each member once")
    self = .object(members.map { Member($0.0, $0.1) })
  }
}
