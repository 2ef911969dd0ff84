import MeshMachines
import Testing

@Suite struct RequestMachineTests {
  @Test func `each question is answered once, or told that it is late or lost`() {
    var requests = RequestMachine<String>()
    let first = requests.ask("first", deadline: .seconds(1), at: at(0))
    let second = requests.ask("second", deadline: .seconds(9), at: at(0))
    let third = requests.ask("third", deadline: .seconds(900), at: at(0))
    #expect(requests.wake == at(1_000))
    #expect(requests.answered(second ?? 0) == "second")
    #expect(requests.answered(second ?? 0) == nil)
    #expect(requests.tick(at: at(999)).isEmpty)
    #expect(requests.tick(at: at(1_000)) == ["first"])
    #expect(requests.answered(first ?? 0) == nil)
    #expect(requests.wake == at(60_000), "no question lives longer than a minute")
    #expect(requests.lost() == ["third"])
    #expect(requests.answered(third ?? 0) == nil)
  }

  @Test func `too many questions at once are refused`() {
    var requests = RequestMachine<Int>()
    for number in 0..<MeshLimits.requestsMax { #expect(requests.ask(number, deadline: .seconds(1), at: at(0)) != nil) }
    #expect(requests.ask(-1, deadline: .seconds(1), at: at(0)) == nil)
  }
}
