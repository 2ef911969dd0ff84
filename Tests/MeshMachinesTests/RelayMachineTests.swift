import Contracts
import MeshMachines
import Testing
import Wire

typealias Relay = RelayMachine<String>

extension Relay {
  /// Runs everything that is due against an outbox with the rows `kept`; returns what happened in words.
  mutating func run(_ kept: ClosedRange<UInt64>? = nil, at now: Uptime = at(5_000)) -> [String] {
    var done: [String] = []
    while let action = next(at: now) {
      switch action {
      case .check(let sequence):
        done.append("check \(sequence)")
        return done
      case .read(let token, let after, let limit):
        done.append("read \(after)+")
        let read = (kept.map(Array.init) ?? []).filter { $0 > after }.prefix(limit)
        if let fault = rows(read.map { Row(sequence: $0, contents: "e\($0)") }, highest: kept?.upperBound ?? 0, token: token) {
          done.append("\(fault)")
        }
      case .publish(let row): done.append(row.contents)
      case .trim(let through): done.append("trim \(through)")
      case .mark(let through): done.append("mark \(through.milliseconds)")
      case .find(let sequence):
        done.append("find \(sequence)")
        found(sequence: sequence, contents: kept?.contains(sequence) == true ? "e\(sequence)" : nil)
      case .heal(let row): done.append("heal \(row.contents)")
      }
    }
    return done
  }

  static func flowing(highest: UInt64 = 0, trimmed: UInt64 = 0, _ welcome: Welcome) -> (Relay, RelayFault?) {
    var relay = Relay(highest: highest, trimmedThrough: trimmed)
    let fault = relay.welcomed(welcome)
    return (relay, fault)
  }
}

@Suite struct RelayMachineTests {
  @Test func `publishes as far as the window reaches, in order`() {
    var (relay, fault) = Relay.flowing(highest: 10, welcome(window: 4))
    #expect(fault == nil)
    #expect(relay.run(1...10) == ["read 0+", "e1", "e2", "e3", "e4"])
    #expect(relay.waiting == 10)
    _ = relay.accepted(through: 2, forget: 0)
    #expect(relay.run() == ["e5", "e6"])
    _ = relay.accepted(through: 2, forget: 0)
    #expect(relay.run() == [])
    _ = relay.accepted(through: 6, forget: 0)
    #expect(relay.run() == ["e7", "e8", "e9", "e10"])
    _ = relay.accepted(through: 10, forget: 0)
    #expect(relay.run() == [])
    #expect(relay.isDrained)
    relay.grew(highest: 11)
    #expect(!relay.isDrained)
    #expect(relay.run(1...11) == ["read 10+", "e11"])
  }

  @Test func `goes on behind what the broker has`() {
    var (relay, _) = Relay.flowing(highest: 10, trimmed: 3, welcome(last: 7))
    #expect(relay.run(4...10) == ["read 7+", "e8", "e9", "e10"])
  }

  @Test func `nothing leaves while there is no link, not even what was read`() {
    var relay = Relay(highest: 3, trimmedThrough: 0)
    #expect(relay.run(1...3) == [])
    _ = relay.welcomed(welcome(window: 1))
    #expect(relay.run(1...3) == ["read 0+", "e1"])
    relay.lost()
    #expect(relay.run(1...3) == [])
    _ = relay.welcomed(welcome(window: 9))
    #expect(relay.run(1...3) == ["read 0+", "e1", "e2", "e3"], "unanswered: it goes again")
  }

