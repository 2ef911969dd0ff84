import Contracts
import Foundation
import HTTP
import TestKit
import Testing
import Transport

extension MeshTests {
  /// Many at once, from the outside and from within.
  @Suite struct HostileCrowdTests {
    @Test func `ten thousand connections opened and left keep nobody out`() throws {
      let siege = try Siege()
      try OpenFiles.raiseLimit()
      var left: [RawPeer] = []
      for number in 1...10_000 {
        left.append(try RawPeer(siege.port))
        // In the midst of it: who is here goes on, and who comes is let in.
        guard number % 2_500 == 0 else { continue }
        try siege.proceed()
        try siege.welcomesNewcomer()
      }
      #expect(try siege.caller.get("broker", "/v1/status")["strangers"]?.integer ?? .max <= 1_024)
      #expect(try siege.growth() < 64 << 20)
      #expect(try siege.caller.figure("broker", "accord_broker_strangers_dropped_total") ?? 0 >= 5_000)
      try eventually("five seconds are all that those left over get", within: .seconds(15)) {
        try siege.caller.get("broker", "/v1/status")["strangers"] == 0
      }
      try withExtendedLifetime(left) { try siege.lift() }
    }

    @Test func `strangers who send long hellos and never end them hold little memory together`() throws {
      let siege = try Siege()
      var left: [RawPeer] = []
      let most = [UInt8](repeating: UInt8(ascii: " "), count: 262_000)
      for _ in 0..<300 {
        let peer = try RawPeer(siege.port)
        // It may be gone before it has sent all.
        try? peer.send(raw: [0, 4, 0, 0] + most)
        left.append(peer)
      }
      try siege.proceed()
      try siege.welcomesNewcomer()
      #expect(try siege.growth() < 64 << 20, "300 strangers hold 78 MB between them")
      try withExtendedLifetime(left) { try siege.lift() }
    }

    @Test func `wrong secrets again and again are answered late, told in a few lines, and shut nobody out`() throws {
      let siege = try Siege()
      var guesses: [RawPeer] = []
      for number in 0..<300 {
        let peer = try RawPeer(siege.port)
        try peer.sayHello(number % 3 == 0 ? "ledger" : "name-\(number)", "guess-\(number)")
        guesses.append(peer)
      }
      try siege.proceed()
      try siege.welcomesNewcomer()
      for peer in guesses { #expect(try peer.fault() == "not_known") }
      #expect(try siege.caller.figure("broker", "accord_broker_wrong_credentials_total") == 300)
      let lines = siege.mesh.log(of: "broker").split(separator: "\n").filter { $0.contains("session.refused") }
      #expect((5...50).contains(lines.count) && lines.count { $0.contains("hello as ledger") } == 5, "\(lines.count)")
      #expect(!siege.mesh.log(of: "broker").contains("guess-"))
      // A guess costs a second, however fast it is sent.
      let begun = ContinuousClock.now
      let peer = try RawPeer(siege.port)
      try peer.sayHello("ledger", "guess")
      #expect(try peer.fault() == "not_known")
      #expect(ContinuousClock.now - begun >= .milliseconds(900))
      try siege.lift()
    }

    @Test func `more connections than a credential may have are told so, and the others stay`() throws {
      let siege = try Siege()
      try siege.admit("shop", "--read", "shop.*", "--connections", "3")
      var inside = try (0..<3).map { _ in try siege.enter("shop") }
      let fourth = try RawPeer(siege.port)
      try fourth.sayHello("shop", siege.caller.secret(of: "shop"))
      #expect(try fourth.fault() == "limit")
      try siege.proceed()
      try inside.removeLast().send(["op": "farewell", "reason": "done"])
      try eventually("there is a place again") { (try? siege.enter("shop")) != nil }
      for peer in inside {
        try peer.send(["op": "ping", "id": 7])
        _ = try peer.expect("pong")
      }
      inside = []
      try siege.lift()
    }

    @Test func `people's door stays open while a thousand idle callers stand in it`() throws {
      let siege = try Siege()
      let http = try siege.caller.port("broker", "http")
      var left: [RawPeer] = []
      for number in 0..<1_000 {
        let peer = try RawPeer(http)
        // Half of them say the beginning of a request.
        if number % 2 == 0 { try? peer.send(raw: Array("GET / HTTP/1.1\r\nHost: x\r\nX-A: ".utf8)) }
        left.append(peer)
      }
      #expect(siege.caller.isReady("broker"))
      #expect(try siege.caller.get("broker", "/v1/credentials")["problem"] == .null)
      try siege.proceed()
      #expect(try siege.growth() < 32 << 20)
      left = []
      try siege.lift()
    }
  }
}
