package import Contracts

/// An order as it stands: what was captured, folded with what happened to it since. The three departments fold it alike.
///
/// Amounts are minor units of `currency`.
package struct Purchase: Sendable, Equatable {
  package let orderID: Identifier<Order>
  package var personID: Identifier<Person>?
  /// For a plan's charge the channel that the plan was sold through.
  package var channel: String
  package var country: String?
  /// Nil as long as the order was not heard of.
  package var currency: Currency?
  package var placedAt: Timestamp
  package var placedPrecision: OrderCaptured.Precision
  package var capturedAt: Timestamp
  /// When the ledger recorded it; the captured time where nobody says otherwise.
  package var recordedAt: Timestamp
  package var isCaptured: Bool
  /// Whether the whole order was cancelled.
  package var isCancelled: Bool
  package var lines: [Line]
  package var charges: [Charge]
  package var tenders: [OrderCaptured.Tender]
  package var discounts: [OrderCaptured.Discount]
  package var discountsKnown: Bool
  package var subscriptionID: Identifier<Subscription>?
  package var period: Identifier<Period>?
  /// What was given for this order, under whichever offer, in order of decision.
  package var remedies: [Given]

  /// One line of goods, or a plan's charge.
  package struct Line: Sendable, Equatable {
    package var lineID: Identifier<OrderLine>
    /// A plan's charge names the plan.
    package var sku: Identifier<Product>?
    package var categories: [String]
    package var brand: String?
    package var quantity: Int64
    package var list: Int64?
    package var paid: Int64
    package var tax: [OrderCaptured.Tax]
    package var addedAt: Timestamp?
    package var seller: Identifier<Seller>?
    package var under: OfferVersion?
    /// How much of the quantity came back or was cancelled; never above it.
    package var returned: Int64 = 0
    package var shipped: Int64 = 0

    /// How much of the quantity the customer keeps.
    package var kept: Int64 { quantity - returned }
  }

  /// What is charged beside the goods.
  package struct Charge: Sendable, Equatable {
    package var method: String
    package var paid: Int64
    package var tax: [OrderCaptured.Tax]
    /// How much of it was paid back with a return or a cancellation.
    package var refunded: Int64 = 0
  }

  /// A remedy that this order got.
  package struct Given: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
      case pending, posted, voided, expired
    }
    package var remedyKey: String
    package var remedyID: String
    /// Nil for goodwill without an offer.
    package var offer: OfferVersion?
    /// The stacking group; the offer's own where the fold is told, else nil.
    package var group: String?
    package var amount: Int64
    package var lines: [Part]
    package var state: State
    package var at: Timestamp
    package var by: String
    /// What was taken back of it so far.
    package var clawedBack: Int64 = 0

    /// Whether it still counts: a voided or expired one was never had.
    package var isActive: Bool { state == .pending || state == .posted }

    /// What fell on one line, or on the shipping where `lineID` is nil.
    package struct Part: Sendable, Equatable {
      package var lineID: Identifier<OrderLine>?
      package var amount: Int64
      /// How much of the line's quantity was kept when it was decided; nil for shipping.
      package var kept: Int64?

      package init(lineID: Identifier<OrderLine>?, amount: Int64, kept: Int64? = nil) {
        self.lineID = lineID
        self.amount = amount
        self.kept = kept
      }
    }

    package init(
      remedyKey: String, remedyID: String, offer: OfferVersion?, group: String?, amount: Int64, lines: [Part], state: State, at: Timestamp,
      by: String
    ) {
      self.remedyKey = remedyKey
      self.remedyID = remedyID
      self.offer = offer
      self.group = group
      self.amount = amount
      self.lines = lines
      self.state = state
      self.at = at
      self.by = by
    }
  }

  package init(_ order: OrderCaptured, isCaptured: Bool = true) {
    orderID = order.orderID
    personID = order.personID
    channel = order.channel
    country = order.country
    currency = order.currency
    placedAt = order.placedAt
    placedPrecision = order.placedPrecision
    capturedAt = order.capturedAt
    recordedAt = order.capturedAt
    self.isCaptured = isCaptured
    isCancelled = false
    lines = order.lines.map(Line.init)
    charges = order.charges.map { Charge(method: $0.method, paid: $0.paid.minor, tax: $0.tax) }
    tenders = order.tenders
    discounts = order.discounts
    discountsKnown = order.discountsKnown
    subscriptionID = order.subscriptionID
    period = order.period
    remedies = []
  }
}

extension Purchase.Line {
  package init(_ line: OrderCaptured.Line) {
    self.init(
      lineID: line.lineID, sku: line.sku, categories: line.categories, brand: nil, quantity: line.quantity, list: line.list?.minor,
      paid: line.paid.minor, tax: line.tax, addedAt: line.addedAt, seller: line.seller, under: line.under)
  }
}
