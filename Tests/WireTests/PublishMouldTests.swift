import Contracts
import Testing
import Wire

@Suite struct PublishMouldTests {
  private static let order: JSON = [
    "type": "object", "required": ["order_id", "lines"],
    "properties": [
      "order_id": ["type": "string", "minLength": 1, "maxLength": 20], "channel": ["type": "string", "enum": ["web", "app", "store"]],
      "known": ["type": "boolean"], "rate": ["type": "number"],
      "lines": [
        "type": "array", "minItems": 1,
        "items": [
          "type": "object", "required": ["paid"],
          "properties": ["paid": ["type": "integer", "minimum": 0, "maximum": 1_000], "note": ["type": ["string", "null"]]],
        ],
      ],
    ],
  ]

  private static func frame(
    _ sequence: String = "17", id: String = "m-1", type: String = "ledger.order.captured.v1", key: String = "O-1",
    data: String = #"{"order_id":"O-1","channel":"web","known":true,"rate":0.5,"lines":[{"paid":12,"note":null},{"paid":7}]}"#
  ) -> String {
    #"{"op":"publish","sequence":\#(sequence),"event":{"specversion":"1.0","id":"\#(id)","source":"/ledger","type":"\#(type)","#
      + #""time":"2026-05-04T09:30:00.000Z","partitionkey":"\#(key)","size":3,"data":\#(data)}}"#
  }

