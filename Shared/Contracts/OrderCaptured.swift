/// `ledger.order.captured.v1`: the ledger has taken an order into its books. Keyed by the order.
///
/// All amounts stand in one currency. Sums are not checked here: what an order must add up to is the ledger's business.
package struct OrderCaptured: Fact {
  package static let type = "ledger.order.captured.v1"
  package static var types: [String] { [type] }
  package var type: String { Self.type }
  package var key: String { orderID.text }
  package var event: DomainEvent { .orderCaptured(self) }

  package enum Precision: String, Sendable, CaseIterable {
    case instant
    /// Only the day is known: `placedAt` is its beginning in the feed's zone.
    case day
  }

  package let orderID: Identifier<Order>
  /// Nil for an anonymous order.
  package let personID: Identifier<Person>?
  /// Where it was sold, a plain word such as `web` or `store`.
  package let channel: String
  /// ISO 3166, two letters.
  package let country: String?
  package let placedAt: Timestamp
  package let placedPrecision: Precision
  package let capturedAt: Timestamp
  package let lines: [Line]
  package let charges: [Charge]
  package let tenders: [Tender]
  package let discounts: [Discount]
  /// Whether the feed declares discounts at all: without that, none known does not mean none given.
  package let discountsKnown: Bool
  /// A plan's charge names its subscription and the billing period.
  package let subscriptionID: Identifier<Subscription>?
  package let period: Identifier<Period>?
  package let imported: Import?

  /// Takes an order that keeps the contract's rules: counts, amounts, quantities, words, one currency, each line named once.
  package init(
    orderID: Identifier<Order>, personID: Identifier<Person>? = nil, channel: String, country: String? = nil, placedAt: Timestamp,
    placedPrecision: Precision = .instant, capturedAt: Timestamp, lines: [Line], charges: [Charge] = [], tenders: [Tender] = [],
    discounts: [Discount] = [], discountsKnown: Bool, subscriptionID: Identifier<Subscription>? = nil,
    period: Identifier<Period>? = nil, imported: Import? = nil
  ) throws(ContractFault) {
    self.orderID = orderID
    self.personID = personID
    self.channel = channel
    self.country = country
    self.placedAt = placedAt
    self.placedPrecision = placedPrecision
    self.capturedAt = capturedAt
    self.lines = lines
    self.charges = charges
    self.tenders = tenders
    self.discounts = discounts
    self.discountsKnown = discountsKnown
    self.subscriptionID = subscriptionID
    self.period = period
    self.imported = imported
    try check()
  }

  /// The one currency of all its amounts.
  package var currency: Currency { lines[0].paid.currency }
}

extension OrderCaptured {
  /// One line of goods; amounts are for the whole line.
  package struct Line: Sendable, Equatable {
    package var lineID: Identifier<OrderLine>
    /// Nil where the feed names no goods.
    package var sku: Identifier<Product>?
    package var categories: [String]
    package var brand: String?
    package var quantity: Int64
    /// What it would cost without any reduction, where the feed says so.
    package var list: Money?
    package var paid: Money
    package var tax: [Tax]
    /// When it was added to the order, where that was later than the placement.
    package var addedAt: Timestamp?
    /// Who sells it, where that is somebody else.
    package var seller: Identifier<Seller>?
    /// The offer under which it was added.
    package var under: OfferVersion?

    package init(
      lineID: Identifier<OrderLine>, sku: Identifier<Product>? = nil, categories: [String] = [], brand: String? = nil, quantity: Int64,
      list: Money? = nil, paid: Money, tax: [Tax] = [], addedAt: Timestamp? = nil, seller: Identifier<Seller>? = nil,
      under: OfferVersion? = nil
    ) {
      self.lineID = lineID
      self.sku = sku
      self.categories = categories
      self.brand = brand
      self.quantity = quantity
      self.list = list
      self.paid = paid
      self.tax = tax
      self.addedAt = addedAt
      self.seller = seller
      self.under = under
    }
  }

  package struct Tax: Sendable, Equatable {
    package var amount: Money
    /// A plain word such as `de` or `us-ny`.
    package var jurisdiction: String
    /// Whether the price contains it.
    package var inclusive: Bool

    package init(amount: Money, jurisdiction: String, inclusive: Bool) {
      self.amount = amount
      self.jurisdiction = jurisdiction
      self.inclusive = inclusive
    }
  }

  /// What is charged beside the goods.
  package struct Charge: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case shipping }
    package var kind: Kind
    /// A plain word such as `standard`.
    package var method: String
    package var paid: Money
    package var tax: [Tax]

    package init(kind: Kind = .shipping, method: String, paid: Money, tax: [Tax] = []) {
      self.kind = kind
      self.method = method
      self.paid = paid
      self.tax = tax
    }
  }

  /// What it was paid with.
  package struct Tender: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case card, cash, invoice, unknown
      case giftCard = "gift_card"
      case customerCredit = "customer_credit"
    }
    package var kind: Kind
    package var amount: Money
    /// Whether money can go back to it without the customer being there.
    package var refundableAbsent: Bool

    package init(kind: Kind, amount: Money, refundableAbsent: Bool) {
      self.kind = kind
      self.amount = amount
      self.refundableAbsent = refundableAbsent
    }
  }

  /// A reduction that was given at the checkout.
  package struct Discount: Sendable, Equatable {
    package var offerID: Identifier<Offer>?
    /// Nil where it belongs to the whole order.
    package var lineID: Identifier<OrderLine>?
    package var amount: Money
    /// The campaign that pays for it, where it is a funded renewal's: then it stands in the order's entry as a leg of its own.
    package var campaignID: Identifier<Campaign>?

    package init(
      offerID: Identifier<Offer>? = nil, lineID: Identifier<OrderLine>? = nil, amount: Money, campaignID: Identifier<Campaign>? = nil
    ) {
      self.offerID = offerID
      self.lineID = lineID
      self.amount = amount
      self.campaignID = campaignID
    }
  }

  /// Where in an imported file it stands.
  package struct Import: Sendable, Equatable {
    package var file: String
    /// From 1 on.
    package var line: Int64

    package init(file: String, line: Int64) {
      self.file = file
      self.line = line
    }
  }
}
