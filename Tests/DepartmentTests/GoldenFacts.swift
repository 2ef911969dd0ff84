import Contracts
import TestKit

/// The facts behind the golden cases, each inner list one transaction. Entries are numbered from 1 in each case.
struct GoldenFacts: Sendable {
  private(set) var steps: [[DomainEvent]] = []
  private static let dollar = OpenBooks.dollar
  private static let day = OrderDraft.day

  static func money(_ minor: Int64) -> Money { Money(minor: minor, dollar) }

  /// The purses of most cases: 5,000.00 for spring, 1,000.00 for service, 400.00 reserved for the offer.
  init(spring: Int64 = 500_000, service: Int64 = 100_000, reserve: (offer: String, amount: Int64)? = nil) {
    budget(.opened, "spring", nil, spring)
    if service > 0 { budget(.opened, nil, nil, service) }
    if let reserve { budget(.reserved, "spring", reserve.offer, reserve.amount) }
  }

  mutating func together(_ build: (inout GoldenFacts) -> Void) {
    let before = steps
    steps = []
    build(&self)
    steps = before + [steps.flatMap(\.self)]
  }

  mutating func budget(_ kind: BudgetChanged.Kind, _ campaign: String?, _ offer: String?, _ amount: Int64) {
    steps.append([
      .budgetChanged(
        BudgetChanged(
          kind: kind, campaignID: campaign.map { Identifier(restoring: $0) }, offerID: offer.map { Identifier(restoring: $0) },
          amount: Self.money(amount)))
    ])
  }

  mutating func order(
    _ id: String, _ lines: [Int64], channel: String = "web", person: String? = nil, shipping: Int64 = 0, tax: Int64 = 0,
    tenders: [(OrderCaptured.Tender.Kind, Int64)], plan: Bool = false, funded: Int64 = 0
  ) {
    do {
      let order = try OrderCaptured(
        orderID: Identifier(id), personID: person.map { Identifier(restoring: $0) }, channel: channel, placedAt: Self.day,
        capturedAt: Self.day,
        lines: lines.enumerated().map { number, paid in
          OrderCaptured.Line(
            lineID: Identifier(restoring: "\(number + 1)"), quantity: 1, paid: Self.money(paid),
            tax: tax > 0 && number == 0 ? [.init(amount: Self.money(tax), jurisdiction: "us-ny", inclusive: false)] : [])
        }, charges: shipping > 0 ? [.init(method: "standard", paid: Self.money(shipping))] : [],
        tenders: tenders.map { .init(kind: $0.0, amount: Self.money($0.1), refundableAbsent: $0.0 == .card) },
        discounts: funded > 0
          ? [
            .init(
              offerID: Identifier(restoring: "pro15"), amount: Self.money(funded), campaignID: Identifier(restoring: "spring"))
          ] : [], discountsKnown: true, subscriptionID: plan ? Identifier(restoring: "sub-1") : nil,
        period: plan ? Identifier(restoring: id) : nil)
      steps.append([.orderCaptured(order)])
    } catch { preconditionFailure("a golden order breaks the contract: \(error)") }
  }

  mutating func returned(
    _ order: String, _ price: Int64, tax: Int64 = 0, refund: Int64, withheld: Int64 = 0, clawed: Int64 = 0, number: Int = 1
  ) {
    steps.append([
      .orderReturned(
        OrderReturned(
          orderID: Identifier(restoring: order), returnID: Identifier(restoring: "r-\(number)"),
          lines: [.init(lineID: Identifier(restoring: "1"), quantity: 1)], price: Self.money(price), clawedBack: Self.money(clawed),
          tax: tax > 0 ? [.init(amount: Self.money(tax), jurisdiction: "us-ny", inclusive: false)] : [],
          refund: [.init(kind: .card, amount: Self.money(refund))],
          withheld: withheld > 0 ? [.init(kind: .card, amount: Self.money(withheld))] : [], returnedAt: Self.day))
    ])
  }

