import Contracts
import Foundation
import TestKit
import Testing
import Transport

extension MeshTests {
  /// Somebody with a credential of his own who reaches for what is another's.
  @Suite struct HostileMemberTests {
    @Test func `nobody publishes, reads or asks as another`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--publish", "shop.*", "--source", "/shop", "--read", "ledger.order.*", "--ask", "marketing")
      let shop = try siege.enter("shop", ["lineage": "s", "epoch": 1])
      let rows: [(String, String, String?)] = [
        ("shop.sale.v1", "/ledger", "source_not_yours"), ("shop.sale.v1", "/shopping", "source_not_yours"),
        ("shop.sale.v1", "/", "source_not_yours"), ("ledger.order.captured.v1", "/shop", "type_not_yours"),
        ("shop", "/shop", "type_not_yours"), ("shopping.sale.v1", "/shop", "type_not_yours"), ("shop.sale.v1", "/shop/till-7", nil),
      ]
      for (number, (type, source, code)) in rows.enumerated() {
        try shop.send(Siege.event("e\(number)", type, source, Int64(number + 1)))
        let answer = try code == nil ? shop.expect("accepted") { $0["through"]?.integer == Int64(number + 1) } : shop.expect("refused")
        #expect(answer["code"]?.string == code, "\(type) as \(source): \(answer)")
      }
      for (handle, filter) in ["*", "ledger.*", "marketing.*", "ledger.order", "ledger.orders.v1"].enumerated() {
        let filters: JSON = filter == "*" ? [] : [.string(filter)]
        try shop.send(["op": "subscribe", "handle": .integer(Int64(handle)), "name": .string("s\(handle)"), "filters": filters])
        #expect(try shop.expect("unsubscribed")["code"] == "filter_not_allowed", "\(filter)")
      }
      // The name of another's subscription is one's own: nothing of the honest reader's is touched.
      try shop.send(["op": "subscribe", "handle": 9, "name": "honest", "filters": ["ledger.order.*"]])
      _ = try shop.expect("subscribed")
      #expect(try siege.subscription("shop/honest") != nil && siege.subscription("service/honest")?["consumers"] == 1)
      for (peer, code) in [
        ("ledger", "not_allowed"), ("service", "not_allowed"), ("operator", "not_allowed"), ("marketing", "nobody_there"),
      ] {
        try shop.send(["op": "request", "id": 5, "to": .string(peer), "subject": "words", "deadline_ms": 1_000, "body": .null])
        #expect(try shop.expect("reply")["code"]?.string == code, "\(peer)")
      }
      try shop.send(["op": "admin", "id": 1, "command": ["name": "drain"]])
      #expect(try shop.expect("admin")["answer"]?["code"] == "not_allowed")
      // A question of somebody else's is not his to answer.
      try shop.send(["op": "reply", "id": 1, "body": "mine"])
      try siege.proceed()
      try shop.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `settling another's delivery, twice, or what was never sent changes nothing`() throws {
      let siege = try Siege()
      let owner = try siege.enter("service")
      let other = try siege.enter("service")
      for (peer, messages) in [(owner, 3), (other, 0)] as [(RawPeer, Int64)] {
        try peer.send([
          "op": "subscribe", "handle": 1, "name": "shared", "filters": ["ledger.honest.*"], "messages": .integer(messages),
          "bytes": 1_000_000,
        ])
        _ = try peer.expect("subscribed")
      }
      try siege.proceed(3)
      for _ in 0..<3 { _ = try owner.expect("deliver") }
      let last: JSON = 9_007_199_254_740_991
      for handle in [1, 2, 4_294_967_295] as [Int64] {
        try other.send(["op": "working", "handle": .integer(handle), "deliveries": [[1, last]]])
        try other.send(["op": "extend", "handle": .integer(handle), "deliveries": [[1, last]]])
        try other.send([
          "op": "settle", "handle": .integer(handle), "done": [[2, last]],
          "exceptions": [["delivery": 1, "verdict": "never", "reason": "mine"]],
        ])
      }
      try owner.send(["op": "settle", "handle": 1, "done": [[1, 1]]])
      try owner.send([
        "op": "settle", "handle": 1, "done": [[1, 1]], "exceptions": [["delivery": 1, "verdict": "never", "reason": "again"]],
      ])
      try owner.send(["op": "settle", "handle": 1, "done": [[4, last]]])
      for peer in [owner, other] {
        try peer.send(["op": "ping", "id": 1])
        _ = try peer.expect("pong")
      }
      let row = try #require(try siege.subscription("service/shared"))
      #expect(row["settled"] == 1 && row["in_flight"] == 2 && row["dead"] == 0, "\(row)")
      for peer in [owner, other] { try peer.send(["op": "farewell", "reason": "done"]) }
      try siege.lift()
    }

