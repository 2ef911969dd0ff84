import Contracts
import MarketingDomain
import TestKit
import Testing

/// The life of an offer as a table, its versions and its times.
struct OfferLifeTableTests {
  private let offer = OfferVersion("spring@2")!
  private let start = OrderDraft.day

  /// Every step that there is; all others are refused.
  private static let steps: [(OfferState, OfferDeed, OfferState)] = [
    (.draft, .schedule, .scheduled), (.draft, .cancel, .cancelled), (.scheduled, .schedule, .scheduled), (.scheduled, .launch, .live),
    (.scheduled, .block, .blocked), (.scheduled, .cancel, .cancelled), (.blocked, .schedule, .scheduled), (.blocked, .cancel, .cancelled),
    (.live, .pause, .paused), (.live, .stop, .stopped), (.live, .end, .ended), (.live, .supersede, .superseded), (.paused, .resume, .live),
    (.paused, .stop, .stopped), (.paused, .end, .ended), (.paused, .supersede, .superseded), (.stopped, .end, .ended),
    (.stopped, .supersede, .superseded),
  ]

  @Test(arguments: OfferState.allCases) func `what the table names is allowed, and all else is refused with what to do`(state: OfferState) {
    for deed in OfferDeed.allCases {
      let wanted = Self.steps.first { $0.0 == state && $0.1 == deed }?.2
      do throws(OfferRefusal) {
        #expect(try OfferLife.after(deed, in: state, of: offer) == wanted)
      } catch {
        #expect(wanted == nil, "\(state) \(deed)")
        #expect(error == .cannot(deed, state, offer) && error.code == "offer_state")
        let sentence = "\(error)"
        #expect(sentence.hasPrefix("spring@2 is \(state) and cannot be \(deed.participle): "))
        // What comes after the colon is for people, and never empty.
        #expect(sentence.split(separator: ": ", maxSplits: 1).last.map { $0.count > 20 } == true)
      }
    }
  }

  @Test func `what is over has no way on, what runs can end`() {
    for state in OfferState.allCases {
      #expect((OfferLife.transitions[state] == nil) == state.isOver)
      #expect((OfferLife.transitions[state]?[.end] == .ended) == state.isRunning)
      #expect((OfferLife.transitions[state]?[.cancel] != nil) == (!state.isOver && !state.isRunning))
    }
    // Nothing that customers know is ever scheduled or launched again under the same version.
    for state in OfferState.allCases where state.isRunning {
      #expect(OfferLife.transitions[state]?[.launch] == nil && OfferLife.transitions[state]?[.schedule] == nil)
    }
  }

  /// Known versions with their states, the one that is offered, what differs, and what is said.
  @Test(
    arguments: [
      ([], 1, [], nil), ([], 2, [], "call it version 1"), ([(1, .draft)], 1, [], "known"), ([(1, .live)], 1, ["/benefit"], "/benefit"),
      ([(1, .live)], 2, [], nil), ([(1, .live)], 3, [], "call it version 2"), ([(1, .superseded), (2, .live)], 1, [], "known"),
      ([(1, .ended)], 2, [], "its life is over"), ([(1, .cancelled)], 2, [], "its life is over"), ([(1, .stopped)], 2, [], nil),
      ([(2, .live)], 1, [], "older than version 2"),
    ] as [([(Int, OfferState)], Int, [String], String?)])
  func `versions follow each other without gaps and never change`(
    known: [(Int, OfferState)], version: Int, changed: [String], said: String?
  ) throws {
    let offered = try #require(OfferVersion(offer: offer.offer, version: version))
    do throws(OfferRefusal) {
      let standing = try OfferVersions.place(offered, among: known.map { .init(version: $0.0, state: $0.1) }, changed: changed)
      #expect(standing == (said == "known" ? .known : .new) && (said == nil || said == "known"))
    } catch { #expect("\(error)".contains(said ?? "nothing was to be refused")) }
  }

  /// Milliseconds between the start and now, whether historical, whether a version runs, and what is refused.
  @Test(
    arguments: [
      (-1, 10_000, false, false, "by itself"), (0, 10_000, false, false, nil), (9_999, 10_000, false, false, nil),
      (10_000, 10_000, false, false, "--historical"), (5, nil, false, false, nil), (-1, 10_000, true, false, "by itself"),
      (10_000, 10_000, true, false, nil), (9_999, 10_000, true, false, "ends only at"), (5, nil, true, false, "has no end"),
      (10_000, 10_000, true, true, "cannot be historical"),
    ] as [(Int64, Int64?, Bool, Bool, String?)])
  func `a launch is for what should have begun, a historical one for what is over`(
    now: Int64, end: Int64?, historical: Bool, running: Bool, refused: String?
  ) {
    do throws(OfferRefusal) {
      try LaunchTime.confirmLaunch(
        offer, startsAt: start, endsAt: end.map { start.adding(.milliseconds($0)) }, historical: historical, isRunning: running,
        at: start.adding(.milliseconds(now)))
      #expect(refused == nil)
    } catch { #expect("\(error)".contains(refused ?? "nothing was to be refused")) }
  }

  @Test func `scheduling is for the future, or for what already runs`() throws {
    try LaunchTime.confirmSchedule(offer, startsAt: start, isRunning: false, at: start.adding(.milliseconds(-1)))
    try LaunchTime.confirmSchedule(offer, startsAt: start, isRunning: true, at: start.adding(.seconds(9)))
    #expect(throws: OfferRefusal.startPassed(offer, startsAt: start)) {
      try LaunchTime.confirmSchedule(offer, startsAt: start, isRunning: false, at: start)
    }
  }

  @Test func `live counts from the start, from a late launch, or from where the version before began`() {
    func effective(_ late: Int64, historical: Bool = false, predecessor: Timestamp? = nil) -> Int64 {
      LaunchTime.effective(
        startsAt: start, historical: historical, predecessor: predecessor, at: start.adding(.milliseconds(late))
      ).since(start).milliseconds
    }
    #expect(effective(0) == 0 && effective(1_000) == 0 && effective(1_001) == 1_001)
    #expect(effective(86_400_000, historical: true) == 0)
    #expect(effective(86_400_000, predecessor: start.adding(.milliseconds(7))) == 7)
  }
}
