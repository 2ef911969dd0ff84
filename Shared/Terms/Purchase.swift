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
  /// Nil as long as nobody told.
  package var currency: Currency?
  package var placedAt: Timestamp
  package var placedPrecision: OrderCaptured.Precision
  package var capturedAt: Timestamp
  /// When the ledger recorded it; the captured time where nobody says otherwise.
  package var recordedAt: Timestamp
  package var isCaptured: Bool
  /// Whether the whole order was cancelled in one go; `isOff` also knows orders of which each line was.
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

  /// The order as the ledger captured it.
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
    lines = order.lines.map { Line($0) }
    charges = order.charges.map { Charge(method: $0.method, paid: $0.paid.minor, tax: $0.tax) }
    tenders = order.tenders
    discounts = order.discounts
    discountsKnown = order.discountsKnown
    subscriptionID = order.subscriptionID
    period = order.period
    remedies = []
  }

  /// An order of which something was heard before its capture was: nothing is known of it yet.
  package init(unheard orderID: Identifier<Order>) {
    self.orderID = orderID
    channel = ""
    placedAt = .last
    placedPrecision = .instant
    capturedAt = .last
    recordedAt = .last
    isCaptured = false
    isCancelled = false
    lines = []
    charges = []
    tenders = []
    discounts = []
    discountsKnown = false
    remedies = []
  }

  /// Whether nothing of it is wanted any more: cancelled as a whole, or line by line.
  package var isOff: Bool {
    isCancelled || !lines.isEmpty && lines.allSatisfy { $0.cancelled >= $0.quantity } && lines.contains { $0.cancelled > 0 }
  }

  /// Under what an offer's remedies for this order are counted: for a plan's charge by subscription and period.
  package func remedyKey(of offer: Identifier<Offer>) -> RemedyKey {
    if let subscriptionID, let period { return RemedyKey(offer: offer, subscription: subscriptionID, period: period) }
    return RemedyKey(offer: offer, order: orderID)
  }
}

extension Purchase {
  /// One line of goods, or a plan's charge, whose sku names the plan.
  package struct Line: Sendable, Equatable {
    package var lineID: Identifier<OrderLine>
    package var sku: Identifier<Product>?
    package var categories: [String]
    package var brand: String?
    package var quantity: Int64
    /// What the whole line would cost without any reduction.
    package var list: Int64?
    package var paid: Int64
    package var tax: [OrderCaptured.Tax]
    package var addedAt: Timestamp?
    package var seller: Identifier<Seller>?
    package var under: OfferVersion?
    /// How much of the quantity came back, and how much was cancelled before it was sent.
    package var returned: Int64 = 0
    package var cancelled: Int64 = 0
    package var shipped: Int64 = 0

    package init(_ line: OrderCaptured.Line) {
      lineID = line.lineID
      sku = line.sku
      categories = line.categories
      brand = line.brand
      quantity = line.quantity
      list = line.list?.minor
      paid = line.paid.minor
      tax = line.tax
      addedAt = line.addedAt
      seller = line.seller
      under = line.under
    }

    /// How much of the quantity the customer keeps.
    package var kept: Int64 { quantity - returned - cancelled }
    /// What percents are taken of.
    package var base: Int64 { list ?? paid }
  }

  /// What is charged beside the goods.
  package struct Charge: Sendable, Equatable {
    package var method: String
    package var paid: Int64
    package var tax: [OrderCaptured.Tax]
    /// How much of it was paid back with a return or a cancellation.
    package var refunded: Int64 = 0

    package init(method: String, paid: Int64, tax: [OrderCaptured.Tax] = [], refunded: Int64 = 0) {
      self.method = method
      self.paid = paid
      self.tax = tax
      self.refunded = refunded
    }

    package var kept: Int64 { paid - refunded }
  }
}
