import Contracts
import Terms
import Testing
import Zones

/// Which orders an offer reaches, to the millisecond.
@Suite struct IntervalTests {
  struct Row: CustomTestStringConvertible {
    let starts: String
    let from: String
    let instant: String
    let local: String
    var testDescription: String { starts }
  }

  // 48 hours before, New York: the rows of the offer's page, and a start in the hour that the clocks show twice.
  @Test(arguments: [
    Row(starts: "2026-05-10T00:00:00", from: "2026-05-08T04:00:00.000Z", instant: "2026-05-10T04:00:00.000Z", local: "2026-05-08T00:00:00"),
    Row(starts: "2026-03-08T00:00:00", from: "2026-03-06T05:00:00.000Z", instant: "2026-03-08T05:00:00.000Z", local: "2026-03-06T00:00:00"),
    Row(starts: "2026-03-09T00:00:00", from: "2026-03-07T04:00:00.000Z", instant: "2026-03-09T04:00:00.000Z", local: "2026-03-06T23:00:00"),
    Row(starts: "2026-11-02T00:00:00", from: "2026-10-31T05:00:00.000Z", instant: "2026-11-02T05:00:00.000Z", local: "2026-10-31T01:00:00"),
    Row(starts: "2026-11-01T01:30:00", from: "2026-10-30T05:30:00.000Z", instant: "2026-11-01T05:30:00.000Z", local: "2026-10-30T01:30:00"),
  ]) func `48 hours before are elapsed time`(_ row: Row) throws {
    let end = String(row.starts.prefix(8)) + "28T00:00:00"
    let terms = try Scene.terms(["/window/starts_at": .string(row.starts), "/window/ends_at": .string(end)])
    #expect(terms.startsAt.description == row.instant && terms.lookBackFrom.description == row.from)
    #expect(terms.zone.local(at: terms.lookBackFrom).description == row.local)
    let said = terms.sentences().joined(separator: "\n")
    #expect(said.contains(row.local.replacing("T", with: " ").prefix(16)) && said.contains(row.from), "\(said)")
    for (at, wanted) in [(0, Interval.before), (-1, nil), (48 * 3_600_000 - 1, .before), (48 * 3_600_000, .inside)] as [(Int64, Interval?)]
    {
      let instant = terms.lookBackFrom.adding(.milliseconds(at))
      #expect(terms.interval(of: instant, Scene.life(terms)) == wanted, "\(at) ms after the look-back's begin")
      let outcome = terms.evaluate(try Scene.purchase(at: instant), History(), life: Scene.life(terms), at: terms.startsAt)
      #expect(outcome.reason == (wanted == nil ? .outsideWindow : wanted == .inside ? .inCheckout : .granted), "\(at)")
    }
  }

  @Test func `of a time that the clocks show twice the earlier starts and the later ends`() throws {
    let terms = try Scene.terms(["/window/starts_at": "2026-11-01T01:30:00", "/window/ends_at": "2026-11-01T01:30:01"])
    #expect(terms.startsAt.description == "2026-11-01T05:30:00.000Z" && terms.endsAt?.description == "2026-11-01T06:30:01.000Z")
  }

  @Test func `a late launch and a pause are gaps, each from its first instant to before its last`() throws {
    let terms = try Scene.terms()
    let start = terms.startsAt
    func after(_ seconds: Int64, _ milliseconds: Int64 = 0) -> Timestamp {
      start.adding(.seconds(seconds)).adding(.milliseconds(milliseconds))
    }
    var life = Life(effectiveFrom: after(3_600), pauses: [after(10_000)..<after(20_000), after(30_000)..<Timestamp.last])
    let rows: [(Timestamp, Interval?)] = [
      (after(0, -1), .before), (after(0), .gap), (after(3_600, -1), .gap), (after(3_600), .inside), (after(10_000, -1), .inside),
      (after(10_000), .gap), (after(20_000, -1), .gap), (after(20_000), .inside), (after(30_000), .gap), (after(3 * 86_400, -1), .gap),
      (after(3 * 86_400), nil),
    ]
    for (instant, wanted) in rows { #expect(terms.interval(of: instant, life) == wanted, "\(instant)") }
    // Gaps are given by themselves, whoever applies the offer while it is live.
    let outcome = terms.evaluate(try Scene.purchase(at: after(3_599)), History(), life: life, at: after(3_600))
    #expect(outcome.reason == .granted && outcome.interval == .gap)
    life.endedAt = after(86_400)
    #expect(terms.interval(of: after(86_400, -1), life) == .gap && terms.interval(of: after(86_400), life) == nil)
    life.endedAt = nil
    life.stoppedAt = after(5_000)
    #expect(terms.interval(of: after(5_000, -1), life) == .inside && terms.interval(of: after(5_000), life) == nil)
    life.isHistorical = true
    #expect(terms.interval(of: after(0, -1), life) == .before && terms.interval(of: after(0), life) == nil)
  }

  @Test func `an order may be recorded until the offer is honoured no more`() throws {
    let terms = try Scene.terms(["/honour_for": "PT1H"])
    var life = Scene.life(terms)
    #expect(terms.honourUntil == terms.endsAt!.adding(.seconds(3_600)))
    func reason(_ recorded: Timestamp, now: Timestamp? = nil) throws -> Reason {
      var purchase = try Scene.purchase()
      purchase.recordedAt = recorded
      return terms.evaluate(purchase, History(), life: life, at: now ?? recorded).reason
    }
    // A till that was offline: placed on Saturday, told on the last day.
    #expect(try reason(terms.honourUntil.adding(.milliseconds(-1))) == .granted)
    #expect(try reason(terms.honourUntil) == .recordedTooLate)
    // Told in time, and touched again too late.
    #expect(try reason(terms.startsAt, now: terms.honourUntil) == .recordedTooLate)
    life.endedAt = terms.startsAt.adding(.seconds(60))
    #expect(
      try reason(terms.startsAt.adding(.seconds(3_659))) == .granted && reason(terms.startsAt.adding(.seconds(3_660))) == .recordedTooLate)
    life.isHistorical = true
    #expect(try reason(terms.honourUntil.adding(.seconds(900_000_000))) == .granted)
  }