    @Test func `credit beyond all bounds is cut, and its bytes wait on the disk, not in memory`() throws {
      let siege = try Siege()
      let greedy = try siege.enter("operator")
      let most: JSON = 9_007_199_254_740_991
      try greedy.send(["op": "subscribe", "handle": 1, "name": "greedy", "start": "beginning", "messages": most, "bytes": most])
      for _ in 0..<100 { try greedy.send(["op": "credit", "handle": 1, "messages": most, "bytes": most]) }
      _ = try greedy.expect("subscribed")
      // It is sent far more than it reads.
      let loud = try siege.enter("ledger", ["lineage": "loud", "epoch": 1])
      for number in 1...100 as ClosedRange<Int64> {
        var event = Siege.event("loud-\(number)", "ledger.loud.v1", "/ledger", number)
        guard case .object(var members) = event, case .object(var inner)? = event["event"] else { return }
        inner[inner.count - 1].value = .string(String(repeating: "x", count: 500_000))
        members[members.count - 1].value = .object(inner)
        event = .object(members)
        try loud.send(event)
        if number % 20 == 0 { try siege.proceed(1) }
      }
      _ = try loud.expect("accepted") { $0["through"] == 100 }
      #expect(try siege.growth() < 96 << 20, "50 MB were published to somebody who reads nothing")
      for peer in [greedy, loud] { try peer.send(["op": "farewell", "reason": "done"]) }
      // The greedy one may take what it is owed, or leave: it leaves.
      try withExtendedLifetime((greedy, loud)) { try siege.lift() }
    }

    @Test func `questions at the very moment of the journal's closing mark are answered`() throws {
      let siege = try Siege()
      let peer = try siege.enter("marketing")
      // The mark follows a tenth of a second of idleness; questions write nothing, so for them the journal stays idle.
      let question: JSON = ["op": "request", "id": 1, "to": "operator", "subject": "there", "deadline_ms": 1_000, "body": .null]
      try siege.proceed(1)
      let end = ContinuousClock.now + .milliseconds(400)
      while ContinuousClock.now < end {
        for _ in 0..<20 { try peer.send(question) }
        for _ in 0..<20 { #expect(try peer.expect("reply")["code"] == "not_allowed") }
      }
      try peer.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `a sequence from the future is answered by where to go on`() throws {
      let siege = try Siege()
      let peer = try siege.enter("marketing", ["lineage": "f", "epoch": 1])
      for sequence in [2, 1_000_000, 9_007_199_254_740_991] as [Int64] {
        try peer.send(Siege.event("f", "marketing.f.v1", "/marketing", sequence))
      }
      let resume = try peer.expect("resume")
      #expect(resume["from"] == 1 && resume["code"] == "gap")
      try peer.send(Siege.event("f", "marketing.f.v1", "/marketing", 1))
      _ = try peer.expect("accepted") { $0["through"] == 1 }
      // What was dropped meanwhile was not answered a second time.
      try peer.send(["op": "ping", "id": 3])
      #expect(try peer.next()?["op"] == "pong")
      try peer.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `of two programs with one store the older is fenced, and a store from yesterday is named`() throws {
      let siege = try Siege()
      func comes(_ epoch: Int64, highest: Int64) throws -> RawPeer {
        let peer = try RawPeer(siege.port)
        try peer.sayHello(
          "marketing", siege.caller.secret(of: "marketing"),
          ["lineage": "one-store", "epoch": .integer(epoch), "highest": .integer(highest)])
        return peer
      }
      let first = try comes(1, highest: 0)
      _ = try first.expect("welcome")
      for number in 1...5 as ClosedRange<Int64> { try first.send(Siege.event("m\(number)", "marketing.m.v1", "/marketing", number)) }
      _ = try first.expect("accepted") { $0["through"] == 5 }
      let second = try comes(2, highest: 5)
      #expect(try second.expect("welcome")["last_sequence"] == 5)
      #expect(try first.fault() == "superseded")
      #expect(try comes(1, highest: 5).fault() == "fenced")
      #expect(try comes(3, highest: 4).fault() == "store_restored")
      // Neither did the second any harm.
      try second.send(Siege.event("m6", "marketing.m.v1", "/marketing", 6))
      _ = try second.expect("accepted") { $0["through"] == 6 }
      try second.send(["op": "farewell", "reason": "done"])
      try siege.lift()
    }

    @Test func `a clock an hour off confuses nobody: what is known of it is never newer than now`() throws {
      let siege = try Siege()
      func off(_ hours: Int64) -> String {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + hours * 3_600_000).description
      }
      let reader = try siege.enter("service")
      try reader.send(["op": "subscribe", "handle": 1, "name": "clocks", "filters": ["marketing.c.*"], "messages": 9, "bytes": 90_000])
      _ = try reader.expect("subscribed")
      let peer = try siege.enter("marketing", ["lineage": "c", "epoch": 1])
      for (number, hours) in [1, -1, 0].enumerated() {
        try peer.send(
          Siege.event("c\(number)", "marketing.c.v1", "/marketing", Int64(number + 1), key: "k", time: off(Int64(hours))))
        let delivery = try reader.expect("deliver")
        #expect(delivery["event"]?["id"]?.string == "c\(number)")
        try reader.send(["op": "settle", "handle": 1, "done": [[delivery["number"] ?? 0, delivery["number"] ?? 0]]])
      }
      try peer.send(["op": "mark", "through": .string(off(1))])
      let ahead = try Timestamp(rfc3339: reader.expect("mark")["through"]?.string ?? "")
      #expect(try ahead <= Timestamp(rfc3339: off(0)).adding(.seconds(60)))
      try peer.send(["op": "mark", "through": .string(off(-1))])
      let behind = try Timestamp(rfc3339: reader.expect("mark")["through"]?.string ?? "")
      #expect(try behind < Timestamp(rfc3339: off(0)).adding(.seconds(-3_000)))
      for one in [peer, reader] { try one.send(["op": "farewell", "reason": "done"]) }
      try siege.lift()
    }
  }
}
