import Contracts
import LedgerDomain
import Testing

/// The register's table, cell by cell: what each kind comes to by when its parts happened, and one millisecond beside each border.
struct ContradictionTests {
  /// Hours after the start of an offer, and milliseconds beside them.
  private static func at(_ hours: Double, _ milliseconds: Int64 = 0) -> Timestamp {
    Timestamp(milliseconds: 1_778_385_600_000 + Int64(hours * 3_600_000) + milliseconds)
  }

  struct Cell: Sendable, CustomTestStringConvertible {
    let kind: DisconnectRecorded.Kind
    let says: String
    let comes: Contradiction.Outcome?
    let outcome: @Sendable () -> Contradiction.Outcome?
    var testDescription: String { "\(kind.rawValue): \(says)" }

    init(
      _ kind: DisconnectRecorded.Kind, _ says: String, _ comes: Contradiction.Outcome?,
      _ outcome: @escaping @Sendable () -> Contradiction.Outcome?
    ) {
      (self.kind, self.says, self.comes, self.outcome) = (kind, says, comes, outcome)
    }
  }

  private static func owed(
    _ given: Timestamp?, asked: Bool = false, message: Timestamp? = nil, unsure: Bool = false, now: Timestamp
  ) -> Contradiction.Outcome? {
    Contradiction.lookBack(
      .init(since: at(0), givenAt: given, isAsked: asked, messageAt: message, isLimitUnsure: unsure), at: now)
  }

  private static func promise(_ kept: Contradiction.Kept) -> Contradiction.Outcome? { Contradiction.promise(kept) }

  private static func parity(_ equal: Bool?, approved: Timestamp? = nil, matched: Timestamp? = nil, now: Timestamp) -> Contradiction
    .Outcome?
  {
    Contradiction.parity(.init(isEqual: equal, liveSince: at(0), approvedAt: approved, matchedAt: matched), at: now)
  }

  private static func words(
    _ answered: Timestamp, _ wrong: Timestamp?, card: Bool = false, corrected: Timestamp? = nil, now: Timestamp = at(100)
  ) -> Contradiction.Outcome? {
    Contradiction.wrongWords(answeredAt: answered, wrongSince: wrong, isFactsCard: card, correctedAt: corrected, at: now)
  }

