import Contracts
import Testing
import Wire

@Suite struct LooseningTests {
  /// Old, new, fields, and what may now be.
  static let rows: [(old: String, new: String, fields: [String], found: [String])] = [
    // More is asked, or something is added: fine.
    (#"{"type":"object"}"#, #"{"type":"object","properties":{"a":{"type":"string"}}}"#, [], []),
    (#"{"properties":{"a":{}}}"#, #"{"required":["a"],"properties":{"a":{"type":"string"}}}"#, [], []),
    (#"{"type":["string","null"]}"#, #"{"type":"string"}"#, [], []), (#"{"type":"number"}"#, #"{"type":"integer"}"#, [], []),
    (#"{"enum":[1,2,3]}"#, #"{"enum":[3,1.0]}"#, [], []), (#"{"enum":["a","b"]}"#, #"{"const":"a"}"#, [], []),
    (#"{"type":"string"}"#, #"{"enum":["a"]}"#, [], []), (#"{"enum":[true,false,1]}"#, #"{"type":"boolean"}"#, [], []),
    (#"{"minimum":0,"maximum":9}"#, #"{"minimum":1,"maximum":9.0}"#, [], []),
    (#"{"minLength":1,"maxLength":9}"#, #"{"minLength":2,"maxLength":8}"#, [], []),
    (#"{"minItems":1,"maxItems":9}"#, #"{"minItems":2,"maxItems":8}"#, [], []),
    (#"{"type":"integer","minimum":0.5}"#, #"{"type":"integer","minimum":1}"#, [], []),
    (#"{"type":"integer","minimum":1}"#, #"{"type":"integer","minimum":0.5}"#, [], []), ("{}", "{}", [], []),
    ("{}", #"{"enum":[1]}"#, [], []),
    (#"{"items":{"type":"string"}}"#, #"{"type":"array","maxItems":0}"#, [], []), (#"{"title":"a"}"#, #"{"title":"b"}"#, [], []),
    (##"{"$defs":{"m":{"minimum":0}},"items":{"$ref":"#/$defs/m"}}"##, ##"{"items":{"minimum":0}}"##, [], []),
    (##"{"properties":{"next":{"$ref":"#"},"v":{"minimum":0}}}"##, ##"{"properties":{"next":{"$ref":"#"},"v":{"minimum":1}}}"##, [], []),
    // Something may now be that was not.
    (#"{"required":["a"]}"#, "{}", [], ["/a may now be missing"]),
    (#"{"type":"string"}"#, "{}", [], ["data may now be an object or an array or a number or true or false or null"]),
    (#"{"type":"integer"}"#, #"{"type":"number"}"#, [], ["data may now be a number with fraction"]),
    (#"{"type":"string"}"#, #"{"type":["string","null"]}"#, [], ["data may now be null"]),
    (#"{"properties":{"a":{"type":"string"}}}"#, "{}", [], ["/a may now be an object or an array or a number or true or false or null"]),
    (#"{"enum":["a"]}"#, #"{"enum":["a","b"]}"#, [], [#"data may now be "b""#]),
    (#"{"enum":["a"]}"#, #"{"type":"string"}"#, [], ["data is no longer one of a list"]),
    (#"{"const":null}"#, #"{"type":["null","boolean"]}"#, [], ["data may now be true", "data may now be false"]),
    (#"{"minimum":1}"#, #"{"enum":[0,1]}"#, [], ["data may now be 0"]),
    (#"{"minimum":0,"maximum":9}"#, #"{"minimum":-1}"#, [], ["data may now be below 0", "data may now be above 9"]),
    (#"{"minimum":1e30}"#, #"{"minimum":1e29}"#, [], ["data may now be below 1e30"]),
    (#"{"type":"integer","minimum":1e30}"#, #"{"type":"integer"}"#, [], ["data may now be below 1e30"]),
    (
      #"{"minLength":2,"maxLength":3}"#, #"{"minLength":1,"maxLength":4}"#, [],
      ["data may now be shorter than 2 characters", "data may now be longer than 3 characters"]
    ),
    (
      #"{"minItems":2,"maxItems":3}"#, #"{"minItems":1,"maxItems":4}"#, [],
      ["data may now have fewer than 2 elements", "data may now have more than 3 elements"]
    ),
    (#"{"items":{"type":"string"}}"#, #"{"items":{"type":["string","integer"]}}"#, [], ["/* may now be a whole number"]),
    (
      ##"{"properties":{"next":{"$ref":"#"},"v":{"minimum":1}}}"##, ##"{"properties":{"next":{"$ref":"#"},"v":{"minimum":0}}}"##, [],
      ["/next/v may now be below 1", "/v may now be below 1"]
    ),
    // Only what is read counts.
    (lines, lines.replacing(#""required":["sku"],"#, with: ""), [], ["/lines/*/sku may now be missing"]),
    (lines, lines.replacing(#""required":["sku"],"#, with: ""), ["/lines/*/quantity", "/channel"], []),
    (lines, lines.replacing(#""required":["sku"],"#, with: ""), ["/lines/0/sku"], ["/lines/*/sku may now be missing"]),
    (lines, lines.replacing(#""minItems":1,"#, with: ""), ["/lines/*/sku"], ["/lines may now have fewer than 1 elements"]),
    (lines, lines.replacing(#""minItems":1,"#, with: ""), ["/channel"], []),
    (lines, lines.replacing(#""enum":["web"]"#, with: #""enum":["web","store"]"#), ["/lines/*/sku"], []),
    (
      lines, lines.replacing(#""enum":["web"]"#, with: #""enum":["web","store"]"#), ["/channel", "/lines"],
      [#"/channel may now be "store""#]
    ),
    (lines, lines.replacing(#""required":["lines"],"#, with: ""), ["/lines/*/sku"], ["/lines may now be missing"]),
    (lines, #"{"type":"object"}"#, ["/elsewhere"], []),
    (#"{"properties":{"a/b":{"const":1}}}"#, #"{"properties":{"a/b":{"const":2}}}"#, ["/a~1b"], ["/a/b may now be 2"]),
    (lines, #"{"type":["object","null"]}"#, ["/channel"], ["data may now be null", "/channel is no longer one of a list"]),
  ]

  static let lines =
    #"{"type":"object","required":["lines"],"properties":{"channel":{"type":"string","enum":["web"]},"lines":{"type":"array","minItems":1,"items":{"required":["sku"],"properties":{"sku":{"type":"string"},"quantity":{"type":"integer"}}}}}}"#

  @Test(arguments: rows) func `a change is told by what may now be`(old: String, new: String, fields: [String], found: [String]) throws {
    let loosenings = try DataSchema(JSON(parsing: new)).loosenings(from: DataSchema(JSON(parsing: old)), fields: fields)
    #expect(loosenings.map(\.description) == found, "\(old) became \(new), read \(fields)")
  }

  @Test func `whom it breaks is named, and only those who read it`() throws {
    let old = try DataSchema(JSON(parsing: Self.lines))
    let new = try DataSchema(JSON(parsing: Self.lines.replacing(#""type":"integer""#, with: #""type":"number""#)))
    let breaks = ContractBreak.found(
      type: "ledger.order.captured.v1", from: old, to: new,
      readers: [
        ("marketing", [.init("ledger.order.captured.v1", fields: ["/channel"])]), ("service", [.init("ledger.*")]),
        ("auditor", [.init("*", fields: ["/lines/*/quantity"])]), ("other", [.init("marketing.*"), .init("ledger.order.captured.v2")]),
      ])
    #expect(breaks.map(\.reader) == ["service", "auditor"])
    #expect(breaks.first?.description == "service (/lines/*/quantity may now be a number with fraction)")
  }

  @Test(arguments: [
    ("a.b.v1", "a.b.v1", true), ("a.b.v1", "a.b.v10", false), ("a.*", "a.b.v1", true), ("a.*", "ab.v1", false), ("*", "x", true),
  ])
  func `a pattern means types`(pattern: String, type: String, matches: Bool) {
    #expect(Manifest.Read(pattern).matches(type) == matches)
  }
}
