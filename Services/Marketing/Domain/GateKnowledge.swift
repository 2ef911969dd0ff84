package import Contracts

/// What the rows of a gate are made of: what the offer asks for, and what the others have said about it. As of `now`, and nothing else.
package struct GateKnowledge: Sendable {
  package var offer: OfferVersion
  package var now: Timestamp
  /// When this version was scheduled: since then its questions stand.
  package var askedAt: Timestamp
  package var startsAt: Timestamp
  package var endsAt: Timestamp?
  /// The oldest version whose words count for this one too: the last that changed what is promised.
  package var floor: Int
  package var demands: [Demand] = []
  /// The last answer to each promise, by its name.
  package var answers: [String: Answer] = [:]
  package var slots: [Slot] = []
  package var parity = Parity()
  package var channels = Channels()
  package var sheets = Sheets()
  package var briefing: Briefing?
  /// Everybody who was ever told to work here.
  package var colleagues: [Identifier<Colleague>: Standing] = [:]

  package init(offer: OfferVersion, now: Timestamp, askedAt: Timestamp, startsAt: Timestamp, endsAt: Timestamp? = nil, floor: Int? = nil) {
    self.offer = offer
    self.now = now
    self.askedAt = askedAt
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.floor = floor ?? offer.version
  }

  /// One promise of the offer.
  package struct Demand: Sendable, Equatable {
    package var id: String
    package var kind: PromiseKind
    package var sku: String?
    package var quantity: Int64?
    package var duration: Duration?
    package var from: Timestamp?
    package var to: Timestamp?
    package var answerBy: Timestamp
    package var onDrop: PromiseDeclared.OnDrop
    /// The oldest version that demanded the same: its answer stands.
    package var floor: Int

    package init(
      id: String, kind: PromiseKind, sku: String? = nil, quantity: Int64? = nil, duration: Duration? = nil, from: Timestamp? = nil,
      to: Timestamp? = nil, answerBy: Timestamp, onDrop: PromiseDeclared.OnDrop = .alarm, floor: Int = 1
    ) {
      self.id = id
      self.kind = kind
      self.sku = sku
      self.quantity = quantity
      self.duration = duration
      self.from = from
      self.to = to
      self.answerBy = answerBy
      self.onDrop = onDrop
      self.floor = floor
    }
  }

  package struct Answer: Sendable, Equatable {
    package var version: Int
    package var answer: PromiseAnswered.Answer
    package var quantity: Int64?
    package var expiresAt: Timestamp
    package var by: Identifier<Colleague>
    package var at: Timestamp

    package init(
      version: Int, answer: PromiseAnswered.Answer, quantity: Int64? = nil, expiresAt: Timestamp, by: Identifier<Colleague>,
      at: Timestamp
    ) {
      self.version = version
      self.answer = answer
      self.quantity = quantity
      self.expiresAt = expiresAt
      self.by = by
      self.at = at
    }
  }

  /// What can be done in a stretch of time, as customer service told it last.
  package struct Slot: Sendable, Equatable {
    package var from: Timestamp
    package var to: Timestamp
    package var kind: PromiseKind
    package var sku: String?
    package var quantity: Int64
    package var cause: String?
    package var by: Identifier<Colleague>
    package var at: Timestamp

    package init(
      from: Timestamp, to: Timestamp, kind: PromiseKind, sku: String? = nil, quantity: Int64, cause: String? = nil,
      by: Identifier<Colleague>, at: Timestamp
    ) {
      self.from = from
      self.to = to
      self.kind = kind
      self.sku = sku
      self.quantity = quantity
      self.cause = cause
      self.by = by
      self.at = at
    }
  }

  /// Where customers who are there already pay more than new ones.
  package struct Parity: Sendable, Equatable {
    /// Such as `KETTLE-17 (29.00 USD for new customers, 39.00 USD for others)`.
    package var gaps: [String] = []
    package var exception: Exception?
    package var approval: Approval?

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

  package struct Channels: Sendable, Equatable {
    /// Where the offer may be bought.
    package var before: [String] = []
    /// Where customer service answers those who came by a channel; empty where it keeps no list of that.
    package var counterparts: [String: String] = [:]

    package init(before: [String] = [], counterparts: [String: String] = [:]) {
      self.before = before
      self.counterparts = counterparts
    }
  }

  package struct Sheets: Sendable, Equatable {
    package var required: [Need] = []
    package var known: [Sheet] = []

    package struct Need: Sendable, Hashable {
      package var locale: String
      package var voice: String

      package init(locale: String, voice: String) {
        self.locale = locale
        self.voice = voice
      }
    }

    package struct Sheet: Sendable, Equatable {
      package var offerVersion: Int
      package var need: Need
      package var turn: SheetTurned.Turn
      package var verifier: Identifier<Colleague>?
      package var deputy: Identifier<Colleague>?
      package var reviewAt: Timestamp?
      package var by: Identifier<Colleague>
      package var at: Timestamp

      package init(
        offerVersion: Int, need: Need, turn: SheetTurned.Turn, verifier: Identifier<Colleague>? = nil,
        deputy: Identifier<Colleague>? = nil, reviewAt: Timestamp? = nil, by: Identifier<Colleague>, at: Timestamp
      ) {
        self.offerVersion = offerVersion
        self.need = need
        self.turn = turn
        self.verifier = verifier
        self.deputy = deputy
        self.reviewAt = reviewAt
        self.by = by
        self.at = at
      }
    }

    package init(required: [Need] = [], known: [Sheet] = []) {
      self.required = required
      self.known = known
    }
  }

  package struct Briefing: Sendable {
    /// Until when shifts count: the first hours of the offer.
    package var until: Timestamp
    /// In which languages people are told of the offer; empty: any.
    package var locales: [String]
    /// Of a hundred agents who need it, how many must have read it.
    package var quorumPercent: Int64
    /// Each opening hour of the first hours, as customers' clocks have it: somebody who has read it must be there.
    package var openHours: [Range<Timestamp>]
    package var shifts: [Shift]
    /// Who has read a version that counts.
    package var acknowledged: Set<Identifier<Colleague>>

    package struct Shift: Sendable, Equatable {
      package var agent: Identifier<Colleague>
      package var from: Timestamp
      package var to: Timestamp
      package var locales: [String]
      package var absent: Bool
      package var at: Timestamp

      package init(
        agent: Identifier<Colleague>, from: Timestamp, to: Timestamp, locales: [String] = [], absent: Bool = false, at: Timestamp
      ) {
        self.agent = agent
        self.from = from
        self.to = to
        self.locales = locales
        self.absent = absent
        self.at = at
      }
    }

    package init(
      until: Timestamp, locales: [String] = [], quorumPercent: Int64 = 100, openHours: [Range<Timestamp>] = [], shifts: [Shift] = [],
      acknowledged: Set<Identifier<Colleague>> = []
    ) {
      self.until = until
      self.locales = locales
      self.quorumPercent = quorumPercent
      self.openHours = openHours
      self.shifts = shifts
      self.acknowledged = acknowledged
    }
  }

  package struct Standing: Sendable, Equatable {
    package var active: Bool
    /// They are here, or somebody who is has taken what hung on them.
    package var isHeld: Bool
    package var locales: [String]
    package var changedAt: Timestamp

    package init(active: Bool, isHeld: Bool? = nil, locales: [String] = [], changedAt: Timestamp) {
      self.active = active
      self.isHeld = isHeld ?? active
      self.locales = locales
      self.changedAt = changedAt
    }
  }

  /// Whether somebody works here: nobody who is known to have left. Whom nobody told of is taken at their word.
  func isHere(_ id: Identifier<Colleague>) -> Bool { colleagues[id]?.active ?? true }

  /// Whether what somebody verified or is to approve has a person who stands for it.
  func isHeld(_ id: Identifier<Colleague>) -> Bool { colleagues[id]?.isHeld ?? true }
}
