import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// The one fact of the spine: an order captured here is known there, once.
  @Suite struct OrderTests {
    @Test func `an order captured by command line or HTTP is on the timeline once and counted once, however often it is sent`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      let capture = [
        "order", "capture", "--order", "FRIDAY-1", "--customer", "ada", "--line", "sku=KETTLE,paid=49.95", "--shipping", "9.95",
        "--currency", "USD", "--data", caller.data,
      ]
      let first = try ChildProgram.run("accord", capture + ["--json"])
      #expect(first.exit == .code(0), "\(first.stderr)")
      let captured = try JSON(parsing: first.stdout)
      #expect(captured["outcome"] == "captured")
      let message = try #require(captured["message_id"]?.string)

      // The same again: with the same key, with another, and over HTTP. Nothing changes, and all hear of the same message.
      let again = try ChildProgram.run("accord", capture + ["--json"])
      #expect(try again.exit == .code(0) && JSON(parsing: again.stdout)["message_id"] == .string(message))
      let otherKey = try ChildProgram.run("accord", capture + ["--key", "another"])
      #expect(otherKey.exit == .code(0) && otherKey.stdout.contains("captured before"), "\(otherKey.stdout)\(otherKey.stderr)")

      let created = try caller.capture("FRIDAY-2", of: "ben")
      #expect(created.status == 201 && created.json["outcome"] == "captured")
      let replay = try caller.capture("FRIDAY-2", of: "ben")
      #expect(replay.status == 201 && replay.body == created.body && replay.header("Idempotent-Replay") == "true")
      let known = try caller.capture("FRIDAY-2", of: "ben", key: "yet another")
      #expect(known.status == 200 && known.json["outcome"] == "exists" && known.json["message_id"] == created.json["message_id"])

      try caller.awaitHeard(2)
      // A third order goes the same way behind them: once it has arrived, no repetition of the first two is on its way any more.
      #expect(try caller.capture("FRIDAY-3", of: "ada").status == 201)
      try caller.awaitHeard(3)
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 2, "orders": 3])
      #expect(try caller.get("service", "/v1/timeline") == ["entries": 3, "customers": 2])
      #expect(try caller.get("marketing", "/v1/buyers/ada")["orders"] == 2)
      #expect(try caller.timeline(of: "ada").map { $0["order_id"]?.string } == ["FRIDAY-1", "FRIDAY-3"])
      #expect(try caller.timeline(of: "ada").first?["message_id"] == .string(message))
      #expect(try caller.timeline(of: "ben").map { $0["order_id"]?.string } == ["FRIDAY-2"])
      #expect(try caller.orders().count == 3)
      let told = try caller.accord("customer", "ada")
      #expect(told.exit == .code(0) && told.stdout.contains("ordered FRIDAY-1") && told.stdout.contains("59.90 USD"))
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `what contradicts an earlier order, reuses a key, or comes without a token is refused and leaves nothing behind`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      #expect(try caller.capture("A", of: "ada").status == 201)

      let otherLines = try caller.capture("A", of: "ada", key: "k2", cents: 100)
      #expect(otherLines.status == 409 && otherLines.json["code"] == "exists_with_different_lines")
      #expect(otherLines.json["detail"]?.string?.contains("another lines[0]") == true, "\(otherLines.text)")
      let otherPerson = try caller.capture("A", of: "ben", key: "k3")
      #expect(otherPerson.status == 409 && otherPerson.json["detail"]?.string?.contains("another person_id") == true)
      #expect(otherPerson.header("Content-Type") == "application/problem+json")
      let byCommand = try caller.accord(
        "order", "capture", "--order", "A", "--customer", "ben", "--line", "sku=KETTLE,paid=49.95", "--currency", "USD")
      #expect(byCommand.exit == .code(1) && byCommand.stderr.contains("exists with another"), "\(byCommand.stderr)")

      let reused = try caller.capture("B", of: "ada", key: "key/A")
      #expect(reused.status == 422 && reused.json["code"] == "idempotency_key_reused")
      let keyless = try caller.send("ledger", .post, "/v1/orders", body: Caller.order("B", "ada"))
      #expect(keyless.status == 400 && keyless.json["code"] == "idempotency_key")
      let notAnOrder = try caller.send("ledger", .post, "/v1/orders", headers: ["Idempotency-Key": "x"], body: ["order_id": "B"])
      #expect(notAnOrder.status == 400 && notAnOrder.json["code"] == "order_unreadable")

      for (program, path) in [
        ("ledger", "/v1/orders/A"), ("service", "/v1/timeline"), ("marketing", "/v1/buyers"), ("broker", "/v1/events"),
        ("broker", "/v1/status"),
      ] {
        let missing = try caller.send(program, .get, path, token: "")
        #expect(missing.status == 401 && missing.json["code"] == "token_missing" && missing.header("WWW-Authenticate") != nil)
        let wrong = try caller.send(program, .get, path, token: caller.secret(of: "ledger"))
        #expect(wrong.status == 401 && wrong.json["code"] == "token_wrong")
      }
      let unsigned = try caller.send(
        "ledger", .post, "/v1/orders", headers: ["Idempotency-Key": "y"], body: Caller.order("B", "ada"), token: "")
      #expect(unsigned.status == 401)

      // The key of a refused order is free for nobody else; the order's id is.
      #expect(try caller.capture("B", of: "ada").status == 201)
      try caller.awaitHeard(2)
      #expect(try caller.orders().count == 2)
      #expect(try caller.timeline(of: "ada").count == 2 && caller.timeline(of: "ben").isEmpty)
      try mesh.stop()
    }

    @Test func `an anonymous order counts for nobody and is found by its id`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      let answer = try caller.capture("TILL-1", of: nil)
      #expect(answer.status == 201)
      #expect(try caller.capture("WEB-1", of: "ada").status == 201)
      try eventually("both orders are counted") { try caller.get("marketing", "/v1/buyers")["orders"] == 2 }
      try eventually("the named one is on its timeline") { try !caller.timeline(of: "ada").isEmpty }
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 2])
      try eventually("service knows both") { try caller.get("service", "/v1/timeline") == ["entries": 2, "customers": 1] }
      #expect(try caller.get("service", "/v1/orders/TILL-1/timeline")["entries"]?.array?.first?["kind"] == "ordered")
      let why = try caller.accord("why", answer.json["message_id"]?.string ?? "?")
      #expect(why.exit == .code(0) && why.stdout.contains("counts for nobody"), "\(why.stdout)")
      try mesh.stop()
    }
  }
}
