package import Contracts
package import Zones

/// What marketing promises, as it is written: one version of an offer. Fields that this build does not know stay in `json`.
package struct OfferDocument: Sendable, Equatable {
  /// What `schema` says in every document of this kind.
  package static let schema = "accord.offer/1"

  /// The document as it was given.
  package let json: JSON
  package let offerID: Identifier<Offer>
  /// From 1 on, without gaps.
  package let version: Int
  package let campaignID: Identifier<Campaign>
  package let currency: Currency
  package let significance: Significance
  package let title: [LocalText]
  package let alsoCalled: [String]
  package let owner: Identifier<Person>
  package let serviceContact: Identifier<Person>
  package let window: Window
  package let lookBack: LookBack
  package let inWindow: InWindow
  package let honourFor: Duration
  package let eligibility: Eligibility
  package let targeting: Targeting?
  package let include: [Selection]
  package let exclude: [Selection]
  package let benefit: Benefit
  package let course: Course
  package let minimum: Minimum?
  package let limits: Limits
  /// Offers of one group compete, the best deal wins; those of different groups combine.
  package let group: String
  /// Other groups whose remedies lower this offer's base.
  package let combinesWith: [String]
  package let remedy: Remedy
  package let addItems: AddItems?
  package let note: Note?
  package let reserve: Money
  package let deskAllowance: Money?
  package let parityException: ParityException?
  package let promises: [Promise]
  package let sheetsRequired: [Sheet]
  package let briefing: Briefing?

  package let offerVersion: OfferVersion

  package enum Significance: String, Sendable, CaseIterable { case material, minor }

  /// A text in one language (BCP 47).
  package struct LocalText: Sendable, Equatable {
    package let locale: String
    package let text: String
  }

  /// When it is on, on clocks of `zone`.
  package struct Window: Sendable, Equatable {
    package let startsAt: LocalTime
    /// Nil for an offer without an end; then somebody looks at it again at `reviewAt`.
    package let endsAt: LocalTime?
    package let reviewAt: LocalTime?
    /// Of the IANA database.
    package let zone: String
  }

  package struct LookBack: Sendable, Equatable {
    package enum Basis: String, Sendable, CaseIterable {
      case placedAt = "placed_at"
      case chargedAt = "charged_at"
      case capturedAt = "captured_at"
    }
    package enum Claim: String, Sendable, CaseIterable {
      case automatic
      case onRequest = "on_request"
    }
    package let duration: Duration
    package let basis: Basis
    package let claim: Claim

    package init(duration: Duration, basis: Basis, claim: Claim) {
      self.duration = duration
      self.basis = basis
      self.claim = claim
    }
  }

  package struct InWindow: Sendable, Equatable {
    package enum Applier: String, Sendable, CaseIterable { case checkout, ledger }
    package let appliedBy: Applier
    package let code: String?
  }

  /// Who may have it, judged as of the placement.
  package struct Eligibility: Sendable, Equatable {
    package enum Customers: Sendable, Equatable {
      case everyone
      /// No captured order in the time before; nil: never.
      case new(noOrderFor: Duration?)
      case existing(orderWithin: Duration?)
      case segment(String)
      case list(String)
    }
    package let customers: Customers
    package let anonymousOrders: Bool
    /// Nil: all.
    package let channels: [String]?
    package let countries: [String]?
    package let subscriptionChanges: [SubscriptionChanged.Change]?
  }

  /// Who is told of it.
  package struct Targeting: Sendable, Equatable {
    package let audienceID: String
    package let purpose: String
    package let channels: [String]
    package let locales: [String]
    package let voices: [String]
  }

  /// What it applies to, or not.
  package enum Selection: Sendable, Equatable {
    case all
    case sku([String])
    case category([String])
    case brand([String])
    case plan([String])
    /// Methods; empty: all.
    case shipping([String])
  }

  package enum Benefit: Sendable, Equatable {
    /// 1,250 is 12.5 %.
    case percentOff(basisPoints: Int64)
    case amountOff(Int64, perUnit: Bool)
    /// Per unit, or once for a plan's period.
    case fixedPrice(Int64, perUnit: Bool)
    /// Nil: whatever it costs.
    case freeShipping(max: Int64?)
    /// Honoured by hand.
    case described(String)

    package var isShipping: Bool {
      guard case .freeShipping = self else { return false }
      return true
    }

    package var isDescribed: Bool {
      guard case .described = self else { return false }
      return true
    }
  }

  /// How long a plan carries it.
  package struct Course: Sendable, Equatable {
    package enum Length: Sendable, Equatable {
      case once
      case periods(Int)
      case forever
    }
    package let length: Length
    /// How many periods the campaign pays for; nil: all.
    package let fundedPeriods: Int?
  }

  package enum Minimum: Sendable, Equatable {
    case subtotal(Int64)
    case quantity(Int64)
  }

  package struct Limits: Sendable, Equatable {
    package let perOrder: Cap?
    package let perCustomer: Cap?
    package let total: Cap?
  }

  /// The most that may be given; what is nil is unlimited.
  package struct Cap: Sendable, Equatable {
    package let amount: Int64?
    package let uses: Int64?
    package let units: Int64?
  }

  package struct Remedy: Sendable, Equatable {
    package enum Destination: String, Sendable, CaseIterable {
      case originalTender = "original_tender"
      case customerCredit = "customer_credit"
      case receipt
    }
    /// The first that is possible wins.
    package let destinations: [Destination]
    package let claimableFor: Duration?
    package let clawsBack: Bool
    /// Less than this is forgiven.
    package let waiveBelow: Int64?
  }

  package struct AddItems: Sendable, Equatable {
    package enum Until: Sendable, Equatable {
      case shipped
      case time(LocalTime)
    }
    package let until: Until
    package let benefitOnAddedLines: Bool
  }

  package struct Note: Sendable, Equatable {
    package let templateID: String
    package let replacesCampaignMessage: Bool
  }

  package struct ParityException: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
      case clearance, legal, error
      case welcomeOffer = "welcome_offer"
      case winBack = "win_back"
    }
    package let reason: Reason
    package let sentence: String
    package let approvedBy: Identifier<Person>
    package let endsAt: LocalTime
    package let match: JSON?
  }

  /// What it demands of service or stock.
  package struct Promise: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case units, returns
      case contactsPerHour = "contacts_per_hour"
      case leadTime = "lead_time"
    }
    package let promiseID: String
    package let kind: Kind
    package let sku: String?
    package let quantity: Int64?
    package let duration: Duration?
    package let from: LocalTime?
    package let to: LocalTime?
    package let answerBy: LocalTime
    package let onDrop: String
  }

  package struct Sheet: Sendable, Equatable {
    package let locale: String
    package let voice: String
  }

  package struct Briefing: Sendable, Equatable {
    package let firstHours: Int64
    package let question: JSON?
  }
}
