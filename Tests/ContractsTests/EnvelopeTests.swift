import Contracts
import Testing

@Suite struct EnvelopeTests {
  static let least = #"{"id":"m-1","source":"/shop","specversion":"1.0","type":"shop.bell.rung","time":"2026-05-08T09:15:30Z"}"#

  @Test func `writes attributes in a fixed order and data as it is`() throws {
    let envelope = Envelope(
      id: try Identifier("m-1"), source: "/ledger", type: "ledger.order.captured.v1", subject: "order-1", time: Timestamp(milliseconds: 0),
      recordedTime: Timestamp(milliseconds: 1), correlationID: "c", causationID: "k", partitionKey: "order-1", authType: "service_account",
      authID: "ledger", ruleVersion: "policy/look-back/3", dataSchema: "urn:accord:x", traceParent: "00-a-b-01",
      extensions: [JSON.Member("zeta", 1), JSON.Member("alpha", "é\"")], data: Array("{ \"n\":1.50 }".utf8))
    let text = String(decoding: envelope.bytes, as: UTF8.self)
    let expected =
      #"{"id":"m-1","source":"/ledger","specversion":"1.0","type":"ledger.order.captured.v1","subject":"order-1","#
      + #""time":"1970-01-01T00:00:00.000Z","datacontenttype":"application/json","dataschema":"urn:accord:x","#
      + #""recordedtime":"1970-01-01T00:00:00.001Z","correlationid":"c","causationid":"k","partitionkey":"order-1","#
      + #""authtype":"service_account","authid":"ledger","ruleversion":"policy/look-back/3","traceparent":"00-a-b-01","#
      + #""zeta":1,"alpha":"é\"","data":{ "n":1.50 }}"#
    #expect(text == expected)
    #expect(try Envelope(decoding: envelope.bytes) == envelope)
  }

  @Test func `fills in what others leave out`() throws {
    let envelope = try Self.decode(Self.least)
    #expect(envelope.partitionKey == "m-1")
    #expect(envelope.recordedTime == envelope.time)
    #expect(envelope.dataContentType == nil)
    #expect(envelope.data.isEmpty && !envelope.dataIsBinary)
    #expect(try Self.decode(Self.with(#""subject":"s""#)).partitionKey == "s")
    #expect(try Self.decode(Self.with(#""subject":"s","partitionkey":"p""#)).partitionKey == "p")
    let recorded = Self.least.replacing("\"time\"", with: "\"recordedtime\"")
    #expect(try Self.decode(recorded).time == Timestamp(rfc3339: "2026-05-08T09:15:30Z"))
  }

