import Contracts
import Terms
import Testing

/// How an offer lives, for all three departments: turn by turn, whatever else is said.
struct LifeFoldTests {
  private static let day = Timestamp(milliseconds: 1_778_281_200_000)

  private func at(_ seconds: Int64) -> Timestamp { Self.day.adding(.seconds(seconds)) }

  private func turn(_ turn: OfferTurned.Turn, _ seconds: Int64, version: Int = 1, from: Int64? = nil) -> OfferTurned {
    OfferTurned(
      turn: turn, offerID: Identifier(restoring: "a"), version: version, effectiveFrom: from.map { at($0) }, cause: "\(turn)",
      by: Identifier(restoring: "maya"), at: at(seconds))
  }

  @Test func `an offer lives by its turns, whatever else is said`() {
    var fold = LifeFold([turn(.paused, 0), turn(.launched, 1), turn(.paused, 5), turn(.paused, 6), turn(.resumed, 9)])
    #expect(fold.state == .live && fold.life?.pauses == [at(5)..<at(9)] && fold.life?.effectiveFrom == at(1))
    fold.take(turn(.stopped, 20))
    #expect(fold.state == .stopped && fold.life?.stoppedAt == at(20) && fold.cause == "stopped")
    fold.take(turn(.resumed, 21))
    #expect(fold.state == .stopped)
    fold.take(turn(.launched, 30, version: 2))
    #expect(
      fold.state == .live && fold.version == 2 && fold.life?.pauses == [at(5)..<at(9), at(20)..<at(30)] && fold.life?.stoppedAt == nil)
    fold.take(turn(.ended, 40))
    #expect(fold.state == .ended && fold.life?.endedAt == at(40))
    fold.take(turn(.launched, 50, version: 3))
    #expect(fold.state == .ended)
    #expect(LifeFold([turn(.blocked, 1), turn(.cancelled, 2)]).state == .cancelled)
  }

  @Test func `a rest ends when a later version is launched, not where the first one began`() {
    // Marketing tells the first version's beginning again with each later one.
    let stopped = LifeFold([turn(.launched, 1, from: 0), turn(.stopped, 20), turn(.launched, 30, version: 2, from: 0)])
    #expect(stopped.life == Life(effectiveFrom: at(0), pauses: [at(20)..<at(30)]))
    let paused = LifeFold([turn(.launched, 1, from: 0), turn(.paused, 20), turn(.launched, 30, version: 2, from: 0)])
    #expect(paused.life == Life(effectiveFrom: at(0), pauses: [at(20)..<at(30)]))
    #expect(paused.state == .live && paused.version == 2)
    let both = LifeFold([turn(.launched, 1), turn(.paused, 5), turn(.stopped, 7), turn(.launched, 9, version: 2)])
    #expect(both.life?.pauses == [at(5)..<at(7), at(7)..<at(9)] && both.state == .live)
    // A later version of a live one interrupts nothing.
    #expect(LifeFold([turn(.launched, 1), turn(.launched, 9, version: 2)]).life == Life(effectiveFrom: at(1)))
  }

  @Test func `a time is known before the launch and forgotten by nobody after it`() {
    let scheduled = OfferScheduled(
      offerID: Identifier(restoring: "a"), version: 1, campaignID: Identifier(restoring: "spring"), startsAt: at(1), endsAt: at(9),
      lookBackFrom: at(0), reserve: Money(minor: 1, Currency("USD")!))
    var fold = LifeFold()
    fold.take(scheduled)
    #expect(fold.state == .scheduled && fold.life == nil && fold.version == nil)
    fold.take(turn(.blocked, 1))
    #expect(fold.state == .blocked && fold.cause == "blocked")
    fold.take(scheduled)
    fold.take(turn(.launched, 2))
    fold.take(scheduled)
    #expect(fold.state == .live)
  }
}
