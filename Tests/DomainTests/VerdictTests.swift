import Contracts
import MarketingDomain
import TestKit
import Terms
import Testing

/// The table of verdicts: every row, and that the first that matches decides.
struct VerdictTests {
  /// What makes a row match, in the table's order.
  private static let rows: [(row: Int, kind: Verdict.Kind, reason: String, make: @Sendable (inout Verdict.Case) -> Void)] = [
    (1, .suppress, "minor", { $0.barred = .minor }), (2, .honour, "honoured_look_back", { $0.unsaid = "look_back" }),
    (3, .suppress, "has_it", { $0.hasIt = true }), (4, .suppress, "hold", { $0.onHold = true }),
    (5, .suppress, "no_consent", { $0.consents = false }), (6, .defer, "blind", { $0.isBlind = true }),
    (7, .suppress, "would_annoy.cap_customer", { $0.refused = "cap_customer" }), (8, .suppress, "not_eligible", { $0.isEligible = false }),
    (9, .defer, "not_live", { $0.isLive = false }), (10, .suppress, "too_often", { $0.messages = 3 }), (11, .send, "eligible", { _ in }),
  ]

  private var plain: Verdict.Case {
    var plain = Verdict.Case()
    plain.consents = true
    plain.messagesMax = 3
    return plain
  }

  @Test func `each row by itself`() {
    #expect(Verdict.rowCount == Self.rows.count)
    for row in Self.rows {
      var given = plain
      row.make(&given)
      let verdict = Verdict.decide(given)
      #expect(verdict.row == row.row && verdict.kind == row.kind && verdict.reason == row.reason, "row \(row.row)")
    }
  }

  @Test func `of any that match, the first decides`() {
    for mask in 0..<(1 << 10) {
      var given = plain
      for row in Self.rows.dropLast() where mask & 1 << (row.row - 1) != 0 { row.make(&given) }
      #expect(Verdict.decide(given).row == (mask == 0 ? 11 : mask.trailingZeroBitCount + 1))
    }
  }

  @Test func `nobody is sent anything who does not agree, is blind to us, or has it`() {
    for mask in 0..<(1 << 10) {
      var given = plain
      for row in Self.rows.dropLast() where mask & 1 << (row.row - 1) != 0 { row.make(&given) }
      let verdict = Verdict.decide(given)
      #expect((verdict.kind == .send) == (mask == 0))
      if verdict.kind == .honour { #expect(verdict.invites == (given.consents && !given.onHold && !given.isBlind)) }
      if verdict.kind == .suppress || verdict.kind == .defer { #expect(!verdict.invites) }
    }
  }

  @Test func `the frequency counts what was sent, and no allowance is none`() {
    var given = plain
    given.messages = 2
    #expect(Verdict.decide(given).kind == .send)
    given.messagesMax = 0
    #expect(Verdict.decide(given).reason == "too_often")
  }

  @Test func `blind beyond the policy, with nothing heard, and with no policy known`() {
    let now = OrderDraft.day
    let five = Duration.seconds(5)
    #expect(!Verdict.isBlind(heard: now, policy: five, at: now))
    #expect(!Verdict.isBlind(heard: now.adding(.seconds(-5)), policy: five, at: now))
    #expect(Verdict.isBlind(heard: now.adding(.milliseconds(-5_001)), policy: five, at: now))
    #expect(Verdict.isBlind(heard: nil, policy: five, at: now) && Verdict.isBlind(heard: now, policy: nil, at: now))
    // Marks may be ahead of this department's own clock.
    #expect(!Verdict.isBlind(heard: now.adding(.seconds(9)), policy: five, at: now))
  }

  @Test func `every word of the evaluator says what it means for a message`() {
    for reason in Reason.allCases {
      for isSame in [true, false] {
        let bought = Bought.weigh(reason, isSame: isSame)
        switch reason {
        case .alreadyGiven, .inCheckout: #expect(bought == .hasIt)
        case .outsideWindow, .wrongCurrency, .notCaptured, .cancelled, .otherSeller, .excludedItem: #expect(bought == .nothing)
        case .wrongChannel, .wrongCountry, .notEligibleCustomer, .anonymousNotCovered, .recordedTooLate:
          #expect(bought == (isSame ? .annoys : .nothing))
        default: #expect(bought == .annoys, "\(reason)")
        }
      }
    }
  }
}
