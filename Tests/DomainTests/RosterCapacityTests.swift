import Contracts
import ServiceDomain
import Terms
import Testing

/// What the desk can take by who is on shift: eight contacts an hour each, 85 % of them, less the usual.
struct RosterCapacityTests {
  private static let hour: Int64 = 3_600_000
  private static func at(_ hour: Int64) -> Timestamp { Timestamp(milliseconds: hour * Self.hour) }

  private func shift(_ agent: String, _ from: Int64, _ to: Int64, absent: Bool = false, told: Int64 = 0) -> RosterPublished {
    RosterPublished(
      agentID: Identifier(restoring: agent), shiftID: Identifier(restoring: "\(agent)/\(from)"), from: Self.at(from), to: Self.at(to),
      absent: absent, at: Timestamp(milliseconds: told))
  }

  private func slot(_ from: Int64, _ to: Int64, _ quantity: Int64, cause: String? = nil) -> CapacityChanged {
    CapacityChanged(
      slotID: Identifier(restoring: "contacts_per_hour@desk/\(Self.at(from).milliseconds)"), from: Self.at(from), to: Self.at(to),
      kind: .contactsPerHour, quantity: quantity, cause: cause, by: Identifier(restoring: "lead/lena"), at: .first)
  }

  private func told(
    _ before: [RosterPublished], _ after: [RosterPublished], slots: [CapacityChanged] = [], usual: Int64 = 0
  ) -> [String] {
    RosterCapacity(rules: .usual) { _ in usual }.changes(Self.at(0)..<Self.at(24), before: before, after: after, slots: slots).map {
      "\($0.period.lowerBound.milliseconds / Self.hour)-\($0.period.upperBound.milliseconds / Self.hour): \($0.quantity)"
    }
  }

  @Test func `where nobody said anything it is what the roster makes of it`() {
    #expect(told([], [shift("a", 8, 16), shift("b", 10, 18)]) == ["8-10: 6", "10-16: 13", "16-18: 6"])
    #expect(told([], [shift("a", 8, 10)], usual: 4) == ["8-10: 2"] && told([], [shift("a", 8, 10)], usual: 9) == ["8-10: 0"])
    #expect(told([], [shift("a", 8, 10, absent: true)]) == [])
  }

  @Test func `who is absent takes their part of a word by hand with them, and whoever comes instead brings it back`() {
    let (both, one) = ([shift("a", 8, 16), shift("b", 8, 16)], [shift("a", 8, 16), shift("b", 8, 16, absent: true)])
    #expect(told(both, one, slots: [slot(6, 20, 120)]) == ["8-16: 113"])
    let reduced = slot(8, 16, 113, cause: "roster: agent/b is absent")
    #expect(told(one, both, slots: [reduced]) == ["8-16: 120"])
    #expect(told(both, [shift("a", 8, 16), shift("b", 8, 16, absent: true), shift("c", 8, 16)], slots: [reduced]) == [])
    // A word by hand is not raised: whoever gave it knew of the shifts.
    #expect(told(one, both, slots: [slot(6, 20, 60)]) == [])
    // And nothing is less than nothing.
    #expect(told(both, one, slots: [slot(6, 20, 3)]) == ["8-16: 0"])
  }
}