  @Test func `an order captured late is judged by the time that the offer names`() throws {
    let saturday = Scene.saturday
    var purchase = try Scene.purchase(at: saturday.adding(.seconds(-86_400 * 4)))
    purchase.capturedAt = saturday
    for (basis, wanted) in [("placed_at", Reason.outsideWindow), ("charged_at", .outsideWindow), ("captured_at", .granted)] {
      let terms = try Scene.terms(["/look_back/basis": .string(basis)])
      #expect(terms.evaluate(purchase, History(), life: Scene.life(terms), at: terms.startsAt).reason == wanted, "\(basis)")
    }
  }

  @Test func `a day reaches in when any of it may have been inside`() throws {
    // Starts on Sunday at 09:00 and reaches back to Friday 09:00.
    let terms = try Scene.terms(["/window/starts_at": "2026-05-10T09:00:00"])
    let life = Scene.life(terms)
    let rows: [(String, Interval?)] = [
      ("2026-05-07T04:00:00Z", nil), ("2026-05-08T04:00:00Z", .before), ("2026-05-09T04:00:00Z", .before),
      // It begins before the start, so the customer has the benefit of the doubt; the next one lies inside as a whole.
      ("2026-05-10T04:00:00Z", .before), ("2026-05-11T04:00:00Z", .inside),
      // A day that ends as the look-back begins is outside, a millisecond more is not.
      ("2026-05-07T13:00:00Z", nil), ("2026-05-07T13:00:00.001Z", .before),
    ]
    for (day, wanted) in rows {
      let instant = Scene.instant(day)
      #expect(terms.interval(ofDay: instant, life) == wanted, "\(day)")
      let outcome = terms.evaluate(try Scene.purchase(at: instant, precision: .day), History(), life: life, at: terms.startsAt)
      #expect(outcome.dayPrecision && outcome.interval == wanted, "\(day)")
    }
  }

  @Test func `days of a clock change have 23 and 25 hours`() throws {
    for (starts, lookBack, day, wanted) in [
      // Sunday 8 March ends at 04:00Z: the look-back begins just then, or a millisecond before.
      ("2026-03-09T01:00:00", "PT1H", "2026-03-08T05:00:00Z", nil), ("2026-03-09T01:00:00", "PT1H0.001S", "2026-03-08T05:00:00Z", .before),
      // Sunday 1 November ends at 05:00Z on the day after.
      ("2026-11-02T00:30:00", "PT30M", "2026-11-01T04:00:00Z", nil),
      ("2026-11-02T00:30:00", "PT30M0.001S", "2026-11-01T04:00:00Z", .before),
    ] as [(String, String, String, Interval?)] {
      let end = String(starts.prefix(8)) + "28T00:00:00"
      let terms = try Scene.terms([
        "/window/starts_at": .string(starts), "/window/ends_at": .string(end), "/look_back/duration": .string(lookBack),
      ])
      #expect(terms.interval(ofDay: Scene.instant(day), Scene.life(terms)) == wanted, "\(starts) \(lookBack)")
    }
  }

  @Test func `lines that were added later have their own time`() throws {
    let terms = try Scene.terms(["/add_items": ["until": "shipped", "benefit_on_added_lines": true]])
    let life = Scene.life(terms)
    let before = terms.lookBackFrom.adding(.seconds(-60))
    func outcome(_ line: OrderCaptured.Line, _ terms: Terms) throws -> Outcome {
      terms.evaluate(try Scene.purchase([Scene.line("1", 4_000), line], at: before), History(), life: life, at: terms.startsAt)
    }
    let added = try outcome(Scene.line("2", 1_000, addedAt: Scene.saturday), terms)
    #expect(added.shares == [.init(lineID: Identifier(restoring: "2"), amount: 150)] && added.interval == .before)
    // Invited before the end, added after it: with the benefit, or without where the offer says so.
    let late = Scene.line("2", 1_000, addedAt: terms.endsAt!.adding(.seconds(60)), under: "spring@1")
    #expect(try outcome(late, terms).amount == 150)
    let without = try Scene.terms(["/add_items": ["until": "shipped", "benefit_on_added_lines": false]])
    #expect(try outcome(late, without).reason == .outsideWindow)
    #expect(try outcome(Scene.line("2", 1_000, addedAt: terms.endsAt!.adding(.seconds(60))), terms).reason == .outsideWindow)
    #expect(terms.turn(of: try Scene.purchase([Scene.line("2", 1, addedAt: Scene.saturday)], at: before), life: life) == Scene.saturday)
  }
}