  /// Row: another frame, and whether it fills the first one's mould.
  @Test(arguments: [
    (frame(), true), (frame("18", id: "m-22222222222222222222", key: "O-77"), true), (frame("1"), true), (frame("0"), false),
    (frame("01"), false), (frame("1.0"), false), (frame("-1"), false), (frame("9007199254740992"), false),
    (frame(id: ""), false), (frame(id: "a\\u0041"), false), (frame(id: "é"), false), (frame(key: ""), false),
    (frame(id: String(repeating: "a", count: 129)), false), (frame(key: String(repeating: "k", count: 512)), true),
    (frame(key: String(repeating: "k", count: 513)), false), (frame(type: "ledger.order.amended.v1"), false),
    (frame().replacingFirst(#""size":3"#, by: #""size":4"#), false), (frame().replacingFirst("/ledger", by: "/marketing"), false),
    (frame().replacingFirst("09:30", by: "later, perhaps"), true), (frame().replacingFirst("09:30", by: "09\u{1}30"), false),
    (frame().replacingFirst("web", by: "store"), true), (frame().replacingFirst("web", by: "phone"), false),
    (frame().replacingFirst("true", by: "false"), true), (frame().replacingFirst("true", by: "trfalse"), false),
    (frame().replacingFirst("true", by: "1"), false), (frame().replacingFirst("0.5", by: "0.25"), false),
    (frame().replacingFirst(":12", by: ":0"), true), (frame().replacingFirst(":12", by: ":1000"), true),
    (frame().replacingFirst(":12", by: ":1001"), false), (frame().replacingFirst(":12", by: ":-1"), false),
    (frame().replacingFirst(":12", by: ":-0"), true), (frame().replacingFirst(":12", by: ":012"), false),
    (frame().replacingFirst(":12", by: ":"), false), (frame().replacingFirst(":12", by: ":12.5"), false),
    (frame().replacingFirst(":12", by: ": 12"), false), (frame().replacingFirst("null", by: "\"n\""), false),
    (frame().replacingFirst("\"order_id\":\"O-1\"", by: "\"order_id\":\"\""), false),
    (frame().replacingFirst("\"order_id\":\"O-1\"", by: "\"order_id\":\"123456789012345678901\""), false),
    (String(frame().dropLast()), false), (frame() + " ", false), ("", false),
  ])
  func `what fills a mould is what was there before with other words in it`(_ other: String, _ fills: Bool) throws {
    let schema = try DataSchema(Self.order)
    let mould = try #require(try mould(Self.frame(), schema))
    let found = Array(other.utf8).withUnsafeBytes { mould.publish($0) }
    #expect((found != nil) == fills, "\(other)")
    if let found { #expect(try admitted(other, schema) == found) }
  }

  @Test func `a mould admits nothing that the long way refuses, and reads it alike`() throws {
    var chance = Chance("moulds against the decoder and the gate")
    var (made, filled, refused) = (0, 0, 0)
    for _ in 0..<4_000 {
      let json = chance.schema()
      guard let schema = try? DataSchema(json) else { continue }
      let written = try chance.publish(chance.data(for: json))
      guard let mould = try mould(written, schema) else { continue }
      made += 1
      for _ in 0..<24 {
        let other = try chance.coin() ? chance.changed(Array(written.utf8)) : Array(chance.publish(chance.data(for: json)).utf8)
        let found = other.withUnsafeBytes { mould.publish($0) }
        guard let found else { continue }
        let text = String(decoding: other, as: UTF8.self)
        if try admitted(text, schema) != found {
          Issue.record("\(json.text): after \(written) the mould takes \(text) as \(found), the long way does not")
          return
        }
        if text == written { continue }
        filled += 1
      }
      if try admitted(chance.text(), schema) == nil { refused += 1 }
    }
    #expect(made > 1_000 && filled > 1_000 && refused > 1_000, "\(made) made, \(filled) filled")
  }

  @Test func `moulds rest where nothing is like anything, and are void under other contracts`() throws {
    let schema = try DataSchema(Self.order)
    var moulds = Moulds()
    func tells(_ text: String, revision: UInt64 = 1) -> Bool {
      Array(text.utf8).withUnsafeBytes { moulds.publish($0, revision: revision) != nil }
    }
    func learn(_ text: String, revision: UInt64 = 1) throws {
      let publish = try #require(try admitted(text, schema))
      Array(text.utf8).withUnsafeBytes { moulds.learn($0, publish, schema, revision: revision) }
    }
    #expect(!tells(Self.frame()))
    try learn(Self.frame())
    #expect(tells(Self.frame("18")))
    #expect(!tells(Self.frame("18"), revision: 2))
    try learn(Self.frame(), revision: 2)
    #expect(tells(Self.frame("18"), revision: 2))

    // Each has one attribute more that is a number, and thus fixed: no two are alike.
    var (tried, number) = (0, 0)
    while number < 3_000 {
      number += 1
      let odd = Self.frame().replacingFirst(#""size":3"#, by: #""size":\#(number + 10)"#)
      if tells(odd, revision: 2) { Issue.record("\(odd) is like none before") }
      try learn(odd, revision: 2)
      if tells(odd, revision: 2) { tried += 1 }
    }
    #expect(tried > 10 && tried < 200, "\(tried) moulds were made of \(number) events of which none is like another")
  }

  private func mould(_ text: String, _ schema: DataSchema) throws -> PublishMould? {
    guard let publish = try admitted(text, schema) else { return nil }
    var maker = MouldMaker(Array(text.utf8), publish, schema)
    return maker.mould()
  }

  /// What the decoder makes of the frame; nil where it is no publish, or its data breaks the contract.
  private func admitted(_ text: String, _ schema: DataSchema) throws -> Publish? {
    Array(text.utf8).withUnsafeBytes { bytes in
      guard case .publish(let publish)? = try? ClientMessageDecoder.decode(bytes) else { return nil }
      return schema.mismatch(bytes, data: publish.routing.data) == nil ? publish : nil
    }
  }
}

extension Chance {
  /// A publish whose envelope is written in some order.
  fileprivate mutating func publish(_ data: JSON) throws -> String {
    var members = [
      #""specversion":"1.0""#, #""id":"\#(name("abc-", 20))""#, #""source":"/ledger""#, #""type":"a.b.v1""#, #""data":"# + written(data),
      #""time":"\#(name("0123:-", 24))""#,
    ]
    if coin() { members.append(#""subject":"\#(name("xyz", 9))""#) }
    if coin() { members.append(#""partitionkey":"\#(name("xyz", 9))""#) }
    members.shuffle(using: &self)
    let event = "{" + members.joined(separator: coin() ? "," : " , ") + "}"
    return coin()
      ? #"{"op":"publish","sequence":\#(1 + below(1_000)),"event":\#(event)}"#
      : #"{"op":"publish","event":\#(event), "sequence" : \#(1 + below(1_000))}"#
  }

  /// The bytes with one thing changed: a byte, one more, one less, or a piece of them once more elsewhere.
  fileprivate mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let letters = Array(#"{}[]",:\0123456789-.eE truefalsn"#.utf8)
    for _ in 0...below(2) {
      let at = below(bytes.count)
      switch below(6) {
      case 0: bytes[at] = UInt8(below(256))
      case 1: bytes.insert(pick(letters), at: at)
      case 2: bytes.remove(at: at)
      case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + below(12))], at: below(bytes.count))
      default:
        // A digit or a letter for another: what mostly still fills the mould.
        if let place = bytes[at...].firstIndex(where: {
          UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
        }) {
          bytes[place] = pick(Array("0123456789abcxyz".utf8))
        }
      }
    }
    return bytes
  }
}

extension String {
  fileprivate func replacingFirst(_ part: String, by other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return replacingCharacters(in: range, with: other)
  }

  private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
