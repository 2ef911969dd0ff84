import Contracts
import Foundation
import TestKit
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "0", "-0", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "1.0", "1e2", "-0.0", "\"\"", "[]",
    "{}",
    "[1,[2,{}],\"x\"]", "{\"b\":1,\"a\":{\"z\":null,\"y\":[true,false]}}", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"",
    "\"é€𝄞/\u{7F}\u{2028}\"",
  ]) func `writes what it read, members in their order`(_ text: String) throws {
    #expect(try JSON(parsing: text).text == text)
  }

  @Test func `tells whole numbers from others`() throws {
    #expect(try JSON(parsing: " 12 ") == .integer(12))
    #expect(try JSON(parsing: "-0") == .number("-0"))
    #expect(try JSON(parsing: "1.0") == .number("1.0"))
    #expect(try JSON(parsing: "1E2") == .number("1E2"))
    #expect(try JSON(parsing: "-9223372036854775808") == .integer(.min))
    #expect(try JSON(parsing: "-9223372036854775809") == .number("-9223372036854775809"))
  }

  @Test func `resolves escapes`() throws {
    #expect(try JSON(parsing: #""\u00e9\u20AC\uD834\udd1e\/\"\\\b\f\n\r\t\u0000""#) == .string("é€𝄞/\"\\\u{8}\u{C}\n\r\t\u{0}"))
    #expect(try JSON(parsing: #"{"\u0061b":1}"#)["ab"] == 1)
  }

  @Test func `refuses a name that stands twice, however it is written`() throws {
    #expect(throws: JSONFault(.duplicateName("a"), at: 7)) { try JSON(parsing: #"{"a":1,"a":2}"#) }
    #expect(throws: JSONFault(.duplicateName("a"), at: 7)) { try JSON(parsing: #"{"a":1,"\u0061":2}"#) }
    _ = try JSON(parsing: #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#)
    // Many names take another way to the same answer.
    for count in [31, 32, 33, 34, 100] {
      let members = (0..<count).map { "\"n\($0)\":\($0)" }
      #expect(try JSON(parsing: "{" + members.joined(separator: ",") + "}").object?.count == count)
      for again in [0, count / 2, count - 1] {
        let text = "{" + (members + ["\"n\(again)\":0"]).joined(separator: ",") + "}"
        #expect(throws: JSONFault.self, "\(again) of \(count)") { try JSON(parsing: text) }
      }
    }
  }

  @Test func `reads a hostile object in linear time`() throws {
    let text = "{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try JSON(parsing: text).object?.count == 100_000)
  }

  @Test func `has one spelling for hashing`() throws {
    let a = try JSON(parsing: #"{ "b": [1, {"z": -2, "y": "\u00e9\/"}], "a": null, "": true, "€": 1, "\ud83d\ude00": 2, "\ufb33": 3 }"#)
    // UTF-16 order puts the surrogates of an emoji before U+FB33 (RFC 8785 3.2.3).
    let canonical = String(decoding: try a.canonical(), as: UTF8.self)
    #expect(canonical == #"{"":true,"a":null,"b":[1,{"y":"é/","z":-2}],"€":1,"😀":2,"\#u{FB33}":3}"#)
    #expect(throws: JSONFault(.notCanonical, at: 0)) { try JSON(parsing: "[1.5]").canonical() }
  }

  @Test func `hands out what it holds and nothing else`() throws {
    let value: JSON = ["text": "x", "count": 3, "flag": true, "list": ["a", "b"], "none": .null]
    #expect(value["text"]?.string == "x")
    #expect(value["text"]?.integer == nil)
    #expect(value["count"]?.integer == 3)
    #expect(value["flag"]?.bool == true)
    #expect(value["list"]?.strings == ["a", "b"])
    #expect(JSON.array([1, "a"]).strings == nil)
    #expect(value["none"]?.isNull == true)
    #expect(value["other"] == nil)
    #expect(value.object?.map(\.name) == ["text", "count", "flag", "list", "none"])
    #expect(value.text == #"{"text":"x","count":3,"flag":true,"list":["a","b"],"none":null}"#)
  }

  @Test func `means what Foundation means, both ways, on random trees`() throws {
    var random = Seed.printed(for: "JSONTests")
    for round in 0..<2_000 {
      let tree = Self.randomTree(depth: 5, &random)
      let bytes = tree.bytes
      #expect(try JSON(parsing: bytes) == tree, "round \(round), seed \(random.seed)")
      let foundation = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
      #expect(Self.same(tree, foundation), "round \(round), seed \(random.seed): \(tree.text)")
      let back = try JSONSerialization.data(withJSONObject: foundation, options: [.fragmentsAllowed, .prettyPrinted])
      #expect(try Self.unordered(JSON(parsing: Array(back))) == Self.unordered(tree), "round \(round), seed \(random.seed)")
    }
  }

  /// Names that differ, strings of every kind of character, whole numbers: what both sides can hold.
  static func randomTree(depth: Int, _ random: inout SeededRandom) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random))
    case 3, 4: return .string(randomText(&random))
    case 5: return .array((0..<Int.random(in: 0...6, using: &random)).map { _ in randomTree(depth: depth - 1, &random) })
    default:
      return .object(
        (0..<Int.random(in: 0...40, using: &random) / 4).map {
          JSON.Member("\($0)" + randomText(&random), randomTree(depth: depth - 1, &random))
        })
    }
  }

  static func randomText(_ random: inout SeededRandom) -> String {
    let kinds: [ClosedRange<UInt32>] = [
      0...0x1F, 0x20...0x7F, 0x22...0x22, 0x5C...0x5C, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      let kind = Bool.random(using: &random) ? kinds[1] : kinds[Int.random(in: 0..<kinds.count, using: &random)]
      // Foundation drops a byte order mark at a string's start.
      if let scalar = Unicode.Scalar(UInt32.random(in: kind, using: &random)), scalar != "\u{FEFF}" { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  static func same(_ own: JSON, _ foundation: Any) -> Bool {
    switch own {
    case .null: return foundation is NSNull
    case .bool(let flag): return (foundation as? Bool) == flag
    case .integer(let number): return (foundation as? NSNumber)?.int64Value == number
    case .number: return false
    case .string(let text): return (foundation as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true
    case .array(let elements):
      guard let others = foundation as? [Any], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy(same)
    case .object(let members):
      guard let others = foundation as? [String: Any], others.count == members.count else { return false }
      return members.allSatisfy { member in others[member.name].map { same(member.value, $0) } ?? false }
    }
  }

  /// Foundation keeps no order.
  static func unordered(_ value: JSON) throws -> [UInt8] { try value.canonical() }
}