  static let cells: [Cell] = [
    Cell(.lookBack, "before any message", .prevented) { owed(at(0), message: at(1), now: at(2)) },
    Cell(.lookBack, "with no message at all", .prevented) { owed(at(0), now: at(2)) },
    Cell(.lookBack, "after a message", .repaired) { owed(at(2), message: at(1), now: at(30)) },
    Cell(.lookBack, "after asking", .repaired) { owed(at(2), asked: true, now: at(30)) },
    Cell(.lookBack, "by itself, two days later", .repaired) { owed(at(48), now: at(50)) },
    Cell(.lookBack, "nothing, a day after the start", .slipped) { owed(nil, now: at(24)) },
    Cell(.lookBack, "nothing, a moment before that", nil) { owed(nil, now: at(24, -1)) },
    Cell(.lookBack, "nothing, where a limit may have been used up", .unknown) { owed(nil, unsure: true, now: at(24)) },

    Cell(.insult, "not sent, or a note in its place", .prevented) { Contradiction.insult(sentAt: nil, noteAt: at(0)) },
    Cell(.insult, "sent, and a note a day later", .repaired) { Contradiction.insult(sentAt: at(0), noteAt: at(24)) },
    Cell(.insult, "sent, and a note later than that", .slipped) { Contradiction.insult(sentAt: at(0), noteAt: at(24, 1)) },
    Cell(.insult, "sent, and a note before it", .slipped) { Contradiction.insult(sentAt: at(1), noteAt: at(0)) },
    Cell(.insult, "the send stands", .slipped) { Contradiction.insult(sentAt: at(0), noteAt: nil) },

    Cell(.unbriefed, "read before the launch", .prevented) {
      Contradiction.unbriefed(usedAt: at(1), acknowledgedAt: at(-1), launchedAt: at(0))
    },
    Cell(.unbriefed, "read at login", .repaired) { Contradiction.unbriefed(usedAt: at(2), acknowledgedAt: at(1), launchedAt: at(0)) },
    Cell(.unbriefed, "read afterwards", .slipped) { Contradiction.unbriefed(usedAt: at(2), acknowledgedAt: at(2, 1), launchedAt: at(0)) },
    Cell(.unbriefed, "never read", .slipped) { Contradiction.unbriefed(usedAt: at(2), acknowledgedAt: nil, launchedAt: at(0)) },

    Cell(.wrongWords, "the facts stood in", .prevented) { words(at(2), at(1), card: true) },
    Cell(.wrongWords, "the facts were right even so", nil) { words(at(1), at(2), card: true) },
    Cell(.wrongWords, "corrected within two days", .repaired) { words(at(2), at(1), corrected: at(50)) },
    Cell(.wrongWords, "corrected a moment too late", .slipped) { words(at(2), at(1), corrected: at(50, 1)) },
    Cell(.wrongWords, "answered from what did not hold", .slipped) { words(at(2), at(1), now: at(2)) },
    Cell(.wrongWords, "it turned out wrong afterwards, and there is time", nil) { words(at(1), at(2), now: at(50, -1)) },
    Cell(.wrongWords, "it turned out wrong afterwards, and nobody corrected it", .slipped) { words(at(1), at(2), now: at(50)) },
    Cell(.wrongWords, "it turned out wrong afterwards and was corrected", .repaired) { words(at(1), at(2), corrected: at(50)) },
    Cell(.wrongWords, "it holds", nil) { words(at(1), nil) },

    Cell(.promise, "the gate refused", .prevented) { promise(.gateRefused) },
    Cell(.promise, "paused before exceeding", .prevented) { promise(.paused) },
    Cell(.promise, "capacity before the hour", .repaired) { promise(.filled(back: at(1), from: at(1))) },
    Cell(.promise, "capacity in the hour", nil) { promise(.filled(back: at(1, 1), from: at(1))) },
    Cell(.promise, "as much as promised", nil) { promise(.came(40, promised: 40)) },
    Cell(.promise, "one more than promised", .slipped) { promise(.came(41, promised: 40)) },
    Cell(.promise, "one where none was promised", .slipped) { promise(.came(1, promised: 0)) },
    Cell(.promise, "nobody answered", .unknown) { promise(.came(0, promised: nil)) },

    Cell(.noisy, "held back", .prevented) { Contradiction.noisy(sentAt: nil, openedAt: at(0)) },
    Cell(.noisy, "it crossed the complaint", nil) { Contradiction.noisy(sentAt: at(0, 5_000), openedAt: at(0)) },
    Cell(.noisy, "more than five seconds later", .slipped) { Contradiction.noisy(sentAt: at(0, 5_001), openedAt: at(0)) },

    Cell(.parity, "equal", .prevented) { parity(true, now: at(48)) },
    Cell(.parity, "an exception within a day", .prevented) { parity(false, approved: at(24), now: at(48)) },
    Cell(.parity, "matched after it was found", .repaired) { parity(false, matched: at(30), now: at(48)) },
    Cell(.parity, "live for a day without an exception", .slipped) { parity(false, now: at(24)) },
    Cell(.parity, "an exception later than that", .slipped) { parity(false, approved: at(24, 1), now: at(48)) },
    Cell(.parity, "live for less", nil) { parity(false, now: at(24, -1)) },
    Cell(.parity, "gone within the day", nil) {
      Contradiction.parity(.init(isEqual: false, liveSince: at(0), goneAt: at(24, -1)), at: at(48))
    },
    Cell(.parity, "gone after a day", .slipped) {
      Contradiction.parity(.init(isEqual: false, liveSince: at(0), goneAt: at(24)), at: at(48))
    },
    Cell(.parity, "no gate was told of", .unknown) { parity(nil, now: at(24)) },

    Cell(.unknownOffer, "answered within half an hour", .repaired) {
      Contradiction.unknownOffer(askedAt: at(0), due: nil, answeredAt: at(0.5), at: at(9))
    },
    Cell(.unknownOffer, "answered a moment later", .slipped) {
      Contradiction.unknownOffer(askedAt: at(0), due: nil, answeredAt: at(0.5, 1), at: at(9))
    },
    Cell(.unknownOffer, "over the night, by its own deadline", .repaired) {
      Contradiction.unknownOffer(askedAt: at(0), due: at(9), answeredAt: at(9), at: at(9))
    },
    Cell(.unknownOffer, "not answered", .slipped) { Contradiction.unknownOffer(askedAt: at(0), due: nil, answeredAt: nil, at: at(0.5, 1)) },
    Cell(.unknownOffer, "not answered yet", nil) { Contradiction.unknownOffer(askedAt: at(0), due: nil, answeredAt: nil, at: at(0.5)) },

    Cell(.refusedThenGranted, "given after all", .repaired) { Contradiction.refused(at: at(0), givenAt: at(1), isOwed: false) },
    Cell(.refusedThenGranted, "had it already", nil) { Contradiction.refused(at: at(1), givenAt: at(0), isOwed: false) },
    Cell(.refusedThenGranted, "left without what the terms give", .slipped) {
      Contradiction.refused(at: at(0), givenAt: nil, isOwed: true)
    },
    Cell(.refusedThenGranted, "the terms give nothing", nil) { Contradiction.refused(at: at(0), givenAt: nil, isOwed: false) },

    Cell(.channel, "there before the hour", .prevented) { Contradiction.channel(at(1)..<at(2), staffedFrom: at(1), knownAt: at(1)) },
    Cell(.channel, "there within the hour", .repaired) { Contradiction.channel(at(1)..<at(2), staffedFrom: at(1.5), knownAt: at(0)) },
    Cell(.channel, "somebody stepped in within the hour", .repaired) {
      Contradiction.channel(at(1)..<at(2), staffedFrom: at(1), knownAt: at(1, 1))
    },
    Cell(.channel, "nobody", .slipped) { Contradiction.channel(at(1)..<at(2), staffedFrom: nil, knownAt: nil) },
    Cell(.channel, "only in the next hour", .slipped) { Contradiction.channel(at(1)..<at(2), staffedFrom: at(2), knownAt: at(0)) },
    Cell(.channel, "told when the hour was over", .unknown) { Contradiction.channel(at(1)..<at(2), staffedFrom: at(1), knownAt: at(2)) },
  ]

  @Test(arguments: cells) func `each cell of the register's table`(cell: Cell) { #expect(cell.outcome() == cell.comes) }

  @Test func `every kind has each outcome that the table gives it`() {
    /// What the table leaves empty.
    let empty: Set<String> = ["noisy/repaired", "unknown_offer/prevented", "refused_then_granted/prevented"]
    for kind in DisconnectRecorded.Kind.allCases {
      for outcome in [Contradiction.Outcome.prevented, .repaired, .slipped] where !empty.contains("\(kind.rawValue)/\(outcome.rawValue)") {
        #expect(Self.cells.contains { $0.kind == kind && $0.comes == outcome }, "\(kind.rawValue)/\(outcome.rawValue)")
      }
    }
  }
}
