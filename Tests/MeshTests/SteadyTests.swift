import Contracts
import Foundation
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

extension MeshTests {
  /// A broker that has no idle moment: what it does by the clock falls into turns in which others wait for answers.
  @Suite struct SteadyTests {
    @Test func `questions without end keep nobody from publishing, through every mark that falls among them`() throws {
      let siege = try Siege()
      try siege.admit(
        "asker", "--read", "ledger.*", "--ask", "marketing", "--messages-per-second", "1000000", "--bytes-per-second", "1000000000")
      let secret = try siege.caller.secret(of: "asker")
      let question = RawPeer.frame(
        (["op": "request", "id": 1, "to": "marketing", "subject": "words", "deadline_ms": 1_000, "body": .null] as JSON).bytes)
      let batch = Array(repeatElement(question, count: 64).joined())
      // Two marks by the clock, each five seconds behind the one before.
      let end = ContinuousClock.now + .seconds(11)
      let asked = Mutex(0)
      let trouble = Mutex<[String]>([])
      let asking = DispatchGroup()
      let port = siege.port
      for asker in 1...3 {
        asking.enter()
        OwnThread.start("asker-\(asker)") {
          do {
            let peer = try RawPeer(port)
            try peer.hello("asker", secret)
            while ContinuousClock.now < end {
              try peer.send(raw: batch)
              for _ in 0..<64 { _ = try peer.expect("reply") }
              asked.withLock { $0 += 64 }
            }
            try peer.send(["op": "farewell", "reason": "done"])
          } catch { trouble.withLock { $0.append("\(error)") } }
          asking.leave()
        }
      }
      // Often enough that the mark for idle moments never comes, so seldom that most turns hold answers alone.
      while ContinuousClock.now < end {
        try siege.proceed(1)
        poll(nil, 0, 40)
      }
      asking.wait()
      #expect(trouble.withLock { $0 } == [] && asked.withLock { $0 } > 1_000)
      try siege.lift()
    }
  }
}