  @Test func `an answer to a read of before does not count`() {
    var (relay, _) = Relay.flowing(highest: 3, welcome())
    guard case .read(let token, _, _) = relay.next(at: at(0)) else { return #expect(Bool(false)) }
    relay.lost()
    _ = relay.welcomed(welcome(last: 2))
    #expect(relay.rows([.init(sequence: 1, contents: "stale")], highest: 3, token: token) == nil)
    #expect(relay.run(1...3) == ["read 2+", "e3"])
  }

  @Test func `stops and says so where the broker is ahead of the store`() {
    var (relay, fault) = Relay.flowing(highest: 10, welcome(last: 11))
    #expect(fault == .ahead(broker: 11, outbox: 10))
    #expect(fault?.stops == true)
    relay.grew(highest: 12)
    #expect(relay.run(1...12) == [])
    #expect(relay.resumedFault == nil)
  }

  @Test func `stops where the broker remembers another event under the same number`() {
    for (here, stops) in [("a", false), ("b", true), (nil, false)] as [(String?, Bool)] {
      var (relay, fault) = Relay.flowing(highest: 10, welcome(last: 10, id: "a"))
      #expect(fault == nil)
      relay.grew(highest: 11)
      #expect(relay.run(1...11) == ["check 10"])
      let found = relay.checked(sequence: 10, id: here)
      #expect((found == .diverged(sequence: 10, here: here ?? "", there: "a")) == stops)
      #expect(relay.run(1...11) == (stops ? [] : ["read 10+", "e11"]))
    }
  }

  @Test func `asks the store again where it could not answer`() {
    var (relay, _) = Relay.flowing(highest: 10, welcome(last: 10, id: "a"))
    #expect(relay.run(1...10) == ["check 10"])
    #expect(relay.run(1...10) == [])
    relay.checkFailed()
    #expect(relay.run(1...10) == ["check 10"])
  }

  @Test func `tells the broker again what it forgot and the outbox still has`() {
    var (relay, _) = Relay.flowing(highest: 6, welcome(window: 9))
    _ = relay.run(1...6)
    _ = relay.accepted(through: 6, forget: 0)
    relay.lost()
    #expect(relay.welcomed(welcome(last: 2)) == nil)
    #expect(relay.waiting == 4)
    #expect(relay.run(1...6) == ["read 2+", "e3", "e4", "e5", "e6"])
  }

  @Test func `stops where the broker lost what nobody has any more`() {
    var (relay, fault) = Relay.flowing(highest: 10, trimmed: 8, welcome(last: 5))
    #expect(fault == .lost(from: 6, through: 8))
    #expect(relay.run(9...10) == [])
    #expect(relay.welcomed(welcome(last: 8)) == nil, "the journal is back")
    #expect(relay.run(9...10) == ["read 8+", "e9", "e10"])
  }

  @Test func `does not tell everything to another broker by itself`() {
    for (last, stops) in [(0, true), (1, false)] as [(UInt64, Bool)] {
      var (relay, _) = Relay.flowing(highest: 3, welcome(last: 2))
      var other = welcome(last: last)
      other.journal = "k"
      #expect((relay.welcomed(other) == .anotherJournal(before: "j", now: "k")) == stops)
      #expect(relay.run(1...3).isEmpty == stops)
      #expect((relay.welcomed(other) == .anotherJournal(before: "j", now: "k")) == stops, "as often as it is asked")
    }
    var (fresh, _) = Relay.flowing(highest: 3, welcome())
    var other = welcome()
    other.journal = "k"
    #expect(fresh.welcomed(other) == nil, "nothing was confirmed yet")
  }

  @Test(arguments: [[1, 2, 4], [2, 3, 4], []] as [[UInt64]])
  func `a row that is missing stops the relay`(kept: [UInt64]) {
    var (relay, _) = Relay.flowing(highest: 4, welcome(window: 9))
    guard case .read(let token, 0, _) = relay.next(at: at(0)) else { return #expect(Bool(false)) }
    let hole = (1...4).first { !kept.contains($0) } ?? 0
    #expect(relay.rows(kept.map { .init(sequence: $0, contents: "e") }, highest: 4, token: token) == .hole(at: hole))
    #expect(relay.next(at: at(0)) == nil)
  }

  @Test func `a refused number is an alarm, and the rest goes on`() {
    var (relay, _) = Relay.flowing(highest: 6, welcome(window: 2))
    _ = relay.run(1...6)
    #expect(relay.refused(sequence: 1, refusal("type")) == .refused(sequence: 1, refusal("type")))
    #expect(relay.run() == [])
    _ = relay.accepted(through: 2, forget: 0)
    #expect(relay.run() == ["e3", "e4"])
  }

  @Test func `goes back where the broker asks, not before its time`() {
    var (relay, _) = Relay.flowing(highest: 6, welcome(window: 4))
    _ = relay.run(1...6)
    _ = relay.accepted(through: 1, forget: 0)
    relay.resume(from: 3, after: .milliseconds(200), at: at(1_000))
    #expect(relay.run(1...6, at: at(1_199)) == [])
    #expect(relay.wake == at(1_200))
    #expect(relay.run(1...6, at: at(1_200)) == ["read 2+", "e3", "e4", "e5"])
    relay.resume(from: 0, after: .zero, at: at(2_000))
    #expect(relay.run(1...6, at: at(2_010)) == ["read 1+", "e2", "e3", "e4", "e5"], "never behind the broker's own word")
  }

  @Test func `a word beyond what was published skips; one beyond the outbox stops`() {
    var (relay, _) = Relay.flowing(highest: 9, welcome(window: 2))
    _ = relay.run(1...9)
    #expect(relay.accepted(through: 5, forget: 0) == nil)
    #expect(relay.run() == ["e6", "e7"])
    #expect(relay.accepted(through: 10, forget: 0) == .ahead(broker: 10, outbox: 9))
    #expect(relay.run() == [])
  }

  @Test func `waits when the store cannot be read, longer each time`() {
    var (relay, _) = Relay.flowing(highest: 1, welcome())
    var now = at(0)
    for wait in [50, 100, 200] as [Int64] {
      guard case .read(let token, _, _) = relay.next(at: now) else { return #expect(Bool(false)) }
      relay.readFailed(token: token, at: now, jitter: .max)
      #expect(relay.wake == at(now.milliseconds + wait - 1))
      #expect(relay.next(at: now) == nil)
      now = at(now.milliseconds + wait)
    }
    #expect(relay.run(1...1, at: now) == ["read 0+", "e1"])
  }

  @Test func `trims below the forget mark, in company, one at a time`() {
    var (relay, _) = Relay.flowing(highest: 20_000, welcome(last: 20_000))
    #expect(relay.run(at: at(5_000)) == [])
    _ = relay.accepted(through: 20_000, forget: 10)
    #expect(relay.run(at: at(5_000)) == ["trim 10"])
    _ = relay.accepted(through: 20_000, forget: 20_000)
    #expect(relay.run(at: at(5_000)) == [], "one at a time")
    relay.trimmed(through: 10, at: at(5_000))
    #expect(relay.run(at: at(5_000)) == ["trim 4106"], "many are worth it at once, in bounded bites")
    relay.trimFailed(at: at(5_001))
    #expect(relay.run(at: at(5_001)) == ["trim 4106"])
    for through in [4_106, 8_202, 12_298, 16_394, 20_000] as [UInt64] {
      relay.trimmed(through: through, at: at(6_000))
      _ = relay.run(at: at(7_000))
    }
    #expect(relay.trimmedThrough == 20_000)
    #expect(relay.run(at: at(90_000)) == [])
    #expect(relay.wake == nil)
  }

  @Test func `few rows wait for company`() {
    var (relay, _) = Relay.flowing(highest: 20, welcome(last: 20))
    relay.trimmed(through: 0, at: at(5_000))
    _ = relay.accepted(through: 20, forget: 3)
    #expect(relay.run(at: at(5_999)) == [])
    #expect(relay.wake == at(6_000))
    #expect(relay.run(at: at(6_000)) == ["trim 3"])
  }

  @Test func `while facts wait for the broker only many rows are trimmed, or some after a while`() {
    for (rows, trims) in [(65_535, []), (65_536, ["trim 4096"])] as [(UInt64, [String])] {
      var (relay, _) = Relay.flowing(highest: rows + 1, welcome(last: rows))
      _ = relay.run(rows + 1...rows + 1, at: at(2_000))
      relay.trimmed(through: 0, at: at(2_000))
      _ = relay.accepted(through: rows, forget: rows)
      #expect(relay.run(at: at(6_999)) == trims)
      if trims.isEmpty {
        #expect(relay.wake == at(7_000))
        #expect(relay.run(at: at(7_000)) == ["trim 4096"])
      }
    }
  }

  @Test func `never forgets what the broker has not confirmed`() {
    var (relay, _) = Relay.flowing(highest: 9, welcome(window: 9))
    _ = relay.run(1...9)
    _ = relay.accepted(through: 4, forget: 9)
    #expect(relay.run() == ["trim 4"])
  }

  @Test func `says a mark only when all before it is confirmed`() {
    var (relay, _) = Relay.flowing(highest: 2, welcome(window: 9))
    _ = relay.run(1...2)
    relay.proposeMark(through: Timestamp(milliseconds: 77), sequence: 2)
    #expect(relay.run() == [])
    relay.proposeMark(through: Timestamp(milliseconds: 99), sequence: 3)
    _ = relay.accepted(through: 1, forget: 0)
    #expect(relay.run(1...3) == ["read 2+", "e3"])
    relay.lost()
    #expect(relay.run() == [])
    _ = relay.welcomed(welcome(last: 2))
    #expect(relay.run(1...3) == ["mark 77", "read 2+", "e3"], "an older mark stays true over a lost link")
    _ = relay.accepted(through: 3, forget: 0)
    #expect(relay.run() == [], "the newer one was not kept: the next comes in a second")
    relay.proposeMark(through: Timestamp(milliseconds: 120), sequence: 3)
    #expect(relay.run() == ["mark 120"])
  }

  @Test func `inputs without a link change nothing`() {
    var relay = Relay(highest: 5, trimmedThrough: 0)
    #expect(relay.accepted(through: 3, forget: 3) == nil)
    #expect(relay.refused(sequence: 1, refusal("type")) == nil)
    #expect(relay.checked(sequence: 1, id: "x") == nil)
    relay.resume(from: 1, after: .zero, at: at(0))
    relay.checkFailed()
    relay.readFailed(token: 9, at: at(0), jitter: 0)
    #expect(relay.state == .offline)
    #expect(relay.waiting == 5)
    #expect(relay.run(1...5) == [])
  }
}

extension RelayMachine {
  /// What a stopped relay is stopped by, once it flows again: nothing.
  fileprivate var resumedFault: RelayFault? {
    var copy = self
    return copy.welcomed(welcome(last: copy.highest))
  }
}
