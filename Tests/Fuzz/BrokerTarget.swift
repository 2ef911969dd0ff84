import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

extension FuzzTarget {
  /// Several connections' messages against the whole broker: it takes or refuses each, stays alive, and its disk remembers what it knows.
  ///
  /// The input is lines. `1{...}` is a frame on connection 1; `x1` breaks it; `t500` lets half a second pass; `e` ends the turn; `f` answers
  /// a reading of the disk; `r` rolls the journal; `s` and `S` fill the disk and empty it; `p` cuts the power.
  static let broker = FuzzTarget(
    name: "broker", seeds: { BrokerLines.seeds.map { Array($0.joined(separator: "\n").utf8) } },
    check: { bytes in
      do {
        var broker = try FuzzBroker()
        for line in bytes.split(separator: 0x0A).prefix(64) where line.count < 4_096 {
          if let wrong = try play(UnsafeRawBufferPointer(rebasing: line), &broker) { return wrong }
        }
        if let wrong = try broker.turn() { return wrong }
        guard try broker.remembered() == broker.machine.checkpoint() else { return "what the disk remembers is not what the machine knows" }
        _ = broker.machine.status()
        return nil
      } catch { return "\(error)" }
    })

  private static func play(_ line: UnsafeRawBufferPointer, _ broker: inout FuzzBroker) throws -> String? {
    let rest = UnsafeRawBufferPointer(rebasing: line.dropFirst())
    switch line[0] {
    case UInt8(ascii: "1")...UInt8(ascii: "4"): try broker.hear(rest, on: UInt32(line[0] & 7))
    case UInt8(ascii: "x"): try broker.lose(UInt32((rest.first ?? 0) & 7))
    case UInt8(ascii: "t"): try broker.pass(Int64(String(decoding: rest, as: UTF8.self)).map { max(0, min($0, 1_000_000)) } ?? 10)
    case UInt8(ascii: "f"): try broker.read()
    case UInt8(ascii: "r"): try broker.roll()
    case UInt8(ascii: "s"): try broker.storage(isFull: true)
    case UInt8(ascii: "S"): try broker.storage(isFull: false)
    case UInt8(ascii: "p"): broker = try broker.restarted()
    default: break
    }
    return line[0] == UInt8(ascii: "e") ? try broker.turn() : nil
  }
}

/// Small stories to begin with.
enum BrokerLines {
  static func hello(_ name: String, _ lineage: String? = nil) -> String {
    let more = lineage.map { #","lineage":"\#($0)","epoch":1"# } ?? ""
    return #"{"op":"hello","version":1,"credential":"\#(name)","secret":"s"\#(more)}"#
  }

  static func publish(_ sequence: Int, key: String, more: String = "") -> String {
    #"{"op":"publish","sequence":\#(sequence),"event":{"specversion":"1.0","id":"e\#(sequence)","source":"/ledger","type":"l.a","partitionkey":"\#(key)"\#(more)}}"#
  }

  static func subscribe(_ name: String, _ handle: Int, _ dead: String = "park", messages: Int = 9) -> String {
    #"{"op":"subscribe","handle":\#(handle),"name":"\#(name)","filters":["l.*"],"start":"beginning","dead_key":"\#(dead)","messages":\#(messages),"bytes":9000}"#
  }

  static let settled = #"2{"op":"settle","handle":1,"done":[[1,2]],"exceptions":[{"delivery":3,"verdict":"never","reason":"b"}]}"#
  static let later =
    #"2{"op":"settle","handle":1,"exceptions":[{"delivery":1,"verdict":"later","after_ms":5},{"delivery":2,"verdict":"later"}]}"#
  static let working = #"2{"op":"working","handle":1,"deliveries":[[1,3]]}"#

  static let opening = ["1" + hello("ledger", "L"), "2" + hello("reader"), "2" + subscribe("s", 1)]
  static let three = [1, 2, 3].map { "1" + publish($0, key: $0 == 2 ? "b" : "a") }

  /// Something of everything: dead letters and some that come back, a replay, troubles, what is settled behind what is not, segments.
  static let past =
    ["1" + hello("ledger", "L"), "2" + hello("reader"), "3" + hello("operator"), "2" + subscribe("s", 1), "2" + subscribe("p", 2, "pass")]
    + (1...9).map { "1" + publish($0, key: $0 % 3 == 0 ? "b" : "k\($0)") }
    + [
      "e", #"2{"op":"settle","handle":1,"done":[[4,4]],"exceptions":[{"delivery":3,"verdict":"never","reason":"b"}]}"#,
      #"2{"op":"settle","handle":2,"done":[[1,4]],"exceptions":[{"delivery":5,"verdict":"never"},{"delivery":6,"verdict":"later"}]}"#, "e",
      order("redrive", "p"), order("replay", "p", #","from":"beginning","rate":1"#), "e", "t", "e", "r",
      "1" + publish(10, key: "c"), #"1{"op":"publish","sequence":11,"event":{"specversion":"1.0"}}"#, "e",
    ]

  private static func order(_ name: String, _ subscription: String, _ more: String = "") -> String {
    #"3{"op":"admin","id":1,"command":{"name":"\#(name)","subscription":"reader/\#(subscription)"\#(more)}}"#
  }

  static let seeds: [[String]] = [
    opening + three + ["e", working, settled, "e", "p", "2" + hello("reader"), "2" + subscribe("s", 1), "e"],
    opening + three + ["e", later, "t10", "e", "t2000", "e", "x2", "e"],
    opening + ["1" + publish(2, key: "a"), "1" + publish(1, key: "a"), "1" + publish(1, key: "a"), "e", "r", "p"],
    opening + three + [working, "e", "x2", "2" + hello("reader"), "2" + subscribe("s", 1, "pass"), "t40000", "e"],
    opening + ["3" + hello("operator"), #"3{"op":"admin","id":1,"command":{"name":"status"}}"#, "s"] + three + ["S", "e"],
    opening + ["1" + subscribe("q", 2), #"2{"op":"request","id":1,"to":"ledger","subject":"s","deadline_ms":10,"body":{}}"#, "t20", "e"],
    opening + three + [
      "1" + subscribe("z", 1, messages: 1), "e", "f", "e", #"1{"op":"credit","handle":1,"messages":5,"bytes":99}"#, "e", "f",
    ],
    opening + three
      + [#"1{"op":"mark","through":"2026-01-01T00:00:00.000Z"}"#, #"2{"op":"unsubscribe","handle":1,"forget":true}"#, "e"],
    ["1" + hello("ledger", "L"), "2" + hello("ledger", "L"), #"1{"op":"farewell","reason":"x"}"#, "1" + publish(1, key: "a"), "e"],
  ]
}
