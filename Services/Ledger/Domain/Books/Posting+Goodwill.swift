import Contracts

extension Posting {
  /// The movements between the purses that goodwill is paid from.
  static func entries(for budget: BudgetChanged) throws(BooksRefusal) -> [EntryDraft] {
    // What others open and close is not booked before the ledger has said so itself.
    guard budget.publisher == .ledger else { return [] }
    let currency = budget.amount.currency
    let free: Account = budget.campaignID.map { .goodwill(of: $0, currency) } ?? .serviceReserve(currency)
    let (from, to): (Account, Account)
    switch budget.kind {
    case .opened: (from, to) = (.companyGoodwill(currency), free)
    case .closed: (from, to) = (free, .companyGoodwill(currency))
    case .reserved: (from, to) = (free, try reserved(budget))
    case .released: (from, to) = (try reserved(budget), free)
    case .advanced: (from, to) = (.serviceReserve(currency), try reserved(budget))
    // Without an offer it comes from what the campaign was given anew.
    case .repaid: (from, to) = (budget.offerID == nil ? free : try reserved(budget), .serviceReserve(currency))
    case .refused, .exhausted: return []
    }
    return try entry(
      "budget.\(budget.kind)", [.debit(from, budget.amount.minor), .credit(to, budget.amount.minor)],
      about: .init(campaign: budget.campaignID?.text, offer: budget.offerID?.text, reason: budget.cause))
  }

  private static func reserved(_ budget: BudgetChanged) throws(BooksRefusal) -> Account {
    guard let campaign = budget.campaignID, let offer = budget.offerID else { throw .needsOffer("budget.\(budget.kind)") }
    return .reserved(for: offer, of: campaign, budget.amount.currency)
  }

  /// What becomes of a remedy. Its amount contains its taxes: the fund pays the rest.
  static func entries(for remedy: RemedyChanged) throws(BooksRefusal) -> [EntryDraft] {
    let state: EntryState
    switch remedy.change {
    case .granted: state = .pending
    case .posted: state = remedy.of == nil ? .posted : .post
    case .voided: state = .void
    case .expired: state = .expire
    case .clawedBack: state = .posted
    case .declined: return []
    }
    // A funded renewal's discount is a leg of its order's own entry, which the fact names.
    if remedy.kind == .renewalDiscount, state == .posted, remedy.change == .posted { return [] }
    let kind = "remedy.\(remedy.change.rawValue)"
    guard remedy.of != nil || remedy.change == .granted || remedy.change == .posted else { throw .needsOriginal(kind) }
    let given = try fund(remedy) + destination(remedy)
    let legs = remedy.change == .clawedBack ? given.map { Leg($0.side == .debit ? .credit : .debit, $0.account, $0.amount) } : given
    return try entry(
      kind, legs, state, of: remedy.of,
      about: .init(
        campaign: remedy.campaignID?.text, offer: remedy.offer?.description, order: remedy.orderID?.text,
        remedy: remedy.remedyID.description, reason: remedy.reason))
  }

  /// What a remedy is paid from: its offer's reserve and its taxes; goodwill without an offer from customer service's fund.
  private static func fund(_ remedy: RemedyChanged) throws(BooksRefusal) -> [Leg] {
    let currency = remedy.amount.currency
    var net = remedy.amount.minor
    var legs: [Leg] = []
    for tax in remedy.tax {
      net -= tax.amount.minor
      legs.append(.debit(.tax(tax.jurisdiction, currency), tax.amount.minor))
    }
    guard net >= 0 else { throw .notPositive(remedy.remedyID.description, net) }
    guard let offer = remedy.offer?.offer else { return [.debit(.serviceReserve(currency), net)] + legs }
    guard let campaign = remedy.campaignID else { throw .needsCampaign(offer) }
    return [.debit(.reserved(for: offer, of: campaign, currency), net)] + legs
  }

  private static func destination(_ remedy: RemedyChanged) throws(BooksRefusal) -> [Leg] {
    let currency = remedy.amount.currency
    // By tender where the fact says so: split payments, and a claw-back's sources, of which credit may be one.
    guard remedy.destination.tenders.isEmpty else {
      var legs: [Leg] = []
      for tender in remedy.destination.tenders {
        legs.append(.credit(try account(tender.kind, of: remedy.personID, currency), tender.amount.minor))
      }
      return legs
    }
    switch remedy.destination.kind {
    case .customerCredit: return [.credit(try account(.customerCredit, of: remedy.personID, currency), remedy.amount.minor)]
    case .originalTender, .receipt: return [.credit(.tender(.unknown, currency), remedy.amount.minor)]
    }
  }
}