  /// `to` names tenders; without any it goes to the person's credit.
  mutating func remedy(
    _ change: RemedyChanged.Change, _ offer: String?, _ amount: Int64, of: Int64? = nil, order: String? = "o-1", person: String? = nil,
    campaign: String = "spring", kind: RemedyChanged.Kind = .priceAdjustment, tax: Int64 = 0,
    to: [(OrderCaptured.Tender.Kind, Int64)] = [], ordinal: Int = 1
  ) {
    let offerID = offer.map { Identifier<Offer>(restoring: $0) }
    let key =
      offerID.map { RemedyKey(offer: $0, order: Identifier(restoring: order ?? "before")) }
      ?? RemedyKey(goodwill: Identifier<Case>(restoring: "case-1"))
    steps.append([
      .remedyChanged(
        RemedyChanged(
          change: change, remedyID: RemedyID(key: key, ordinal: ordinal), offer: offerID.flatMap { OfferVersion(offer: $0, version: 1) },
          campaignID: offer == nil ? nil : Identifier(restoring: campaign), orderID: order.map { Identifier(restoring: $0) },
          personID: person.map { Identifier(restoring: $0) }, kind: kind, basis: offer == nil ? .goodwill : .lookBack,
          amount: Self.money(amount),
          tax: tax > 0 ? [.init(amount: Self.money(tax), jurisdiction: "us-ny", inclusive: false)] : [],
          destination: .init(
            to.isEmpty ? .customerCredit : .originalTender, tenders: to.map { .init(kind: $0.0, amount: Self.money($0.1)) }),
          state: change == .granted ? .pending : .posted, of: of, reason: "granted"))
    ])
  }

  // MARK: The cases

  static let cases: [(name: String, facts: GoldenFacts)] = [
    ("G1", g1), ("G2", g2), ("G3", g3), ("G4", g4), ("G5", g5), ("G6", g6), ("G7", g7), ("G8", g8), ("G9", g9), ("G10", g10), ("G11", g11),
  ]

  private static func made(_ facts: GoldenFacts, _ build: (inout GoldenFacts) -> Void) -> GoldenFacts {
    var facts = facts
    build(&facts)
    return facts
  }

  private static let g1 = made(GoldenFacts(reserve: ("freeship", 40_000))) {
    $0.order("o-1", [8_000], shipping: 995, tenders: [(.card, 8_995)])
    $0.remedy(.granted, "freeship", 995, kind: .shippingRefund, to: [(.card, 995)])
    $0.remedy(.posted, "freeship", 995, of: 5, kind: .shippingRefund, to: [(.card, 995)])
    $0.returned("o-1", 8_000, refund: 8_000)
  }

