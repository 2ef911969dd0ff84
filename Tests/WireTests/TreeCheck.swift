import Contracts
import Foundation

/// The contract check as a textbook would write it: recursive, over trees, by Foundation's decimals. What the gate is held against.
enum TreeCheck {
  /// Whether `value` matches `schema`, which has no references.
  static func admits(_ schema: JSON, _ value: JSON) -> Bool {
    guard case .object(let keywords) = schema else { return true }
    return keywords.allSatisfy { admits($0.name, $0.value, value) }
  }

  private static func admits(_ keyword: String, _ asked: JSON, _ value: JSON) -> Bool {
    switch keyword {
    case "type": return (asked.string.map { [$0] } ?? asked.strings ?? []).contains { isOf($0, value) }
    case "enum": return (asked.array ?? []).contains { same($0, value) }
    case "const": return same(asked, value)
    case "minimum": return number(value).map { $0 >= number(asked)! } ?? true
    case "maximum": return number(value).map { $0 <= number(asked)! } ?? true
    case "minLength": return value.string.map { $0.unicodeScalars.count >= Int(asked.integer!) } ?? true
    case "maxLength": return value.string.map { $0.unicodeScalars.count <= Int(asked.integer!) } ?? true
    case "minItems": return value.array.map { $0.count >= Int(asked.integer!) } ?? true
    case "maxItems": return value.array.map { $0.count <= Int(asked.integer!) } ?? true
    case "items": return (value.array ?? []).allSatisfy { admits(asked, $0) }
    case "required":
      return value.object.map { members in asked.strings!.allSatisfy { name in members.contains { $0.name == name } } } ?? true
    case "properties":
      return asked.object!.allSatisfy { property in value[property.name].map { admits(property.value, $0) } ?? true }
    default: return true
    }
  }

