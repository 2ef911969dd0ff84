package import Contracts
package import Terms
package import Zones

/// What the rows of a gate are made of: what the offer asks for, and what the others have said about it. As of `now`, and nothing else.
package struct GateKnowledge: Sendable {
  package var terms: Terms
  package var now: Timestamp
  /// When this version was scheduled: since then its questions stand.
  package var askedAt: Timestamp
  /// The versions whose words count for this one too: from the last that changed what is promised on.
  package var versions: ClosedRange<Int>
  package var book = CapacityBook()
  package var parity = Parity()
  /// Where customer service answers those who came by a channel.
  package var counterparts: [String: CounterpartNamed] = [:]
  /// The zones of their hours, by name.
  package var zones: [String: Zone] = [:]
  /// The channels by which the shop sells, for an offer that names none: it is for all of them.
  package var soldBy: [String] = []
  package var sheets = SheetFold()
  package var roster = RosterFold()
  package var read = BriefingFold()
  package var rule = GateBriefings.Rule()
  /// What somebody who is there can take.
  package var contacts = ContactForecast.Rules.usual
  package var colleagues = ColleagueFold()

  package var offer: OfferVersion { terms.document.offerVersion }

  package init(terms: Terms, now: Timestamp, askedAt: Timestamp, versions: ClosedRange<Int>) {
    self.terms = terms
    self.now = now
    self.askedAt = askedAt
    self.versions = versions
  }

  /// Where customers who are there already pay more than new ones.
  package struct Parity: Sendable, Equatable {
    /// Such as `KETTLE-17 (29.00 USD for new customers, 39.00 USD for those who are there)`.
    package var gaps: [String] = []
    package var exception: Exception?
    package var approval: Approval?
    /// When another offer took the turn that may have opened a gap; nil where none did.
    package var openedAt: Timestamp?

    package struct Exception: Sendable, Equatable {
      package var reason: String
      package var approver: Identifier<Colleague>
      package var endsAt: Timestamp

      package init(reason: String, approver: Identifier<Colleague>, endsAt: Timestamp) {
        self.reason = reason
        self.approver = approver
        self.endsAt = endsAt
      }
    }

    package struct Approval: Sendable, Equatable {
      package var version: Int
      package var approved: Bool
      package var by: Identifier<Colleague>
      package var at: Timestamp

      package init(version: Int, approved: Bool, by: Identifier<Colleague>, at: Timestamp) {
        self.version = version
        self.approved = approved
        self.by = by
        self.at = at
      }
    }

    package init(gaps: [String] = [], exception: Exception? = nil, approval: Approval? = nil) {
      self.gaps = gaps
      self.exception = exception
      self.approval = approval
    }
  }
}
