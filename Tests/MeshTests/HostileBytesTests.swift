import Contracts
import Foundation
import TestKit
import Testing
import Transport

extension MeshTests {
  /// Bytes that no client of ours sends: the real broker says why, ends that connection, and nobody else notices.
  @Suite struct HostileBytesTests {
    @Test func `a length of four gigabytes is refused before a byte is kept for it`() throws {
      let siege = try Siege()
      for greeted in [false, true] {
        let peer = greeted ? try siege.enter("marketing") : try RawPeer(siege.port)
        try peer.send(raw: [0xFF, 0xFF, 0xFF, 0xFF] + Array("{\"op\":".utf8))
        try siege.proceed()
        #expect(try peer.fault() == "frame_length")
      }
      // A stranger's limit is a hello's.
      let stranger = try RawPeer(siege.port)
      try stranger.send(raw: [0, 16, 0, 0])
      #expect(try stranger.fault() == "frame_length")
      #expect(try siege.growth() < 32 << 20)
      try siege.lift()
    }

    @Test func `who is slow may be slow, but not before the hello, and silence in the midst of a frame ends it`() throws {
      let siege = try Siege(["HEARTBEAT": "1s"])
      let hello = RawPeer.frame(Array(#"{"op":"hello","version":1,"credential":"marketing","secret":"x"}"#.utf8))
      let trickle = try RawPeer(siege.port)
      let nothing = try RawPeer(siege.port)
      let slow = try siege.enter("marketing", ["lineage": "slow", "epoch": 1])
      let silent = try siege.enter("marketing", ["lineage": "silent", "epoch": 1])
      let publish = RawPeer.frame(Siege.event("s", "marketing.slow.tried.v1", "/marketing", 1).bytes)
      try silent.send(raw: Array(publish.prefix(publish.count / 2)))
      // One byte a second, for longer than either patience.
      for second in 0..<7 {
        if second < 5 { try trickle.send(raw: [hello[second]]) }
        try slow.send(raw: [publish[second]])
        try siege.proceed()
        poll(nil, 0, 1_000)
      }
      #expect(try trickle.fault() == "hello_expected")
      #expect(try nothing.fault() == "hello_expected")
      #expect(try silent.fault() == "silent")
      try slow.send(raw: Array(publish.dropFirst(7)))
      _ = try slow.expect("accepted") { $0["through"] == 1 }
      try slow.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `every malformed frame has its code, and the connection its end`() throws {
      let siege = try Siege()
      func publish(_ event: String) -> [UInt8] { Array(#"{"op":"publish","sequence":1,"event":\#(event)}"#.utf8) }
      let deep = String(repeating: "[", count: 100_000)
      let rows: [(String, [UInt8], String)] = [
        ("not JSON", Array("hello".utf8), "not_json"), ("nothing", [], "frame_length"), ("an array", Array("[1]".utf8), "not_json"),
        ("invalid UTF-8", Array(#"{"op":"farewell","reason":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), "not_json"),
        ("an overlong slash", Array(#"{"op":"farewell","reason":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), "not_json"),
        ("half a surrogate", Array(#"{"op":"farewell","reason":"\ud800"}"#.utf8), "not_json"),
        (
          "nesting in a question", Array((#"{"op":"request","id":1,"to":"ledger","subject":"x","deadline_ms":9,"body":"# + deep).utf8),
          "nested_too_deep"
        ),
        ("a name twice", Array(#"{"op":"ping","id":1,"id":2}"#.utf8), "duplicate_name"),
        ("an escaped name", Array(#"{"op":"ping","i\u0064":1}"#.utf8), "escaped_name"),
        ("the op last", Array(#"{"id":1,"op":"ping"}"#.utf8), "op_not_first"),
        ("an unknown op", Array(#"{"op":"shutdown"}"#.utf8), "unknown_op"),
        ("credit beyond numbers", Array(#"{"op":"credit","handle":1,"messages":18446744073709551617}"#.utf8), "wrong_type"),
        ("credit below zero", Array(#"{"op":"credit","handle":1,"messages":-1}"#.utf8), "wrong_type"),
        ("ranges that fall", Array(#"{"op":"settle","handle":1,"done":[[5,1]]}"#.utf8), "ranges_not_ascending"),
        ("a second hello", Array(#"{"op":"hello","version":1,"credential":"ledger","secret":"x"}"#.utf8), "hello_repeated"),
      ]
      for (what, payload, code) in rows {
        let peer = try siege.enter("marketing")
        try peer.send(payload)
        #expect(try peer.fault() == code, "\(what)")
      }
      // Nesting in an event, and what stands twice in its envelope, use up the number and nothing more.
      let whole = #""specversion":"1.0","id":"a","source":"/marketing","type":"marketing.a.v1""#
      let events: [(String, String)] = [
        (#"{\#(whole),"source":"/ledger"}"#, "event_name"), (#"{\#(whole),"sourc\u0065":"/ledger"}"#, "event_name"),
        (#"{\#(whole),"SOURCE":"/ledger"}"#, "event_name"),
        (#"{"specversion":"1.0","id":"a","source":"\/marketing","type":"marketing.a.v1"}"#, "event_attribute_wrong"),
        (#"{"specversion":"1.0","id":"","source":"/marketing","type":"marketing.a.v1"}"#, "event_attribute_wrong"),
        (#"{"specversion":"0.3","id":"a","source":"/marketing","type":"marketing.a.v1"}"#, "event_version"),
        (#"{"specversion":"1.0","id":"a","type":"marketing.a.v1"}"#, "event_attribute_missing"),
      ]
      let peer = try siege.enter("marketing", ["lineage": "m", "epoch": 1])
      for (number, (event, code)) in events.enumerated() {
        try peer.send(Array(#"{"op":"publish","sequence":\#(number + 1),"event":\#(event)}"#.utf8))
        let refused = try peer.expect("refused")
        #expect(refused["code"]?.string == code && refused["sequence"]?.integer == Int64(number + 1), "\(event): \(refused)")
      }
      try peer.send(publish("{\(whole),\"data\":\(deep)"))
      #expect(try peer.fault() == "nested_too_deep")
      try siege.proceed()
      #expect(try siege.growth() < 32 << 20)
      try siege.lift()
    }

    @Test func `three silent heartbeats end a connection, and answering late does not`() throws {
      let siege = try Siege(["HEARTBEAT": "500ms"])
      // Half open: the peer's machine is gone, and nothing says so.
      let gone = try siege.enter("marketing")
      let late = try siege.enter("marketing")
      var pongs = 0
      while pongs < 5 {
        let ping = try late.expect("ping")
        poll(nil, 0, 900)
        try late.send(["op": "pong", "id": ping["id"] ?? 0])
        pongs += 1
        try siege.proceed(1)
      }
      var pings = 0
      while let message = try gone.next() {
        if message["op"] == "ping" { pings += 1 }
        if message["op"] == "fault" { #expect(message["code"] == "silent") }
      }
      #expect(pings == 3)
      try late.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }
  }
}