  private static func isOf(_ type: String, _ value: JSON) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object), ("number", .integer),
      ("number", .number), ("integer", .integer):
      return true
    case ("integer", .number):
      var (exact, rounded) = (number(value)!, Decimal())
      NSDecimalRound(&rounded, &exact, 0, .plain)
      return exact == rounded
    default: return false
    }
  }

  static func same(_ a: JSON, _ b: JSON) -> Bool {
    if let x = number(a), let y = number(b) { return x == y }
    if let x = a.array, let y = b.array { return x.count == y.count && zip(x, y).allSatisfy { same($0, $1) } }
    if let x = a.object, let y = b.object {
      return x.count == y.count && x.allSatisfy { member in b[member.name].map { same(member.value, $0) } ?? false }
    }
    return a == b
  }

  private static func number(_ value: JSON) -> Decimal? {
    switch value {
    case .integer(let whole): Decimal(whole)
    case .number(let text): Decimal(string: text)
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

extension Chance {
  private static let names = ["a", "b", "id", "amount_minor", "currency_of_the_amount", "é", "n\"q"]

  /// A schema of all that the gate checks, without references.
  mutating func schema(_ depth: Int = 3) -> JSON {
    var keywords: [JSON.Member] = []
    if below(8) == 0 { return coin() ? true : [:] }
    let types = ["null", "boolean", "integer", "number", "string", "array", "object"]
    let type = depth > 0 ? pick(["object", "object", "array", pick(types)]) : pick(types)
    if below(4) > 0 {
      keywords.append(.init("type", below(4) == 0 ? .array([.string(type), .string(pick(types))]) : .string(type)))
    }
    if below(6) == 0 { keywords.append(.init("title", "t")) }
    if coin() { keywords.append(contentsOf: bounds()) }
    switch type {
    case "object" where depth > 0:
      let chosen = Self.names.shuffled(using: &self).prefix(below(5))
      var properties: [JSON.Member] = []
      for name in chosen { properties.append(.init(name, schema(depth - 1))) }
      if coin() { keywords.append(.init("properties", .object(properties))) }
      if coin() { keywords.append(.init("required", .array(Self.names.shuffled(using: &self).prefix(below(3)).map { .string($0) }))) }
    case "array" where depth > 0:
      if coin() { keywords.append(.init("items", schema(depth - 1))) }
      if coin() { keywords.append(.init("minItems", .integer(Int64(below(2))))) }
      if coin() { keywords.append(.init("maxItems", .integer(Int64(1 + below(3))))) }
    default:
      if below(3) == 0 {
        if below(3) == 0 {
          keywords.append(.init("const", data(1)))
        } else {
          let count = 1 + below(3)
          keywords.append(.init("enum", .array((0..<count).map { _ in data(1) })))
        }
      }
    }
    keywords.shuffle(using: &self)
    return .object(keywords)
  }

  private mutating func bounds() -> [JSON.Member] {
    var bounds: [JSON.Member] = []
    let low = below(4) - 2
    if coin() { bounds.append(.init("minimum", pick([.integer(Int64(low)), .number("\(low).50"), .number("\(low)0e-1")]))) }
    if coin() { bounds.append(.init("maximum", .integer(Int64(low + 1 + below(3))))) }
    if coin() { bounds.append(.init("minLength", .integer(Int64(below(2))))) }
    if coin() { bounds.append(.init("maxLength", .integer(Int64(1 + below(3))))) }
    return bounds
  }

  /// Small values that meet often.
  mutating func data(_ depth: Int = 3) -> JSON {
    switch below(depth == 0 ? 6 : 10) {
    case 0: return .null
    case 1: return .bool(coin())
    case 2, 3:
      return pick([
        .integer(Int64(below(7) - 3)), .number("1.0"), .number("2e0"), .number("15e-1"), .number("-0.5"), .number("-0"), .number("0.1e1"),
        .number("1e18"), .integer(1_000_000_000_000_000_000), .number("0.00000000000000000000000001"),
      ])
    case 4, 5: return .string(pick(["", "a", "ab", "é", "😀", "abc", "\n\\\"", "é😀\u{1}"]))
    case 6, 7:
      let count = below(4)
      return .array((0..<count).map { _ in data(depth - 1) })
    default:
      let chosen = Self.names.shuffled(using: &self).prefix(below(5))
      return .object(chosen.map { .init($0, data(depth - 1)) })
    }
  }

  /// A value that likely matches: what the schema asks for, now and then something else.
  mutating func data(for schema: JSON, _ depth: Int = 3) -> JSON {
    guard below(12) > 0, case .object = schema else { return data(depth) }
    if let value = schema["const"] { return value }
    if let values = schema["enum"]?.array { return pick(values) }
    switch schema["type"]?.string ?? schema["type"]?.strings.map({ pick($0) }) {
    case "null": return .null
    case "boolean": return .bool(coin())
    case "integer": return pick([.integer(Int64(below(5) - 2)), .number("1.0"), .number("10e-1")])
    case "number": return pick([.integer(Int64(below(5) - 2)), .number("0.5"), .number("-0.5")])
    case "string": return .string(pick(["", "a", "ab", "é😀", "abc"]))
    case "array":
      let count = below(4)
      return .array((0..<count).map { _ in data(for: schema["items"] ?? true, max(0, depth - 1)) })
    case "object":
      var members: [JSON.Member] = []
      for name in Self.names.shuffled(using: &self) {
        let isRequired = schema["required"]?.strings?.contains(name) ?? false
        guard isRequired ? below(15) > 0 : below(3) == 0 || schema["properties"]?[name] != nil && coin() else { continue }
        members.append(.init(name, data(for: schema["properties"]?[name] ?? true, max(0, depth - 1))))
      }
      return .object(members)
    default: return data(depth)
    }
  }

  /// The value as somebody else might write it: escapes and white space anywhere.
  mutating func written(_ value: JSON) -> String {
    func space() -> String { below(5) == 0 ? pick([" ", "\n", "\t  "]) : "" }
    switch value {
    case .array(let elements):
      var parts: [String] = []
      for element in elements { parts.append(space() + written(element) + space()) }
      return "[" + (elements.isEmpty ? space() : parts.joined(separator: ",")) + "]"
    case .object(let members):
      var parts: [String] = []
      for member in members {
        parts.append(space() + written(.string(member.name)) + space() + ":" + space() + written(member.value) + space())
      }
      return "{" + (members.isEmpty ? space() : parts.joined(separator: ",")) + "}"
    case .string(let text):
      guard below(4) == 0 else { return value.text }
      return "\"" + text.utf16.map { unit in "\\u" + String(format: "%04x", unit) }.joined() + "\""
    case .null, .bool, .integer, .number: return value.text
    }
  }
}
