import Contracts

extension Posting {
  /// A captured order: the tenders are debited with what was charged, revenue and taxes credited. An order for nothing makes no entry.
  static func sale(_ order: OrderCaptured) throws(BooksRefusal) -> [EntryDraft] {
    let currency = order.currency
    var sold = Sold(channel: revenueChannel(order), currency)
    for line in order.lines { try sold.add(.sales(sold.channel, currency), line.paid.minor, line.tax) }
    for charge in order.charges { try sold.add(.shipping(order.channel, currency), charge.paid.minor, charge.tax) }
    // Of a renewal that a campaign pays a part of, the whole is revenue: what was paid and what was granted.
    for discount in order.discounts {
      guard let campaign = discount.campaignID, let offer = discount.offerID else { continue }
      try sold.fund(.reserved(for: offer, of: campaign, currency), discount.amount.minor)
    }
    return try sold.entries("order.captured", order.tenders, of: order.personID, about: .init(order: order.orderID.text))
  }

  /// Lines that were added to an order later.
  static func addition(_ amended: OrderAmended, to order: OrderCaptured) throws(BooksRefusal) -> [EntryDraft] {
    var sold = Sold(channel: revenueChannel(order), order.currency)
    for line in amended.lines { try sold.add(.sales(sold.channel, order.currency), line.paid.minor, line.tax) }
    return try sold.entries(
      "order.amended", amended.tenders, of: amended.personID ?? order.personID,
      about: .init(offer: amended.under?.description, order: order.orderID.text))
  }

  /// The account that a tender is taken from: credit that is spent stands on its customer's.
  static func account(
    _ kind: OrderCaptured.Tender.Kind, of person: Identifier<Person>?, _ currency: Currency
  ) throws(BooksRefusal) -> Account {
    guard kind == .customerCredit else { return .tender(kind, currency) }
    guard let person else { throw .needsPerson }
    return .credit(of: person, currency)
  }

  /// Where its goods count as revenue: a plan's charges by themselves, whichever channel sold the plan.
  static func revenueChannel(_ order: OrderCaptured) -> String { order.subscriptionID == nil ? order.channel : "subscription" }

  static func sum(_ a: Int64, _ b: Int64) throws(BooksRefusal) -> Int64 {
    let (sum, past) = a.addingReportingOverflow(b)
    guard !past else { throw .tooLarge }
    return sum
  }
}

/// What is sold, as it adds up.
private struct Sold {
  let channel: String
  let currency: Currency
  private var credits: [Leg] = []
  private var funds: [Leg] = []
  /// What the tenders must cover.
  private var charged: Int64 = 0

  init(channel: String, _ currency: Currency) {
    self.channel = channel
    self.currency = currency
  }

  /// What was paid for one thing, parted into revenue and taxes. A tax that the price contains is taken out of it, another comes on top.
  mutating func add(_ account: Account, _ paid: Int64, _ taxes: [OrderCaptured.Tax]) throws(BooksRefusal) {
    var net = paid
    charged = try Posting.sum(charged, paid)
    for tax in taxes {
      if tax.inclusive { net -= tax.amount.minor } else { charged = try Posting.sum(charged, tax.amount.minor) }
      append(.credit(.tax(tax.jurisdiction, currency), tax.amount.minor))
    }
    guard net >= 0 else { throw .notPositive(account.path, net) }
    append(.credit(account, net))
  }

  /// What a campaign pays of the revenue.
  mutating func fund(_ account: Account, _ amount: Int64) throws(BooksRefusal) {
    funds.append(.debit(account, amount))
    append(.credit(.sales(channel, currency), amount))
  }

  func entries(
    _ kind: String, _ tenders: [OrderCaptured.Tender], of person: Identifier<Person>?, about: EntryDraft.About
  ) throws(BooksRefusal) -> [EntryDraft] {
    var debits: [Leg] = []
    for tender in tenders { debits.append(.debit(try Posting.account(tender.kind, of: person, currency), tender.amount.minor)) }
    if tenders.isEmpty { debits.append(.debit(.tender(.unknown, currency), charged)) }
    return try Posting.entry(kind, debits + funds + credits, about: about)
  }

  /// Joins a leg to the one before it where that is on the same account: the lines of an order nearly all are.
  private mutating func append(_ leg: Leg) {
    if let last = credits.last, last.account == leg.account, case (let sum, false) = last.amount.addingReportingOverflow(leg.amount) {
      credits[credits.count - 1] = .credit(leg.account, sum)
    } else {
      credits.append(leg)
    }
  }
}
