import Contracts
import Testing
import Wire

@Suite struct ClientMessageDecoderTests {
  @Test func `a publish says where its parts stand`() throws {
    let payload = publish(event(#","subject":"s-1","partitionkey":"k-1","data":{"a":[1,2.5e3,null]}"#))
    guard case .publish(let publish) = try client(payload) else { return #expect(Bool(false)) }
    let bytes = Array(payload.utf8)
    #expect(publish.sequence == 7)
    #expect(text(Array(bytes[publish.event])) == event(#","subject":"s-1","partitionkey":"k-1","data":{"a":[1,2.5e3,null]}"#))
    #expect(text(Array(bytes[publish.routing.id])) == "a-1")
    #expect(text(Array(bytes[publish.routing.source])) == "/ledger")
    #expect(text(Array(bytes[publish.routing.type])) == "ledger.order.captured.v1")
    #expect(text(Array(bytes[publish.routing.key])) == "k-1")
  }

  @Test(arguments: [
    (#","partitionkey":"k""#, "k"), (#","subject":"s","partitionkey":"k""#, "k"), (#","subject":"s""#, "s"), ("", "a-1"),
    (#","subject":"s","partitionkey":null"#, "s"), (#","subject":null,"partitionkey":null"#, "a-1"),
    (#","partitionkey":"a\"b""#, #"a\"b"#), (#","partitionkey":"ключ""#, "ключ"),
  ])
  func `the key is partitionkey, else subject, else id`(more: String, key: String) throws {
    let payload = publish(event(more))
    guard case .publish(let publish) = try client(payload) else { return #expect(Bool(false)) }
    #expect(text(Array(Array(payload.utf8)[publish.routing.key])) == key)
  }

  @Test(arguments: [
    #" { "op" : "publish" , "sequence" : 7 , "event" : \#(event()) } "#,
    #"{"op":"publish","event":\#(event()),"sequence":7}"#,
    #"{"op":"publish","event":\#(event()),"sequence":7,"later":[{"x":1,"x":2}]}"#,
    "{\"op\":\"publish\",\n\t\"sequence\":7\r\n,\"event\":\(event())\n}\n",
    publish(#"{"type":"t","source":"s","id":"i","specversion":"1.0"}"#),
    publish(event(#","data":{"id":1,"id":2,"\u0069d":3}"#)),
    publish(event(#","data":null"#)),
    publish(event(#","data_base64":"AA==","x":"\ud83d\ude00é""#)),
    publish(event(#","aaaaaaaab":1,"aaaaaaaac":1,"baaaaaaab":1,"aaaaaaaabaaaaaaaab":1,"aaaaaaaacaaaaaaaab":2"#)),
  ])
  func `takes what is allowed`(payload: String) throws {
    guard case .publish(let publish) = try client(payload) else { return #expect(Bool(false)) }
    #expect(publish.sequence == 7)
  }

  @Test(arguments: [
    ("", "not_json"), ("{", "not_json"), ("[]", "not_json"), ("{}", "op_not_first"), ("{} x", "op_not_first"), ("null", "not_json"),
    (#"{"sequence":7,"op":"publish"}"#, "op_not_first"), (#"{"op":7}"#, "op_not_first"), (#"{"op":null}"#, "op_not_first"),
    (#"{"\u006fp":"ping","id":1}"#, "escaped_name"), (#"{"op":"publsh"}"#, "unknown_op"), (#"{"op":"publsh" "a":1}"#, "not_json"),
    (#"{"op":"pub\u006cish"}"#, "unknown_op"), (#"{"op":"\#(String(repeating: "x", count: 4000))"}"#, "unknown_op"),
    (#"{"op":"welcome"}"#, "unknown_op"), (#"{"op":"ping","id":1,"id":1}"#, "duplicate_name"),
    (#"{"op":"ping","op":"ping","id":1}"#, "duplicate_name"), (#"{"op":"ping","id":1,"\u0069d":1}"#, "escaped_name"),
    (#"{"op":"ping","id":1}{}"#, "not_json"), (#"{"op":"ping","id":1},"#, "not_json"), (#"{"op":"ping","id":01}"#, "not_json"),
    (#"{"op":"ping"}"#, "missing"), (#"{"op":"ping","id":null}"#, "missing"), (#"{"op":"ping","id":-1}"#, "wrong_type"),
    (#"{"op":"ping","id":-0}"#, "wrong_type"), (#"{"op":"ping","id":1.0}"#, "wrong_type"), (#"{"op":"ping","id":1e3}"#, "wrong_type"),
    (#"{"op":"ping","id":"1"}"#, "wrong_type"), (#"{"op":"ping","id":9007199254740992}"#, "wrong_type"),
    (#"{"op":"ping","id":18446744073709551617}"#, "wrong_type"), (#"{"op":"ping","id":00000000000000001}"#, "not_json"),
    (#"{"op":"publish","sequence":0,"event":{}}"#, "wrong_type"), (#"{"op":"publish","event":{}}"#, "missing"),
    (#"{"op":"publish","sequence":1}"#, "missing"), (#"{"op":"publish","sequence":1,"event":null}"#, "missing"),
    (#"{"op":"publish","sequence":1,"event":[]}"#, "wrong_type"), (#"{"op":"publish","sequence":1,"event":"x"}"#, "wrong_type"),
    (#"{"op":"publish","sequence":1,"event":{"a" 1}}"#, "not_json"), (#"{"op":"publish","sequence":1,"event":{},}"#, "not_json"),
    (#"{"op":"credit","handle":4294967296}"#, "wrong_type"), (#"{"op":"credit","messages":1}"#, "missing"),
    (#"{"op":"working","handle":1}"#, "missing"), (#"{"op":"working","handle":1,"deliveries":[[2,1]]}"#, "ranges_not_ascending"),
    (#"{"op":"working","handle":1,"deliveries":[[1,2],[2,3]]}"#, "ranges_not_ascending"),
    (#"{"op":"working","handle":1,"deliveries":[[5,6],[1,2]]}"#, "ranges_not_ascending"),
    (#"{"op":"working","handle":1,"deliveries":[1,2]}"#, "wrong_type"), (#"{"op":"working","handle":1,"deliveries":[[1]]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[[1,2,3]]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[null]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[[1,null]]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[[1,2],]}"#, "not_json"),
    (#"{"op":"working","handle":1,"deliveries":[[1,2] [3,4]]}"#, "not_json"),
    (#"{"op":"working","handle":1,"deliveries":[[1,-2]]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[[1,9007199254740992]]}"#, "wrong_type"),
    (#"{"op":"working","handle":1,"deliveries":[[1,2]"#, "not_json"),
    (#"{"op":"working","handle":1,"deliveries":{}}"#, "wrong_type"), (#"{"op":"working","handle":1,"deliveries":["#, "not_json"),
    (#"{"op":"settle","handle":1,"exceptions":[{"verdict":"later"}]}"#, "missing"),
    (#"{"op":"settle","handle":1,"exceptions":[{"delivery":1,"verdict":"never"}]}"#, "missing"),
    (#"{"op":"settle","handle":1,"exceptions":[{"delivery":1,"verdict":"perhaps"}]}"#, "wrong_type"),
    (#"{"op":"settle","handle":1,"exceptions":[{"delivery":1,"verdict":"later","after_ms":86400001}]}"#, "wrong_type"),
    (#"{"op":"settle","handle":1,"exceptions":[7]}"#, "wrong_type"),
    (#"{"op":"settle","handle":1,"exceptions":[{"delivery":1,"delivery":1,"verdict":"later"}]}"#, "duplicate_name"),
    (#"{"op":"hello","version":1,"credential":"ledger"}"#, "missing"),
    (#"{"op":"hello","version":1,"credential":"Ledger","secret":"s"}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"","secret":"s"}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","lineage":"a/b"}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":[]}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"publishes":{"a":1,"a":2}}}"#, "not_json"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[1]}}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[{}]}}"#, "missing"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[{"type":"a.*b"}]}}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[{"type":"a","fields":"/a"}]}}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[{"type":"a","fields":["a"]}]}}"#, "wrong_type"),
    (#"{"op":"hello","version":1,"credential":"a","secret":"s","manifest":{"reads":[{"type":"a","fields":["/a",null]}]}}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1}"#, "missing"), (#"{"op":"subscribe","handle":1,"name":"a b"}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","filters":["x*"]}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","filters":["x.*.y"]}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","filters":"x"}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","start":"end"}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","start":{}}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","start":{"position":1,"time":"2026-05-01T00:00:00.000Z"}}"#, "wrong_type"),
    (#"{"op":"subscribe","handle":1,"name":"a","dead_key":"burn"}"#, "wrong_type"), (#"{"op":"mark","through":"yesterday"}"#, "wrong_type"),
    (#"{"op":"request","id":1,"to":"service","subject":"x","deadline_ms":0,"body":1}"#, "wrong_type"),
    (#"{"op":"request","id":1,"to":"service","subject":"x","deadline_ms":60001,"body":1}"#, "wrong_type"),
    (#"{"op":"request","id":1,"from":"service","subject":"x","deadline_ms":1,"body":1}"#, "missing"),
    (#"{"op":"reply","id":1}"#, "missing"), (#"{"op":"reply","id":1,"code":"x"}"#, "missing"),
    (#"{"op":"unsubscribe","handle":1,"forget":1}"#, "wrong_type"), (#"{"op":"farewell"}"#, "missing"),
  ])
  func `refuses a bad frame with its code`(payload: String, code: String) throws {
    let fault = #expect(throws: WireFault.self) { try client(payload) }
    #expect(fault?.code == code, "\(payload): \(fault.map(\.description) ?? "-")")
    #expect(fault?.endsConnection == true)
    #expect((fault?.description.utf8.count ?? 0) < 400)
  }

  @Test func `refuses what is no UTF-8, deeper or more than allowed`() {
    let deep = { (levels: Int) in
      publish(event(#","data":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)))
    }
    #expect(throws: Never.self) { try client(deep(63)) }
    #expect(throws: WireFault.self) { try client(deep(64)) }
    #expect(throws: WireFault.self) { try client(#"{"op":"ping","id":1,"x":"# + String(repeating: "[", count: 100_000)) }
    for bad: [UInt8] in [[0xC0, 0x80], [0xFF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0x0A], [0x00]] {
      let payload = Array(#"{"op":"ping","id":1,"x":""#.utf8) + bad + Array(#""}"#.utf8)
      #expect(throws: WireFault.self) { try client(payload) }
    }
    #expect(throws: WireFault.self) { try client([0xEF, 0xBB, 0xBF] + Array(#"{"op":"ping","id":1}"#.utf8)) }
    let members = { (count: Int) in #"{"op":"ping","id":1"# + (0..<count).map { #","m\#($0)":0"# }.joined() + "}" }
    #expect(throws: Never.self) { try client(members(62)) }
    #expect(throws: WireFault.tooMany("members", limit: 64)) { try client(members(63)) }
    let ranges = { (count: Int) in
      #"{"op":"working","handle":1,"deliveries":["# + (0..<count).map { "[\($0 * 2),\($0 * 2)]" }.joined(separator: ",") + "]}"
    }
    #expect(throws: Never.self) { try client(ranges(1024)) }
    #expect(throws: WireFault.tooMany("ranges", limit: 1024)) { try client(ranges(1025)) }
  }

  @Test func `every prefix of a frame is refused and none is read past its end`() throws {
    let frames = [
      publish(event(#","subject":"é\n","partitionkey":"k","data":[true,false,null,-1.5E+7,"x"]"#)),
      #"{"op":"settle","handle":1,"done":[[1,5],[7,7]],"exceptions":[{"delivery":6,"verdict":"later","after_ms":1}]}"#,
      #"{"op":"subscribe","handle":1,"name":"n","filters":["a.*"],"start":{"position":3},"dead_key":"pass"}"#,
      #"{"op":"hello","version":1,"credential":"c","secret":"s","manifest":{"publishes":{"t":{}},"reads":["*",{"type":"t","fields":["/a"]}]}}"#,
    ]
    for frame in frames {
      let bytes = Array(frame.utf8)
      #expect(throws: Never.self) { try client(bytes) }
      for end in 0..<bytes.count { #expect(throws: WireFault.self) { try client(Array(bytes[..<end])) } }
    }
  }
}
