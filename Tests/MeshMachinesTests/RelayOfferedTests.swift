import Contracts
import MeshMachines
import Testing
import Wire

/// Rows that come to the relay from their own transactions.
@Suite struct RelayOfferedTests {
  @Test func `between the chunks of a run the broker has everything, and nothing is trimmed yet`() {
    var (relay, _) = Relay.flowing(highest: 9_000, welcome(last: 9_000))
    relay.trimmed(through: 0, at: at(4_990))
    _ = relay.accepted(through: 9_000, forget: 9_000)
    relay.offered([Relay.Row(sequence: 9_001, contents: "e9001")])
    #expect(relay.run(at: at(5_000)) == ["e9001"])
    _ = relay.accepted(through: 9_001, forget: 9_001)
    #expect(relay.run(at: at(5_001)) == [])
    #expect(relay.wake == at(5_250))
    #expect(relay.run(at: at(5_249)) == [])
    #expect(relay.run(at: at(5_250)) == ["trim 4096"])
  }

  @Test func `what was just committed is published without being read`() {
    var (relay, _) = Relay.flowing(highest: 3, welcome(last: 3, window: 9))
    relay.offered([4, 5].map { Relay.Row(sequence: $0, contents: "e\($0)") })
    #expect(relay.run() == ["e4", "e5"])
    #expect(relay.waiting == 2)
    relay.offered([7].map { Relay.Row(sequence: $0, contents: "e\($0)") })
    #expect(relay.run(1...7) == ["read 5+", "e6", "e7"], "what does not follow is read")
    relay.offered([6, 7, 8].map { Relay.Row(sequence: $0, contents: "e\($0)") })
    #expect(relay.run(1...8) == ["e8"], "each once")
  }

  @Test func `what was committed while its forerunners were read follows them`() {
    var (relay, _) = Relay.flowing(highest: 2, welcome(window: 9))
    guard case .read(let token, 0, _)? = relay.next(at: at(5_000)) else { return #expect(Bool(false), "it reads first") }
    relay.offered([3, 4].map { Relay.Row(sequence: $0, contents: "e\($0)") })
    relay.offered([5].map { Relay.Row(sequence: $0, contents: "e\($0)") })
    #expect(relay.run() == [])
    let read = [1, 2, 3].map { Relay.Row(sequence: $0, contents: "e\($0)") }
    #expect(relay.rows(read, highest: 3, token: token) == nil)
    #expect(relay.run() == ["e1", "e2", "e3", "e4", "e5"])
    _ = relay.accepted(through: 5, forget: 0)
    #expect(relay.isDrained)
  }

  @Test func `what was committed while there was no link is read after the welcome`() {
    var relay = Relay(highest: 1, trimmedThrough: 1)
    relay.offered([Relay.Row(sequence: 2, contents: "e2")])
    #expect(relay.waiting == 1)
    _ = relay.welcomed(welcome(last: 1))
    #expect(relay.run(1...2).suffix(2) == ["read 1+", "e2"])
  }
}
