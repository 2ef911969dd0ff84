import Contracts
import Testing
import Wire

@Suite struct BrokerMessageDecoderTests {
  @Test(arguments: [
    ("{}", "op_not_first"), (#"{"op":"hello","version":1}"#, "unknown_op"), (#"{"op":"greeting","x":{}}"#, "unknown_op"),
    (#"{"op":"deliver","handle":1,"number":1,"position":1,"attempt":1,"producer":"p","sequence":1}"#, "missing"),
    (#"{"op":"deliver","handle":1,"number":1,"position":1,"attempt":4294967296,"producer":"p","sequence":1,"event":{}}"#, "wrong_type"),
    (#"{"op":"deliver","handle":1,"number":1,"position":1,"attempt":1,"producer":"p","sequence":1,"event":[]}"#, "wrong_type"),
    (#"{"op":"deliver","handle":1,"number":1,"position":1,"attempt":1,"producer":"p","sequence":1,"event":{}"#, "not_json"),
    (#"{"op":"accepted","through":1}"#, "missing"), (#"{"op":"fault","code":"x"}"#, "missing"),
    (#"{"op":"welcome","version":1}"#, "missing"), (#"{"op":"revoke","handle":1,"deliveries":[[3,1]]}"#, "ranges_not_ascending"),
    (#"{"op":"mark","handle":1,"source":"/l","through":7}"#, "wrong_type"),
  ])
  func `refuses a bad frame with its code`(payload: String, code: String) {
    let fault = #expect(throws: WireFault.self) { try broker(payload) }
    #expect(fault?.code == code)
  }

  @Test func `what a later broker adds is ignored`() throws {
    #expect(try broker(#"{"op":"accepted","through":3,"forget":1,"speed":{"a":[1]}}"#) == .accepted(through: 3, forget: 1))
    #expect(
      try broker(#"{"op":"unsubscribed","handle":3,"until":"tomorrow"}"#) == .unsubscribed(handle: 3, reason: nil))
  }

  @Test func `an event of the greatest depth is delivered as deep as it was published`() throws {
    let deep = event(#","data":"# + String(repeating: "[", count: 63) + String(repeating: "]", count: 63))
    try EventScan.check(Array(deep.utf8))
    let delivery = Delivery(
      handle: 1, number: 1, position: 1, attempt: 1, producer: "a/b", sequence: 1, event: Array(deep.utf8))
    #expect(try broker(payloads(frame(.deliver(delivery)))[0]) == .deliver(delivery))
  }

  @Test func `a delivery's header fits its room at its longest`() throws {
    let producer = String(repeating: "c", count: 64) + "/" + String(repeating: "l", count: 64)
    let escaped = DeliveryHeader.producer(producer)
    #expect(escaped.count == WireLimits.producerBytesMax)
    let room = DeliveryHeader.bytesMax(producer: escaped.count)
    var header = [UInt8](repeating: 0, count: room)
    let count = header.withUnsafeMutableBytes { buffer in
      escaped.withUnsafeBytes {
        DeliveryHeader.render(
          handle: .max, number: .max, position: .max, attempt: .max, producer: $0, sequence: .max,
          eventBytes: WireLimits.messageBytesMax, into: buffer)
      }
    }
    #expect(count <= room)
    let written = text(Array(header[4..<count]))
    #expect(
      written
        == #"{"op":"deliver","handle":4294967295,"number":18446744073709551615,"position":18446744073709551615,"#
        + #""attempt":4294967295,"producer":"\#(producer)","sequence":18446744073709551615,"event":"#)
    let length = header[..<4].reduce(0) { $0 << 8 | Int($1) }
    #expect(length == count - 4 + WireLimits.messageBytesMax + 1)
    #expect(length <= WireLimits.frameBytesMax)
  }

  @Test(arguments: [0, 1, 9, 10, 11, 99, 100, 101, 999_999, 1_000_000, 9_999_999_999, 10_000_000_000, 9_007_199_254_740_991])
  func `numbers are written in full`(number: UInt64) throws {
    let delivery = Delivery(
      handle: 0, number: number, position: number, attempt: 1, producer: "a/\"\\é", sequence: number, event: Array("{}".utf8))
    #expect(try broker(payloads(frame(.deliver(delivery)))[0]) == .deliver(delivery))
  }
}