  @Test func `takes a null attribute as unset and a null in data as null`() throws {
    let envelope = try Self.decode(Self.with(#""subject":null,"dataschema":null,"other":null,"data_base64":null,"data":null"#))
    #expect(envelope.subject == nil && envelope.dataSchema == nil && envelope.extensions.isEmpty)
    #expect(envelope.data == Array("null".utf8))
    #expect(String(decoding: envelope.bytes, as: UTF8.self).hasSuffix(#","data":null}"#))
    #expect(!String(decoding: try Self.decode(Self.least).bytes, as: UTF8.self).contains("\"data\""))
  }

  @Test(arguments: [#""{\"a\":1}""#, "\"text\"", "1.50", "[ 1 , 2 ]", "{ }", "true", #"{"a":1,"a":2}"#]) func `keeps data byte for byte`(
    _ data: String
  ) throws {
    let envelope = try Self.decode(Self.with("\"data\": \(data) "))
    #expect(envelope.data == Array(data.utf8))
    #expect(try Envelope(decoding: envelope.bytes) == envelope)
  }

  @Test func `carries bytes that are no JSON as Base64`() throws {
    let envelope = try Self.decode(Self.with(#""datacontenttype":"image/png","data_base64":"AAH/""#))
    #expect(envelope.data == [0, 1, 255] && envelope.dataIsBinary && envelope.dataContentType == "image/png")
    #expect(try Envelope(decoding: envelope.bytes) == envelope)
    #expect(String(decoding: envelope.bytes, as: UTF8.self).hasSuffix(#","data_base64":"AAH/"}"#))
  }

  @Test func `keeps extensions that it does not know, whatever they hold`() throws {
    let envelope = try Self.decode(Self.with(#""sampledrate":30,"b":true,"c":"x","d":1.50,"e":{"f":[1]},"comexamplenumber123x":1"#))
    #expect(envelope.extensions.map(\.name) == ["sampledrate", "b", "c", "d", "e", "comexamplenumber123x"])
    #expect(envelope.extensions[3].value == .number("1.50"))
    let text = String(decoding: envelope.bytes, as: UTF8.self)
    #expect(text.hasSuffix(#""sampledrate":30,"b":true,"c":"x","d":1.50,"e":{"f":[1]},"comexamplenumber123x":1}"#))
    #expect(try Envelope(decoding: envelope.bytes) == envelope)
  }

  struct Broken: CustomTestStringConvertible {
    let text: String
    let rule: ContractRule
    let pointer: String
    init(_ text: String, _ rule: ContractRule, _ pointer: String) {
      self.text = text
      self.rule = rule
      self.pointer = pointer
    }
    var testDescription: String { text }
  }

  static let broken: [Broken] = [
    Broken(#"{"specversion":"1.0","type":"t","source":"/s","time":"2026-05-08T09:15:30Z"}"#, ContractRule.missing("id"), ""),
    Broken(#"{"specversion":"1.0","type":"t","id":"1","time":"2026-05-08T09:15:30Z"}"#, .missing("source"), ""),
    Broken(#"{"specversion":"1.0","source":"/s","id":"1","time":"2026-05-08T09:15:30Z"}"#, .missing("type"), ""),
    Broken(#"{"type":"t","source":"/s","id":"1","time":"2026-05-08T09:15:30Z"}"#, .missing("specversion"), ""),
    Broken(#"{"specversion":"1.0","type":"t","source":"/s","id":"1"}"#, .missing("time"), ""),
    Broken(#"{"specversion":"1.0","type":null,"source":"/s","id":"1","time":"2026-05-08T09:15:30Z"}"#, .missing("type"), ""),
    Broken(#"{"specversion":"0.3","type":"t","source":"/s","id":"1","time":"2026-05-08T09:15:30Z"}"#, .specVersion("0.3"), ""),
    Broken(least.replacing("m-1", with: "m 1"), .identifier(.character(0x20)), "/id"),
    Broken(least.replacing("m-1", with: ""), .identifier(.length(0)), "/id"),
    Broken(least.replacing("/shop", with: ""), .empty, "/source"),
    Broken(least.replacing("/shop", with: "/s h"), .notAURI("/s h"), "/source"),
    Broken(least.replacing("shop.bell.rung", with: ""), .empty, "/type"),
    Broken(least.replacing("30Z", with: "30"), .timestamp(.shape), "/time"),
    Broken(with(#""subject":"""#), .empty, "/subject"),
    Broken(with(#""dataschema":"relative""#), .notAURI("relative"), "/dataschema"),
    Broken(with(#""Subject":"s""#), .attributeName("Subject"), "/Subject"),
    Broken(with(#""a_b":1"#), .attributeName("a_b"), "/a_b"),
    Broken(with(#""":1"#), .attributeName(""), "/"),
    Broken(with(#""comexamplenumber123xy":1"#), .attributeName("comexamplenumber123xy"), "/comexamplenumber123xy"),
    Broken(with(#""\u0073ubject":"s""#), .escapedName("subject"), "/subject"),
    Broken(with(#""dat\u0061":1"#), .escapedName("data"), "/data"),
    Broken(with(#""data":1,"data_base64":"AA==""#), .dataTwice, ""),
    Broken(with(#""data_base64":"A""#), .notBase64, "/data_base64"),
    Broken(with("\"authid\":\"\(String(repeating: "x", count: 2_049))\""), .tooLong(bytes: 2_049, max: 2_048), "/authid"),
  ]

  @Test(arguments: broken) func `refuses what is against the rules, naming rule and place`(_ row: Broken) throws {
    let fault = #expect(throws: ContractFault.self) { try Self.decode(row.text) }
    #expect(fault == .broken(row.rule, at: row.pointer))
  }

  static let unreadable: [String] = [
    "", "[]", "1", "{", least + "{}", "{\"id\":1,}", least.replacing("\"m-1\"", with: "1"), with(#""subject":1"#),
    with(#""data":{"a":}"#), with(#""data_base64":1"#), with(#""source":"/other""#),
    with(#""x":1,"x":1"#), with(#""data":1,"data":2"#), with(#""subject":null,"subject":"s""#),
  ]

  @Test(arguments: unreadable) func `refuses what is not one object or says a thing twice`(_ text: String) {
    let fault = #expect(throws: ContractFault.self) { try Self.decode(text) }
    guard case .unreadable = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test(arguments: [
    "/ledger", "https://a.example/x?y=z#f", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "mailto:a@b.example", "1-555-123-4567",
    "a/b:c", "%20", "#f", "?q", "//h:1/", "x",
  ])
  func `takes references to URIs`(_ text: String) { #expect(URIReference.isValid(text.utf8)) }

  @Test(arguments: ["", " ", "a b", "%2", "%zz", "é", "a\\b", "<a>", "#a#b", "1:2", ":a", "a\"b", "{x}", "a^b", "a`b", "a|b"])
  func `takes nothing else for them`(_ text: String) { #expect(!URIReference.isValid(text.utf8)) }

  @Test func `tells absolute URIs from references`() {
    for text in ["https://a.example", "urn:x", "a+b.c-1:"] { #expect(URIReference.isValid(text.utf8, absolute: true), "\(text)") }
    for text in ["/a", "a/b:c", "x", "1a:b", "//h"] { #expect(!URIReference.isValid(text.utf8, absolute: true), "\(text)") }
  }

  /// The least event with more members.
  static func with(_ members: String) -> String { least.dropLast() + ",\(members)}" }

  static func decode(_ text: some StringProtocol) throws(ContractFault) -> Envelope { try Envelope(decoding: Array(text.utf8)) }
}
