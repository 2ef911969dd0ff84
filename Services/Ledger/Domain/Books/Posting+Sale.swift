import Contracts

extension Posting {
  /// A captured order: the tenders are debited with what was charged, revenue and taxes credited. An order for nothing makes no entry.
  static func sale(_ order: OrderCaptured) throws(BooksRefusal) -> [EntryDraft] {
    let currency = order.currency
    let channel = revenueChannel(order)
    var credits: [Leg] = []
    var charged: Int64 = 0
    for line in order.lines {
      try revenue(.sales(channel, currency), line.paid.minor, line.tax, into: &credits, charged: &charged)
    }
    for charge in order.charges {
      try revenue(.shipping(order.channel, currency), charge.paid.minor, charge.tax, into: &credits, charged: &charged)
    }
    guard charged > 0 else { return [] }
    var legs: [Leg] = []
    for tender in order.tenders { legs.append(.debit(try account(tender.kind, of: order.personID, currency), tender.amount.minor)) }
    if order.tenders.isEmpty { legs.append(.debit(.tender(.unknown, currency), charged)) }
    return [EntryDraft("order.captured", try Legs(legs + credits), about: .init(order: order.orderID.text))]
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

  /// What was paid for one thing, parted into revenue and taxes. A tax that the price contains is taken out of it, another comes on top.
  static func revenue(
    _ account: Account, _ paid: Int64, _ taxes: [OrderCaptured.Tax], into legs: inout [Leg], charged: inout Int64
  ) throws(BooksRefusal) {
    var net = paid
    charged = try sum(charged, paid)
    for tax in taxes {
      if tax.inclusive { net -= tax.amount.minor } else { charged = try sum(charged, tax.amount.minor) }
      append(.credit(.tax(tax.jurisdiction, account.currency), tax.amount.minor), to: &legs)
    }
    guard net >= 0 else { throw .notPositive(account.path, net) }
    append(.credit(account, net), to: &legs)
  }

  static func sum(_ a: Int64, _ b: Int64) throws(BooksRefusal) -> Int64 {
    let (sum, past) = a.addingReportingOverflow(b)
    guard !past else { throw .tooLarge }
    return sum
  }

  /// Joins a leg to the one before it where that is on the same account: the lines of an order nearly all are.
  private static func append(_ leg: Leg, to legs: inout [Leg]) {
    if let last = legs.last, last.account == leg.account, last.side == leg.side,
      case (let sum, false) = last.amount.addingReportingOverflow(leg.amount)
    {
      legs[legs.count - 1] = Leg(leg.side, leg.account, sum)
    } else {
      legs.append(leg)
    }
  }
}
