/// `ledger.remedy.granted.v1` and its like: what a customer gets back, and what becomes of it. Keyed by the order; goodwill by the person.
///
/// Each stands for one entry of the ledger's books, but for what was declined. HOT: a look-back tells a hundred thousand of them.
package struct RemedyChanged: Fact {
  package enum Change: String, TypeWord {
    package static let prefix = "ledger.remedy."
    /// It is promised and waits: for its tender, or to be claimed.
    case granted
    /// It has arrived. One that arrives at once is told only so.
    case posted, voided, expired
    case clawedBack = "clawed_back"
    /// It was asked for and refused.
    case declined

    // Spelled once: each fact asks for its type.
    package var type: String {
      switch self {
      case .granted: "ledger.remedy.granted.v1"
      case .posted: "ledger.remedy.posted.v1"
      case .voided: "ledger.remedy.voided.v1"
      case .expired: "ledger.remedy.expired.v1"
      case .clawedBack: "ledger.remedy.clawed_back.v1"
      case .declined: "ledger.remedy.declined.v1"
      }
    }
  }

  package var change: Change
  package var remedyID: RemedyID
  package var offer: OfferVersion?
  package var campaignID: Identifier<Campaign>?
  package var orderID: Identifier<Order>?
  package var subscriptionID: Identifier<Subscription>?
  package var period: Identifier<Period>?
  package var personID: Identifier<Person>?
  package var kind: Kind
  package var basis: Basis
  /// What this fact is about: of a claw-back what it takes back.
  package var amount: Money
  package var lines: [Share]
  /// The part of the amount that is tax.
  package var tax: [OrderCaptured.Tax]
  package var destination: Destination
  /// Where the remedy stands after it.
  package var state: State
  package var expiresAt: Timestamp?
  /// Its entry in the books.
  package var entry: Int64?
  /// The entry that it resolves or takes back from.
  package var of: Int64?
  /// Why, as the terms say it: one of the evaluator's words.
  package var reason: String
  /// Whether a limit made it less than the terms give.
  package var cut: Bool
  /// Whether the order was known only to the day.
  package var dayPrecision: Bool
  /// What had been given under the key before.
  package var already: Already?
  /// What the decision looked at.
  package var inputs: JSON?

  package init(
    change: Change, remedyID: RemedyID, offer: OfferVersion? = nil, campaignID: Identifier<Campaign>? = nil,
    orderID: Identifier<Order>? = nil, subscriptionID: Identifier<Subscription>? = nil, period: Identifier<Period>? = nil,
    personID: Identifier<Person>? = nil, kind: Kind, basis: Basis, amount: Money, lines: [Share] = [], tax: [OrderCaptured.Tax] = [],
    destination: Destination, state: State, expiresAt: Timestamp? = nil, entry: Int64? = nil, of: Int64? = nil, reason: String,
    cut: Bool = false, dayPrecision: Bool = false, already: Already? = nil, inputs: JSON? = nil
  ) {
    self.change = change
    self.remedyID = remedyID
    self.offer = offer
    self.campaignID = campaignID
    self.orderID = orderID
    self.subscriptionID = subscriptionID
    self.period = period
    self.personID = personID
    self.kind = kind
    self.basis = basis
    self.amount = amount
    self.lines = lines
    self.tax = tax
    self.destination = destination
    self.state = state
    self.expiresAt = expiresAt
    self.entry = entry
    self.of = of
    self.reason = reason
    self.cut = cut
    self.dayPrecision = dayPrecision
    self.already = already
    self.inputs = inputs
  }

  package var remedyKey: RemedyKey { remedyID.key }

  package static let types = Change.types
  package var type: String { change.type }
  package var event: DomainEvent { .remedyChanged(self) }
  package var key: String {
    if kind == .goodwill, let personID { return personID.text }
    return orderID?.text ?? subscriptionID?.text ?? personID?.text ?? remedyKey.text
  }
}

extension RemedyChanged {
  package enum Kind: String, Sendable, CaseIterable {
    case priceAdjustment = "price_adjustment"
    case shippingRefund = "shipping_refund"
    case renewalDiscount = "renewal_discount"
    case parityMatch = "parity_match"
    case goodwill
  }

  package enum Basis: String, Sendable, CaseIterable {
    case lookBack = "look_back"
    case gap
    case inWindow = "in_window"
    case late, desk
    case honourFor = "honour_for"
    case parity, goodwill
  }

  package enum State: String, Sendable, CaseIterable {
    case pending, posted, voided, expired
    case clawedBack = "clawed_back"
    case declined
  }

  /// One line's part of the amount; shipping has no line.
  package struct Share: Sendable, Equatable {
    package var lineID: Identifier<OrderLine>?
    package var amount: Money
    package init(lineID: Identifier<OrderLine>? = nil, amount: Money) {
      self.lineID = lineID
      self.amount = amount
    }
  }

  /// Where the money goes.
  package struct Destination: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case originalTender = "original_tender"
      case customerCredit = "customer_credit"
      /// To be claimed by whoever has the receipt.
      case receipt
    }
    package var kind: Kind
    /// Which tenders take how much of it, where it goes back to them.
    package var tenders: [TenderAmount]
    package init(_ kind: Kind, tenders: [TenderAmount] = []) {
      self.kind = kind
      self.tenders = tenders
    }
  }

  /// A second attempt answers who gave it, when, how much.
  package struct Already: Sendable, Equatable {
    package var by: String
    package var at: Timestamp
    package var amount: Money
    package init(by: String, at: Timestamp, amount: Money) {
      self.by = by
      self.at = at
      self.amount = amount
    }
  }
}