  private static let g2 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [2_500, 730, 333], tenders: [(.card, 3_563)])
    $0.remedy(.posted, "fifteen", 534, to: [(.card, 534)])
    $0.together {
      $0.returned("o-1", 1_250, refund: 1_062, withheld: 188, clawed: 188)
      $0.remedy(.clawedBack, "fifteen", 188, of: 5, to: [(.card, 188)])
    }
    $0.together {
      $0.returned("o-1", 1_250, refund: 1_063, withheld: 187, clawed: 187, number: 2)
      $0.remedy(.clawedBack, "fifteen", 187, of: 5, to: [(.card, 187)])
    }
  }

  private static let g3 = made(GoldenFacts(reserve: ("pro15", 40_000))) {
    $0.order("m-1", [2_000], channel: "web", person: "p7", tenders: [(.card, 2_000)], plan: true)
    $0.remedy(.posted, "pro15", 300, order: "m-1", person: "p7")
    $0.order("m-2", [1_700], person: "p7", tenders: [(.card, 1_400), (.customerCredit, 300)], plan: true, funded: 300)
    $0.order("m-3", [1_700], person: "p7", tenders: [(.card, 1_700)], plan: true, funded: 300)
    $0.order("m-4", [1_700], person: "p7", tenders: [(.card, 1_700)], plan: true)
  }

  private static let g4 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [6_000], channel: "store", person: "p9", tenders: [(.card, 6_000)])
    $0.remedy(.posted, "fifteen", 900, person: "p9")
    $0.order("o-2", [2_000], channel: "store", person: "p9", tenders: [(.customerCredit, 600), (.card, 1_400)])
    $0.together {
      $0.returned("o-1", 6_000, refund: 5_400, withheld: 600, clawed: 900)
      $0.remedy(.clawedBack, "fifteen", 900, of: 5, person: "p9", to: [(.customerCredit, 300), (.card, 600)])
    }
  }

  private static let g5 = made(GoldenFacts(spring: 10_000, service: 5_000, reserve: ("fifteen", 9_600))) {
    $0.remedy(.posted, "fifteen", 8_600, order: nil, to: [(.card, 8_600)])
    $0.together {
      $0.budget(.reserved, "spring", "fifteen", 400)
      $0.budget(.advanced, "spring", "fifteen", 400)
      $0.remedy(.posted, "fifteen", 1_800, order: nil, to: [(.card, 1_800)], ordinal: 2)
    }
    $0.together {
      $0.remedy(.clawedBack, "fifteen", 600, of: 7, order: nil, to: [(.card, 600)], ordinal: 2)
      $0.budget(.repaid, "spring", "fifteen", 400)
    }
  }

  private static let g6 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [3_000], tenders: [(.card, 3_000)])
    $0.remedy(.granted, "fifteen", 450, to: [(.card, 450)])
    $0.remedy(.posted, "fifteen", 450, of: 5, to: [(.card, 450)])
    $0.remedy(.posted, nil, 500, person: "p3", kind: .goodwill)
    $0.remedy(.declined, "fifteen", 450, to: [(.card, 450)])
  }

  private static let g7 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [3_000], channel: "store", tenders: [(.cash, 3_000)])
    $0.remedy(.granted, "fifteen", 450, to: [(.cash, 450)])
    $0.remedy(.expired, "fifteen", 450, of: 5, to: [(.cash, 450)])
  }

  private static let g8 = made(GoldenFacts(reserve: ("freeship", 40_000))) {
    $0.remedy(.posted, "freeship", 12_000, order: nil, to: [(.card, 12_000)])
    $0.remedy(.granted, "freeship", 995, order: nil, to: [(.card, 995)], ordinal: 2)
    $0.budget(.released, "spring", "freeship", 27_005)
    $0.remedy(.posted, "freeship", 995, of: 5, order: nil, to: [(.card, 995)], ordinal: 2)
    $0.budget(.closed, "spring", nil, 487_005)
  }

  private static let g9 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [10_000], tax: 800, tenders: [(.card, 10_800)])
    $0.remedy(.posted, "fifteen", 1_620, tax: 120, to: [(.card, 1_620)])
    $0.together {
      $0.returned("o-1", 10_000, tax: 800, refund: 9_180, withheld: 1_620, clawed: 1_620)
      $0.remedy(.clawedBack, "fifteen", 1_620, of: 5, tax: 120, to: [(.card, 1_620)])
    }
  }

  private static let g10 = made(GoldenFacts(reserve: ("fifteen", 40_000))) {
    $0.order("o-1", [3_000], tenders: [(.card, 3_000)])
    $0.remedy(.granted, "fifteen", 450, to: [(.card, 450)])
    $0.together {
      $0.remedy(.voided, "fifteen", 450, of: 5, to: [(.card, 450)])
      $0.remedy(.posted, "fifteen", 450, person: "p4", ordinal: 2)
    }
  }

  private static let g11 = made(GoldenFacts(spring: 50_000, service: 0)) {
    $0.budget(.opened, "soda", nil, 50_000)
    $0.budget(.reserved, "spring", "ten", 5_000)
    $0.budget(.reserved, "soda", "twenty", 5_000)
    $0.order("o-1", [10_000], tenders: [(.card, 10_000)])
    $0.remedy(.posted, "ten", 1_000, to: [(.card, 1_000)])
    $0.remedy(.posted, "twenty", 800, campaign: "soda", to: [(.card, 800)])
  }
}
