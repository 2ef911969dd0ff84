import Contracts
import Testing
import Wire

@Suite struct EventScanTests {
  @Test(arguments: [
    ("{}", "event_attribute_missing"),
    (#"{"specversion":"1.0","source":"/l","type":"t"}"#, "event_attribute_missing"),
    (#"{"specversion":"1.0","id":null,"source":"/l","type":"t"}"#, "event_attribute_missing"),
    (#"{"specversion":null,"id":"i","source":"/l","type":"t"}"#, "event_attribute_missing"),
    (#"{"specversion":"1.0","id":"i","type":"t"}"#, "event_attribute_missing"),
    (#"{"specversion":"1.0","id":"i","source":"/l"}"#, "event_attribute_missing"),
    (#"{"id":"i","source":"/l","type":"t"}"#, "event_attribute_missing"),
    (#"{"specversion":"1.0","id":"","source":"/l","type":"t"}"#, "event_attribute_wrong"),
    (#"{"specversion":"1.0","id":7,"source":"/l","type":"t"}"#, "event_attribute_wrong"),
    (#"{"specversion":"1.0","id":"\#(String(repeating: "i", count: 129))","source":"/l","type":"t"}"#, "event_attribute_wrong"),
    (#"{"specversion":"1.0","id":"i","source":"\u002fl","type":"t"}"#, "event_attribute_wrong"),
    (#"{"specversion":"1.0","id":"i\n","source":"/l","type":"t"}"#, "event_attribute_wrong"),
    (#"{"specversion":"1.0","id":"i","source":["/l"],"type":"t"}"#, "event_attribute_wrong"),
    (event(#","subject":"""#), "event_attribute_wrong"), (event(#","partitionkey":9"#), "event_attribute_wrong"),
    (event(#","partitionkey":"\#(String(repeating: "k", count: 513))""#), "event_attribute_wrong"),
    (#"{"specversion":"0.3","id":"i","source":"/l","type":"t"}"#, "event_version"),
    (#"{"specversion":1.0,"id":"i","source":"/l","type":"t"}"#, "event_version"),
    (#"{"specversion":"1.00","id":"i","source":"/l","type":"t"}"#, "event_version"),
    (event(#","source":"/marketing""#), "event_name"), (event(#","sourc\u0065":"/marketing""#), "event_name"),
    (event(#","traceparent":"a","traceparent":"a""#), "event_name"), (event(#","data":1,"data":1"#), "event_name"),
    (event(#","Subject":"x""#), "event_name"), (event(#","my_name":"x""#), "event_name"), (event(#","":"x""#), "event_name"),
    (event(#","é":"x""#), "event_name"), (event(#","data_base64":"","data_base64":"""#), "event_name"),
    (event(#","\#(String(repeating: "n", count: 65))":"x""#), "event_name"),
    (event((0..<61).map { #","x\#($0)":0"# }.joined()), "event_attributes"),
  ])
  func `an event that can never be taken uses up its sequence and ends nothing`(event: String, code: String) {
    let fault = #expect(throws: WireFault.self) { try client(publish(event, sequence: 12)) }
    guard case .event(let sequence, let found) = fault else { return #expect(Bool(false), "\(event): \(String(describing: fault))") }
    #expect(sequence == 12)
    #expect(found.code == code, "\(found)")
    #expect(fault?.endsConnection == false)
    // A department that asks beforehand hears the same.
    #expect(throws: WireFault.event(sequence: 0, found)) { try EventScan.check(Array(event.utf8)) }
  }

  @Test func `the limits themselves are allowed`() throws {
    let longest = event(
      (0..<60).map { #","x\#($0)":0"# }.joined().replacing("\"x0\"", with: "\"\(String(repeating: "n", count: 64))\""))
    try EventScan.check(Array(longest.utf8))
    try EventScan.check(
      Array(
        #"{"specversion":"1.0","id":"\#(String(repeating: "i", count: 128))","source":"s","type":"t","subject":"\#(String(repeating: "s", count: 512))"}"#
          .utf8))
  }

  @Test func `an event over the limit is refused, one of just the limit passes`() throws {
    let room = WireLimits.messageBytesMax - event(#","data":"""#).utf8.count
    let full = event(#","data":"\#(String(repeating: "x", count: room))""#)
    #expect(full.utf8.count == WireLimits.messageBytesMax)
    try EventScan.check(Array(full.utf8))
    let over = event(#","data":"\#(String(repeating: "x", count: room + 1))""#)
    #expect(throws: WireFault.event(sequence: 7, .tooLong(bytes: WireLimits.messageBytesMax + 1))) { try client(publish(over)) }
  }

  @Test func `broken JSON is worse than a bad event`() {
    #expect(throws: WireFault.self) { try EventScan.check(Array(#"{"id":1,}"#.utf8)) }
    #expect(throws: WireFault.self) { try EventScan.check(Array((event() + "x").utf8)) }
    let fault = #expect(throws: WireFault.self) { try client(publish(#"{"id":1} ]"#)) }
    #expect(fault?.code == "not_json")
    let missing = #expect(throws: WireFault.self) { try client(#"{"op":"publish","event":{}}"#) }
    #expect(missing == .missing("sequence"))
  }

  @Test func `names of one length that differ in one byte are different names`() throws {
    // Sixteen and more bytes: the ends alone do not tell them apart.
    let stem = "aaaaaaaa"
    for middle in ["", "m", "mm", "mmmmmmmmmm"] {
      for other in ["b", "c", "z", "0"] {
        try EventScan.check(Array(event(#","\#(stem)\#(middle)x\#(stem)":1,"\#(stem)\#(middle)\#(other)\#(stem)":2"#).utf8))
        #expect(throws: WireFault.self) {
          try EventScan.check(Array(event(#","\#(stem)\#(middle)\#(other)\#(stem)":1,"\#(stem)\#(middle)\#(other)\#(stem)":2"#).utf8))
        }
      }
    }
  }

  @Test(arguments: [
    event(), event(#","partitionkey":"k""#), event(#","subject":"s""#), event(#","subject":"s","partitionkey":"k""#),
    event(#","partitionkey":null,"subject":"s""#), event(#","subject":null,"data":{"partitionkey":"inner"}"#),
    event(#","data":{"a":[1,2]},"partitionkey":"behind the data""#), event(#" , "partitionkey" : "k\u00e9" , "data" : 1"#),
  ])
  func `the key that is found without the rest is the one that the whole scan finds`(event: String) {
    let found = Array(event.utf8).withUnsafeBytes { try? EventScan.key($0) }
    let scanned = Array(event.utf8).withUnsafeBytes { (try? EventScan($0, from: 0))?.routing.key }
    #expect(found != nil && found == scanned)
  }
}
