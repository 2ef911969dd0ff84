import Contracts
import Foundation
import HTTP
import TestKit
import Testing
import Transport

extension MeshTests {
  /// Access given, narrowed and taken by the command line while the broker runs.
  @Suite struct CredentialReloadTests {
    private func accord(_ siege: Siege, _ words: String...) throws -> (exit: ChildExit, stdout: String, stderr: String) {
      try ChildProgram.run("accord", ["credential"] + words + ["--data", siege.caller.data])
    }

    private func subscribe(_ peer: RawPeer, _ handle: Int64, _ filter: String) throws {
      try peer.send([
        "op": "subscribe", "handle": .integer(handle), "name": .string("s\(handle)"), "filters": [.string(filter)], "messages": 9,
        "bytes": 90_000,
      ])
    }

    @Test func `narrowed rights end what lies outside them, widened ones hold at once, and a revoked credential is out`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--publish", "shop.*", "--source", "/shop", "--read", "ledger.*", "--read", "marketing.*")
      let shop = try siege.enter("shop", ["lineage": "s", "epoch": 1])
      try subscribe(shop, 1, "ledger.honest.*")
      try subscribe(shop, 2, "marketing.*")
      for _ in 0..<2 { _ = try shop.expect("subscribed") }
      #expect(try accord(siege, "change", "shop", "--read", "ledger.honest.*", "--publish", "shop.sale.*").exit == .code(0))
      let ended = try shop.expect("unsubscribed")
      #expect(ended["handle"] == 2 && ended["code"] == "filter_not_allowed")
      try shop.send(Siege.event("1", "shop.stock.v1", "/shop", 1))
      #expect(try shop.expect("refused")["code"] == "type_not_yours")
      try siege.proceed(1)
      _ = try shop.expect("deliver")
      #expect(try accord(siege, "change", "shop", "--read", "*", "--publish", "shop.*").exit == .code(0))
      try subscribe(shop, 3, "marketing.*")
      _ = try shop.expect("subscribed")
      try shop.send(Siege.event("2", "shop.stock.v1", "/shop", 2))
      _ = try shop.expect("accepted") { $0["through"] == 2 }

      let listed = try accord(siege, "list")
      #expect(
        listed.stdout.contains("shop: publishes shop.* as /shop; reads *; at most connections 16") && listed.stdout.contains("1 connected"))
      #expect(try accord(siege, "revoke", "shop").exit == .code(0))
      #expect(try shop.fault() == "revoked")
      let again = try RawPeer(siege.port)
      try again.sayHello("shop", "whatever it was")
      #expect(try again.fault() == "not_known")
      #expect(try accord(siege, "revoke", "shop").exit == .code(1))
      #expect(try JSON(parsing: accord(siege, "list", "--json").stdout.trimmingCharacters(in: .newlines))["followed"] == true)
      try siege.lift()
    }

    @Test func `a new secret lets in at once, and the old one until its time is over`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--read", "shop.*")
      let old = try siege.caller.secret(of: "shop")
      let early = try siege.enter("shop")
      #expect(try accord(siege, "rotate", "shop", "--grace", "1h").exit == .code(0))
      #expect(try siege.caller.secret(of: "shop") != old)
      _ = try siege.enter("shop")
      try RawPeer(siege.port).hello("shop", old)
      try early.send(["op": "ping", "id": 1])
      _ = try early.expect("pong")
      // A new one without grace ends who came with those before.
      #expect(try accord(siege, "rotate", "shop", "--grace", "0s").exit == .code(0))
      #expect(try early.fault() == "revoked")
      let late = try RawPeer(siege.port)
      try late.sayHello("shop", old)
      #expect(try late.fault() == "not_known")
      _ = try siege.enter("shop")
      #expect(try accord(siege, "rotate", "shop", "--grace", "soon").exit == .code(64))
      try siege.lift()
    }

    @Test func `a registry that cannot be read changes nothing, and says so until it is mended`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--read", "shop.*")
      let shop = try siege.enter("shop")
      let whole = try siege.mesh.folder.read("data/broker/credentials.json")
      for broken in ["", "{", "[]", #"{"credentials":[{"name":"ledger"}]}"#, nil] {
        if let broken {
          try siege.mesh.folder.write(broken, to: "data/broker/credentials.json")
        } else {
          unlink(siege.mesh.folder.file("data/broker/credentials.json"))
        }
        try eventually("the broker says that it does not follow") { !siege.caller.isReady("broker") }
        #expect(try siege.caller.send("broker", .get, "/readyz", token: "").text.contains("the old credentials stay"))
        #expect(try siege.caller.get("broker", "/v1/status")["credentials_problem"]?.string?.contains("credentials.json") == true)
        try shop.send(["op": "ping", "id": 1])
        _ = try shop.expect("pong")
        try siege.welcomesNewcomer()
        try siege.mesh.folder.write(whole, to: "data/broker/credentials.json")
        try eventually("the broker follows again") { siege.caller.isReady("broker") }
      }
      #expect(siege.mesh.log(of: "broker").contains("credentials.unreadable"))
      try shop.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `who publishes faster than it may is put off, loses nothing, and slows nobody`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--publish", "shop.*", "--source", "/shop", "--messages-per-second", "200")
      let shop = try siege.enter("shop", ["lineage": "s", "epoch": 1])
      let count: Int64 = 600
      var next: Int64 = 1
      var resumes = 0
      while next <= count {
        // As fast as it can, a window at a time, and it obeys.
        for number in next...min(count, next + 299) { try shop.send(Siege.event("e\(number)", "shop.e.v1", "/shop", number)) }
        let last = min(count, next + 299)
        let answer = try shop.nextAnswer(accepting: last)
        if let from = answer["from"]?.integer {
          #expect(answer["code"] == "rate" && answer["after_ms"]?.integer ?? 0 > 0)
          resumes += 1
          poll(nil, 0, Int32(answer["after_ms"]?.integer ?? 1))
          next = from
        } else {
          next = last + 1
        }
        try siege.proceed(1)
      }
      #expect(resumes >= 1)
      // Who does not obey is not read from: what he sends stays with him.
      for _ in 0..<3_000 { try? shop.send(Siege.event("x", "shop.e.v1", "/shop", 1)) }
      try siege.proceed()
      #expect(try siege.caller.figure("broker", "accord_broker_over_rate_total") ?? 0 >= 1)
      let row = try siege.caller.get("broker", "/v1/credentials")["credentials"]?.array?.first { $0["name"] == "shop" }
      #expect(row?["put_off"]?.integer ?? 0 >= 1)
      #expect(try accord(siege, "revoke", "shop").exit == .code(0))
      try siege.lift()
    }

    @Test func `who asks without end and reads nothing is no longer heard`() throws {
      let siege = try Siege()
      let deaf = try siege.enter("operator")
      let question = RawPeer.frame(Array(#"{"op":"admin","id":1,"command":{"name":"status"}}"#.utf8))
      let many = Array(repeatElement(question, count: 2_000).joined())
      // Until the kernel takes no more of it.
      for _ in 0..<40 { if (try? deaf.send(raw: many, within: .milliseconds(200))) == nil { break } }
      try siege.proceed()
      #expect(try siege.growth() < 96 << 20)
      try siege.welcomesNewcomer()
    }
  }
}

extension RawPeer {
  /// The next `resume`, or the `accepted` through `last`.
  fileprivate func nextAnswer(accepting last: Int64) throws -> JSON {
    while let message = try next() {
      if message["op"] == "resume" || (message["op"] == "accepted" && message["through"]?.integer ?? 0 >= last) { return message }
    }
    throw NeverHappened("an answer comes")
  }
}
