import Contracts
import Testing
import Wire

@Suite struct ContractCheckTests {
  /// Schema, data, and what is wrong with it (nil: nothing).
  static let rows: [(schema: String, data: String, problem: String?)] = [
    // type
    (#"{"type":"string"}"#, #""a""#, nil), (#"{"type":"string"}"#, "7", "/data must be a string"),
    (#"{"type":"null"}"#, "null", nil), (#"{"type":"null"}"#, "false", "/data must be null"),
    (#"{"type":"boolean"}"#, "true", nil), (#"{"type":"boolean"}"#, "false", nil),
    (#"{"type":"boolean"}"#, "0", "/data must be true or false"),
    (#"{"type":"object"}"#, "{}", nil), (#"{"type":"object"}"#, "[]", "/data must be an object"),
    (#"{"type":"array"}"#, "[]", nil), (#"{"type":"array"}"#, "{}", "/data must be an array"),
    (#"{"type":"number"}"#, "-0.5e-3", nil), (#"{"type":"number"}"#, #""1""#, "/data must be a number"),
    (#"{"type":["string","null"]}"#, "null", nil), (#"{"type":["string","null"]}"#, "1", "/data must be a string or null"),
    // whole numbers are whole by value
    (#"{"type":"integer"}"#, "1.0", nil), (#"{"type":"integer"}"#, "1e0", nil), (#"{"type":"integer"}"#, "120e-1", nil),
    (#"{"type":"integer"}"#, "-0", nil), (#"{"type":"integer"}"#, "0.0e-9", nil), (#"{"type":"integer"}"#, "1E400", nil),
    (#"{"type":"integer"}"#, "123456789012345678901234567890", nil), (#"{"type":"integer"}"#, "1.50e1", nil),
    (#"{"type":"integer"}"#, "1.5", "/data must be a whole number"), (#"{"type":"integer"}"#, "1e-1", "/data must be a whole number"),
    (#"{"type":"integer"}"#, "123e-2", "/data must be a whole number"),
    (#"{"type":"integer"}"#, "100000000000000000000.5", "/data must be a whole number"),
    // bounds, exactly
    (#"{"minimum":0}"#, "0", nil), (#"{"minimum":0}"#, "-0", nil), (#"{"minimum":0}"#, "-1", "/data must not be below 0"),
    (#"{"minimum":0}"#, "-1e-400", "/data must not be below 0"), (#"{"minimum":0}"#, #""words""#, nil),
    (#"{"maximum":10}"#, "10", nil), (#"{"maximum":10}"#, "1e1", nil), (#"{"maximum":10}"#, "10.0", nil),
    (#"{"maximum":10}"#, "11", "/data must not be above 10"),
    (#"{"maximum":10}"#, "10.00000000000000000000000001", "/data must not be above 10"),
    (#"{"minimum":0.5}"#, "1", nil), (#"{"minimum":0.5}"#, "0.5", nil), (#"{"minimum":0.5}"#, "0", "/data must not be below 0.5"),
    (#"{"maximum":-0.5}"#, "-1", nil), (#"{"maximum":-0.5}"#, "0", "/data must not be above -0.5"),
    (#"{"minimum":9223372036854775807}"#, "9223372036854775807", nil), (#"{"minimum":9223372036854775807}"#, "9223372036854775808", nil),
    (#"{"minimum":9223372036854775807}"#, "9223372036854775806", "/data must not be below 9223372036854775807"),
    (#"{"maximum":-9223372036854775808}"#, "-9223372036854775808", nil),
    (#"{"maximum":-9223372036854775808}"#, "-9223372036854775807", "/data must not be above -9223372036854775808"),
    (#"{"minimum":1e30}"#, "999999999999999999", "/data must not be below 1e30"), (#"{"minimum":1e30}"#, "1e30", nil),
    (#"{"maximum":1e30}"#, "999999999999999999", nil), (#"{"minimum":-1e30}"#, "-999999999999999999", nil),
    (#"{"maximum":-1e30}"#, "-999999999999999999", "/data must not be above -1e30"),
    // lengths count characters, not bytes
    (#"{"minLength":2,"maxLength":3}"#, #""ab""#, nil), (#"{"minLength":2,"maxLength":3}"#, #""abc""#, nil),
    (#"{"minLength":2}"#, #""a""#, "/data must have at least 2 characters"),
    (#"{"maxLength":3}"#, #""abcd""#, "/data must have at most 3 characters"),
    (#"{"maxLength":1}"#, #""é""#, nil), (#"{"maxLength":1}"#, #""😀""#, nil), (#"{"maxLength":1}"#, #""\ud83d\ude00""#, nil),
    (#"{"maxLength":1}"#, #""\uD83D\uDE00""#, nil), (#"{"maxLength":2}"#, #""\u00e9\n""#, nil), (#"{"maxLength":1}"#, #""\\""#, nil),
    (#"{"minLength":2}"#, #""😀""#, "/data must have at least 2 characters"),
    (#"{"minLength":1}"#, #""""#, "/data must have at least 1 characters"),
    (#"{"maxLength":1}"#, #""\ud7ff\ue000""#, "/data must have at most 1 characters"), (#"{"maxLength":0}"#, #""""#, nil),
    (#"{"maxLength":8}"#, #""12345678""#, nil), (#"{"maxLength":8}"#, #""123456789""#, "/data must have at most 8 characters"),
    (#"{"minLength":3}"#, "12", nil),
    // elements
    (#"{"minItems":1,"maxItems":2}"#, "[1]", nil), (#"{"minItems":1,"maxItems":2}"#, "[[],[]]", nil),
    (#"{"minItems":1}"#, "[ ]", "/data must have at least 1 elements"),
    (#"{"maxItems":2}"#, "[1,2,3]", "/data must have at most 2 elements"),
    (#"{"items":{"type":"string"}}"#, #"["a" , "b"]"#, nil),
    (#"{"items":{"type":"string"}}"#, #"["a",[],"b"]"#, "/data/1 must be a string"),
    (#"{"items":{"items":{"minimum":1}}}"#, "[[1],[2,0]]", "/data/1/1 must not be below 1"), (#"{"items":{"type":"string"}}"#, "{}", nil),
    (#"{"items":true}"#, "[1,null]", nil), (#"{"items":{}}"#, "[1,null]", nil),
    // members
    (#"{"required":["a"]}"#, #"{"b":1,"a":null}"#, nil), (#"{"required":["a"]}"#, #"{"b":1}"#, #"/data has no "a", but must have one"#),
    (#"{"required":["a"]}"#, "[]", nil), (#"{"required":[]}"#, "{}", nil),
    (#"{"properties":{"a":{"type":"string"}}}"#, "{}", nil),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":1}"#, "/data/a must be a string"),
    (#"{"properties":{"a":{"required":["b"]}}}"#, #"{"x":{"a":1},"a":{}}"#, #"/data/a has no "b", but must have one"#),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"A":1,"aa":2,"":3,"a ":4}"#, nil),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"\u0061":1}"#, "/data/a must be a string"),
    (#"{"properties":{"\u0061":{"type":"string"}}}"#, #"{"a":1}"#, "/data/a must be a string"),
    (#"{"properties":{"é":{"type":"string"}}}"#, #"{"é":1}"#, "/data/é must be a string"),
    (#"{"properties":{"a/b~c":{"type":"string"}}}"#, #"{"a/b~c":1}"#, "/data/a~1b~0c must be a string"),
    (#"{"properties":{"":{"type":"string"}},"required":[""]}"#, #"{"":1}"#, "/data/ must be a string"),
    (#"{"properties":{"eight_by":{"type":"string"}}}"#, #"{"eight_by":1}"#, "/data/eight_by must be a string"),
    (
      #"{"properties":{"nine_byte":{"type":"string"}}}"#, #"{"nine_byt":1,"eine_byte":2,"nine_byte":3}"#, "/data/nine_byte must be a string"
    ),
    (
      #"{"properties":{"aaaaaaaaxaaaaaaaa":{"type":"string"},"aaaaaaaayaaaaaaaa":{"type":"null"}}}"#,
      #"{"aaaaaaaazaaaaaaaa":1,"aaaaaaaayaaaaaaaa":null,"aaaaaaaaxaaaaaaaa":2}"#, "/data/aaaaaaaaxaaaaaaaa must be a string"
    ),
    // A member that matters stands once: two readers would see two values. Others are nobody's business.
    (#"{"properties":{"a":{"type":"integer"}}}"#, #"{"a":1,"a":2}"#, "/data/a stands twice; two readers would see two values"),
    (#"{"properties":{"a":{}}}"#, #"{"a":1,"b":0,"\u0061":2}"#, "/data/a stands twice; two readers would see two values"),
    (#"{"required":["a"]}"#, #"{"a":1,"a":2}"#, "/data/a stands twice; two readers would see two values"),
    (#"{"properties":{"a":{"type":"integer"}}}"#, #"{"b":1,"b":2}"#, nil),
    // enum and const
    (#"{"enum":["x","y"]}"#, #""y""#, nil), (#"{"enum":["x","y"]}"#, #""z""#, #"/data must be one of "x", "y""#),
    (#"{"enum":["xy"]}"#, #""x\u0079""#, nil), (#"{"enum":["é"]}"#, #""\u00e9""#, nil), (#"{"enum":["\n"]}"#, #""\u000A""#, nil),
    (#"{"enum":["x"]}"#, #""\\x""#, #"/data must be "x""#), (#"{"enum":["null",1]}"#, "null", #"/data must be one of "null", 1"#),
    (#"{"enum":[1,2.50]}"#, "1.0", nil), (#"{"enum":[1,2.50]}"#, "25e-1", nil),
    (#"{"enum":[1,2.50]}"#, "2", "/data must be one of 1, 2.50"),
    (#"{"enum":[null,false]}"#, "null", nil), (#"{"enum":[null,false]}"#, "false", nil),
    (#"{"enum":[null,false]}"#, "true", "/data must be one of null, false"),
    (#"{"const":0}"#, "-0.0", nil), (#"{"const":0}"#, "false", "/data must be 0"), (#"{"const":""}"#, #""""#, nil),
    (#"{"const":{"a":[1,{"b":null}],"c":2}}"#, #"{ "c":2.0,"a":[1e0,{"b":null}]}"#, nil),
    (#"{"const":{"a":1}}"#, #"{"a":1,"b":2}"#, #"/data must be {"a":1}"#), (#"{"const":[1,2]}"#, "[2,1]", "/data must be [1,2]"),
    (#"{"const":[1]}"#, "[1,1]", "/data must be [1]"), (#"{"type":"string","enum":["x",1]}"#, "1", "/data must be a string"),
    // what is kept and not checked, references, and everything at once
    (
      #"{"$schema":"s","$id":"i","title":"t","description":"d","format":"date-time","default":1,"examples":[],"additionalProperties":true,"x-owner":"me"}"#,
      "[1]", nil
    ),
    (#"{"type":"string","format":"date-time"}"#, #""no date""#, nil), ("{}", "{}", nil), ("true", "[null]", nil),
    (##"{"$defs":{"m":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/m"}}}"##, ##"{"a":"x"}"##, "/data/a must be a whole number"),
    (##"{"properties":{"next":{"$ref":"#"},"v":{"type":"null"}}}"##, ##"{"next":{"next":{"v":1}}}"##, "/data/next/next/v must be null"),
    (##"{"definitions":{"a/b":{"const":1}},"items":{"$ref":"#/definitions/a~1b","description":"d"}}"##, "[1,2]", "/data/1 must be 1"),
    (
      #"{"type":"object","required":["lines"],"properties":{"lines":{"type":"array","items":{"type":"object","required":["sku"],"properties":{"quantity":{"type":"integer","minimum":1}}}}}}"#,
      #"{"deep":[[{"lines":1}]],"lines":[{"sku":1,"quantity":1},{"quantity":0,"sku":2}]}"#, "/data/lines/1/quantity must not be below 1"
    ),
  ]

  @Test(arguments: rows) func `data keeps or breaks its contract`(schema: String, data: String, problem: String?) throws {
    let contract = try DataSchema(JSON(parsing: schema))
    #expect(try mismatch(contract, data)?.description == problem, "\(data) against \(schema)")
    // White space changes nothing, nor does what stands behind.
    #expect(try mismatch(contract, "\n\t\(data) ", more: #","z":"\#(String(repeating: "x", count: 40))""#)?.description == problem)
    #expect(try DataSchema(JSON(parsing: contract.json.text)).json == contract.json)
  }

  private static let wide =
    "{\"properties\":{" + (0..<65).map { "\"m\($0)\":true" }.joined(separator: ",") + "}}"

  @Test(arguments: [
    (#"{"type":"text"}"#, "“type” at “” is not"), (#"{"type":[]}"#, "“type” at “” is not"), (#"{"type":1}"#, "“type” at “” is not"),
    (#"{"pattern":"a*"}"#, "does not check “pattern”"), (#"{"oneOf":[{}]}"#, "does not check “oneOf”"),
    (#"{"anyOf":[]}"#, "does not check “anyOf”"),
    (#"{"properties":{"a":{"items":{"not":{}}}}}"#, "“not”, which stands at “/properties/a/items”"),
    (#"{"additionalProperties":false}"#, "“additionalProperties”"),
    (#"{"additionalProperties":{}}"#, "“additionalProperties”"), (#"{"uniqueItems":true}"#, "“uniqueItems”"),
    (#"{"multipleOf":2}"#, "“multipleOf”"),
    (#"{"exclusiveMinimum":0}"#, "“exclusiveMinimum”"), (#"{"minlength":2}"#, "“minlength”"), (#"{"prefixItems":[]}"#, "“prefixItems”"),
    (#"{"minimum":"0"}"#, "“minimum” at “” is not a number"), (#"{"minLength":-1}"#, "“minLength”"), (#"{"maxItems":1.5}"#, "“maxItems”"),
    (#"{"required":"a"}"#, "“required”"), (#"{"required":[1]}"#, "“required”"), (#"{"properties":[]}"#, "“properties”"),
    (#"{"items":[{}]}"#, "“/items” is neither"),
    (#"{"enum":[]}"#, "“enum”"), (#"{"enum":"a"}"#, "“enum”"), (#"{"enum":[1],"const":1}"#, "const beside enum"),
    ("false", "neither an object nor true"),
    ("7", "neither an object nor true"), (#"{"properties":{"a":false}}"#, "“/properties/a” is neither"),
    (#"{"minimum":2,"maximum":1}"#, "no value can match"),
    (#"{"minLength":2,"maxLength":1}"#, "no value can match"), (#"{"minItems":1,"maxItems":0}"#, "no value can match"),
    (##"{"$ref":"https://example.com/money.json"}"##, "does not lead to a schema in #/$defs"),
    (##"{"$ref":"#/$defs/a"}"##, "does not lead"),
    (##"{"$ref":"#"}"##, "does not lead"), (##"{"$defs":{"a":{"$ref":"#/$defs/a"}},"items":{"$ref":"#/$defs/a"}}"##, "does not lead"),
    (##"{"$defs":{"a":{}},"items":{"$ref":"#/$defs/a","minimum":1}}"##, "minimum beside $ref"), (##"{"$ref":1}"##, "“$ref”"),
    (wide, "more than 64 members"),
  ])
  func `what the gate could hold nobody to is refused with a sentence`(schema: String, words: String) throws {
    let json = try JSON(parsing: schema)
    let fault = #expect(throws: SchemaFault.self) { try DataSchema(json) }
    #expect(fault?.description.contains(words) == true, "\(schema): \(fault.map(String.init(describing:)) ?? "taken")")
  }

  @Test func `64 members are seen each by itself`() throws {
    let names = (0..<64).map { "member_number_\($0)" }
    let schema = try DataSchema([
      "properties": .object(names.map { .init($0, ["type": "integer"]) }), "required": .array(names.map { .string($0) }),
    ])
    let full = JSON.object(names.reversed().map { .init($0, 1) })
    #expect(try mismatch(schema, full.text) == nil)
    for name in names {
      let without = JSON.object((full.object ?? []).filter { $0.name != name })
      #expect(try mismatch(schema, without.text)?.problem == "has no \"\(name)\", but must have one")
      let wrong = JSON.object((full.object ?? []).map { $0.name == name ? .init(name, "x") : $0 })
      #expect(try mismatch(schema, wrong.text)?.pointer == "/data/\(name)")
    }
  }

  @Test func `without data only a contract that asks for nothing is kept`() throws {
    let bytes = Array(event().utf8)
    let data = try EventScan.check(bytes).data
    #expect(data.isEmpty)
    let absent = try bytes.withUnsafeBytes { try DataSchema(["type": "object"]).mismatch($0, data: data) }
    #expect(absent?.description == "/data is missing, but must be an object")
    #expect(try bytes.withUnsafeBytes { try DataSchema(["title": "anything"]).mismatch($0, data: data) } == nil)
  }

  @Test func `data as deep as JSON may be is walked through`() throws {
    let schema = try DataSchema(JSON(parsing: ##"{"items":{"$ref":"#"},"type":["array","null"]}"##))
    func nested(_ inner: String) -> String { String(repeating: "[", count: 62) + inner + String(repeating: "]", count: 62) }
    #expect(try mismatch(schema, nested("null")) == nil)
    #expect(try mismatch(schema, nested("1"))?.pointer == "/data" + String(repeating: "/0", count: 62))
  }

  @Test func `a department's own events pass its own gate, and broken ones do not`() throws {
    let gate = try ContractGate(Manifest(publishes: LedgerEvents.schemas))
    for name in ["full", "least", "newer"] {
      let bytes = try golden("ledger.order.captured.v1.\(name).json")
      try gate.check(bytes)
      let text = text(bytes)
      let broken = text.replacing(#""discounts_known":true"#, with: #""discounts_known":"yes""#).replacing(
        #""discounts_known":false"#, with: #""discounts_known":"yes""#)
      let fault = #expect(throws: WireFault.self) { try gate.check(Array(broken.utf8)) }
      #expect(fault?.code == "contract_mismatch")
      #expect(fault?.description.contains("/data/discounts_known must be true or false") == true)
    }
    let other = #expect(throws: WireFault.self) { try gate.check(Array(event().replacing("captured.v1", with: "captured.v2").utf8)) }
    #expect(other?.code == "contract_unknown")
    #expect(throws: WireFault.self) { try gate.check(Array(#"{"id":1}"#.utf8)) }
    // Who has said nothing is held to nothing but the envelope.
    try ContractGate(Manifest()).check(Array(event().utf8))
    #expect(throws: SchemaFault.self) { try ContractGate(Manifest(publishes: [.init("t", ["pattern": "x"])])) }
  }
}

/// What is wrong with `data` in an event, by its contract.
func mismatch(_ schema: DataSchema, _ data: String, more: String = "") throws -> DataMismatch? {
  let bytes = Array(event(#","data":\#(data)\#(more)"#).utf8)
  let range = try EventScan.check(bytes).data
  return bytes.withUnsafeBytes { schema.mismatch($0, data: range) }
}
