import Contracts
import Terms
import Testing

/// Of two facts about one thing with one time the one that was told later counts, in every fold that departments share.
struct LastWordTests {
  private static let now = Scene.instant("2026-05-10T04:00:00Z")
  private static let ines = Identifier<Colleague>(restoring: "agent/ines")
  private static let offer = Identifier<Offer>(restoring: "spring")

  private static func slot(_ quantity: Int64, at time: Timestamp = now) -> DomainEvent {
    .capacityChanged(
      CapacityChanged(
        slotID: Identifier(restoring: "s"), from: now, to: now.adding(.seconds(3_600)), kind: .contactsPerHour, quantity: quantity,
        by: ines,
        at: time))
  }

  private static func answer(_ answer: PromiseAnswered.Answer, at time: Timestamp = now) -> DomainEvent {
    .promiseAnswered(
      PromiseAnswered(
        offerID: offer, version: 1, promiseID: Identifier(restoring: "p"), answer: answer, expiresAt: now.adding(.seconds(9_999)), by: ines,
        at: time))
  }

  private static func declared(_ quantity: Int64, at time: Timestamp = now) -> DomainEvent {
    .promiseDeclared(
      PromiseDeclared(
        offerID: offer, version: 1, promiseID: Identifier(restoring: "p"), kind: .contactsPerHour, quantity: quantity, from: now,
        to: now.adding(.seconds(3_600)), answerBy: now, onDrop: .alarm, at: time))
  }

  private static func shift(absent: Bool, at time: Timestamp = now) -> RosterPublished {
    RosterPublished(
      agentID: ines, shiftID: Identifier(restoring: "day"), from: now, to: now.adding(.seconds(3_600)), absent: absent, at: time)
  }

  private static func colleague(_ active: Bool, at time: Timestamp = now) -> ColleagueChanged {
    ColleagueChanged(colleagueID: ines, active: active, at: time)
  }

  /// What stands after the first word and the second, each of its time.
  private static func stands(_ first: Timestamp, _ second: Timestamp) -> [Int] {
    let book = CapacityBook([
      declared(1, at: first), declared(2, at: second), slot(1, at: first), slot(2, at: second), answer(.no, at: first),
      answer(.yes, at: second),
    ])
    let promise = book.latest.first
    let shift = RosterFold([shift(absent: true, at: first), shift(absent: false, at: second)]).shifts(
      in: now..<now.adding(.seconds(1))
    ).first
    let people = ColleagueFold([colleague(false, at: first), colleague(true, at: second)])
    return [
      Int(promise?.quantity ?? 0), Int(book.capacity(.contactsPerHour, nil, at: now)),
      promise.flatMap { book.answer(to: $0)?.answer } == .yes ? 2 : 1, shift?.absent == false ? 2 : 1, people.isHere(ines) ? 2 : 1,
    ]
  }

  @Test func `later in time counts whenever it comes; with one time what comes later, which its producer told later`() {
    let earlier = Self.now.adding(.milliseconds(-1))
    #expect(Self.stands(earlier, Self.now) == [2, 2, 2, 2, 2])
    #expect(Self.stands(Self.now, earlier) == [1, 1, 1, 1, 1])
    #expect(Self.stands(Self.now, Self.now) == [2, 2, 2, 2, 2])
  }
}
