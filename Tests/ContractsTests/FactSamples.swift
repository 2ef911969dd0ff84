import Contracts

/// A fact of each type with everything that it can say, and those that can say less with the least; by the name of its golden file.
enum FactSamples {
  static let all: [(name: String, event: DomainEvent)] = {
    do { return try named(orders() + money() + offers() + people() + groups() + care()) } catch {
      preconditionFailure("a sample breaks a rule: \(error)")
    }
  }()

  /// `type.full`, `type.least` for the second of a type, and `type.grown` for the third: with what was added since.
  private static func named(_ facts: [any Fact]) -> [(name: String, event: DomainEvent)] {
    var seen: [String: Int] = [:]
    return facts.map { fact in
      defer { seen[fact.type, default: 0] += 1 }
      return ("\(fact.type).\(["full", "least", "grown"][seen[fact.type, default: 0]]).json", fact.event)
    }
  }

  static func euro(_ minor: Int64) -> Money { Money(minor: minor, MoneyTests.euro) }
  static func at(_ text: String) throws -> Timestamp { try Timestamp(rfc3339: text) }
  private static let offer = OfferVersion("sunday-free-shipping@1")

  private static func orders() throws -> [any Fact] {
    let (order, person) = (try Identifier<Order>("order-1000042"), try Identifier<Person>("p-77"))
    let lines = [LineQuantity(lineID: try Identifier("1"), quantity: 2), LineQuantity(lineID: try Identifier("2"), quantity: 1)]
    let refund = [TenderAmount(kind: .card, amount: euro(2_100)), TenderAmount(kind: .giftCard, amount: euro(212))]
    let moment = try at("2026-05-09T10:11:12.345Z")
    let taxes = [
      OrderCaptured.Tax(amount: euro(78), jurisdiction: "de", inclusive: true),
      OrderCaptured.Tax(amount: euro(200), jurisdiction: "us-ny", inclusive: false),
    ]
    let captured = try OrderCapturedTests.full()
    var added = captured.lines
    added[1].brand = "Tea & Söhne"
    return [
      OrderShipped(orderID: order, personID: person, lines: lines, shippedAt: moment),
      OrderShipped(orderID: order, lines: [], shippedAt: moment),
      OrderCancelled(
        orderID: order, personID: person, lines: lines, price: euro(2_500), clawedBack: euro(188), refund: refund,
        reason: "ordered “twice”", cancelledAt: moment),
      OrderCancelled(orderID: order, price: euro(0), clawedBack: euro(0), cancelledAt: moment),
      OrderCancelled(
        orderID: order, shipping: euro(490), price: euro(2_500), clawedBack: euro(188), tax: taxes, shippingTax: [taxes[0]],
        refund: refund, withheld: [TenderAmount(kind: .card, amount: euro(188))], cancelledAt: moment),
      OrderAmended(
        orderID: order, personID: person, lines: added, tenders: captured.tenders, under: offer, amendedAt: moment),
      OrderAmended(orderID: order, lines: [try OrderCapturedTests.grown().lines[0]], amendedAt: moment),
      OrderReturned(
        orderID: order, personID: person, returnID: try Identifier("r-1"), lines: lines, shipping: euro(490), price: euro(2_500),
        clawedBack: euro(188), refund: refund, receiptOnly: true, reason: "too small", returnedAt: moment),
      OrderReturned(
        orderID: order, returnID: try Identifier("r-1"), lines: [], price: euro(0), clawedBack: euro(0), returnedAt: moment),
      OrderReturned(
        orderID: order, returnID: try Identifier("r-2"), lines: lines, shipping: euro(490), price: euro(2_500), clawedBack: euro(188),
        tax: taxes, shippingTax: [taxes[0]], refund: refund, withheld: [TenderAmount(kind: .card, amount: euro(188))], returnedAt: moment),
      SubscriptionChanged(
        subscriptionID: try Identifier("sub-5"), personID: person, change: .upgraded, fromPlan: try Identifier("basic-monthly"),
        toPlan: try Identifier("pro-monthly"), from: try at("2026-05-10T00:00:00Z"), to: try at("2026-06-10T00:00:00Z"), channel: "phone",
        carries: offer, changedAt: moment),
      SubscriptionChanged(subscriptionID: try Identifier("sub-5"), change: .cancelled, from: moment, changedAt: moment),
    ]
  }

  private static func money() throws -> [any Fact] {
    let (campaign, offerID) = (try Identifier<Campaign>("spring"), try Identifier<Offer>("sunday-free-shipping"))
    let id = RemedyID(key: RemedyKey(offer: offerID, order: try Identifier("order-1000042")), ordinal: 1)
    var facts: [any Fact] = BudgetChanged.Kind.allCases.map {
      BudgetChanged(
        kind: $0, campaignID: campaign, offerID: offerID, amount: euro(400_000), outstanding: euro(1_200),
        approvedBy: Identifier(restoring: "marketer/maya"), entry: 17, cause: "look-back")
    }
    facts += [
      BudgetChanged(kind: .reserved, amount: euro(0)),
      BudgetChanged(kind: .opened, publisher: .marketing, campaignID: campaign, amount: euro(1_000_000), approvedBy: try Identifier("m/t")),
      BudgetChanged(kind: .closed, publisher: .marketing, campaignID: campaign, amount: euro(0)),
      BudgetChanged(kind: .opened, publisher: .service, amount: euro(250_000), approvedBy: try Identifier("agent/ines")),
    ]
    facts += try RemedyChanged.Change.allCases.map { change in
      RemedyChanged(
        change: change, remedyID: id, offer: offer, campaignID: campaign, orderID: try Identifier("order-1000042"),
        subscriptionID: try Identifier("sub-5"), period: try Identifier("2026-05"), personID: try Identifier("p-77"),
        kind: .shippingRefund, basis: .lookBack, amount: euro(995),
        lines: [.init(lineID: try Identifier("1"), amount: euro(500)), .init(amount: euro(495))],
        tax: [.init(amount: euro(79), jurisdiction: "de", inclusive: true)],
        destination: .init(.originalTender, tenders: [.init(kind: .card, amount: euro(995))]), state: .pending,
        expiresAt: try at("2026-08-07T00:00:00Z"), entry: 41, of: 40, reason: "granted", cut: true, dayPrecision: true,
        already: .init(by: "operator", at: try at("2026-05-10T04:00:00Z"), amount: euro(5)),
        inputs: ["base": 995, "interval": "before", "lines": [["line_id": "1", "base": 500]]])
    }
    facts += [
      RemedyChanged(
        change: .posted, remedyID: RemedyID(key: RemedyKey(goodwill: try Identifier<Case>("case-9")), ordinal: 3), kind: .goodwill,
        basis: .goodwill, amount: euro(0), destination: .init(.customerCredit), state: .posted, reason: "kindness"),
      RefundResolved(
        outcome: .confirmed, remedyID: id, orderID: try Identifier("order-1000042"), tender: .card, amount: euro(995), reference: "psp 1",
        cause: "settled"),
      RefundResolved(outcome: .refused, remedyID: id, tender: .card, amount: euro(995), cause: "card expired"),
      RefundResolved(outcome: .confirmed, remedyID: id, tender: .giftCard, amount: euro(1)),
      LookBackCompleted(
        offerID: offerID, version: 1, from: try at("2026-05-08T04:00:00Z"), to: try at("2026-05-10T04:00:00Z"), considered: 1_000_000,
        eligible: 120_000, granted: 100_000, cut: 7, refused: ["below_minimum": 3, "anonymous": 19_997], sum: euro(99_500_000),
        entries: .init(first: 42, last: 100_041), ordersThrough: 1_000_003),
      LookBackCompleted(
        offerID: offerID, version: 1, from: try at("2026-05-08T04:00:00Z"), to: try at("2026-05-10T04:00:00Z"), considered: 0, eligible: 0,
        granted: 0, cut: 0, sum: euro(0)),
      ChainAnchored(
        sequence: 100_041, head: String(repeating: "0123456789abcdef", count: 4),
        sums: [.init(currency: MoneyTests.euro, debits: 99_500_000, credits: 99_500_000)]),
      ChainAnchored(sequence: 0, head: String(repeating: "0", count: 64), sums: []),
      PeriodClosed(
        through: CivilDate(daysSinceEpoch: 20_604), sequence: 100_041, head: String(repeating: "0123456789abcdef", count: 4)),
    ]
    return facts
  }

  private static func groups() throws -> [any Fact] {
    let (ada, bob) = (try Identifier<Person>("p-77"), try Identifier<Person>("p-78"))
    let (spring, summer) = (try at("2026-03-01T05:00:00Z"), try at("2026-06-01T04:00:00.001Z"))
    return [
      MembershipChanged(
        group: CustomerGroup(.list, try Identifier("spring-guests")), revision: 1_778_281_200_000,
        members: [
          .init(personID: ada), .init(personID: bob, from: spring, until: summer), .init(personID: ada, from: summer),
          .init(personID: bob, until: spring),
        ]),
      MembershipChanged(group: CustomerGroup(.segment, try Identifier("gold")), revision: 1, members: [.init(personID: ada)]),
    ]
  }

  private static func offers() throws -> [any Fact] {
    let (campaign, id) = (try Identifier<Campaign>("spring"), try Identifier<Offer>("sunday-free-shipping"))
    let (hash, moment) = (String(repeating: "0af9", count: 16), try at("2026-05-08T12:00:00Z"))
    let maya = try Identifier<Colleague>("marketer/maya")
    var facts: [any Fact] = [
      OfferVersioned(
        offerID: id, version: 2, campaignID: campaign,
        document: ["offer_id": "sunday-free-shipping", "title": ["en-US": "Free shipping", "es-US": "Envío gratis"], "minimum": .null],
        termsHash: hash, changed: ["/title/en-US", "/window/ends_at"], significance: .material),
      OfferVersioned(offerID: id, version: 1, campaignID: campaign, document: .object([]), termsHash: hash, significance: .minor),
      OfferScheduled(
        offerID: id, version: 1, campaignID: campaign, startsAt: try at("2026-05-10T04:00:00Z"), endsAt: try at("2026-05-13T04:00:00Z"),
        lookBackFrom: try at("2026-05-08T04:00:00Z"), reserve: euro(400_000),
        gate: [
          .init(check: .terms, state: .passed, since: moment),
          .init(check: .budget, state: .waived, since: moment, by: maya, sentence: "the money comes tomorrow"),
        ]),
      OfferScheduled(
        offerID: id, version: 1, campaignID: campaign, startsAt: moment, lookBackFrom: moment, reserve: euro(0)),
    ]
    facts += OfferTurned.Turn.allCases.map {
      OfferTurned(
        turn: $0, offerID: id, version: 1, effectiveFrom: moment, historical: true,
        emergency: .init(by: [maya, Identifier(restoring: "agent/ines")], reason: "the shop stands still"), cause: "budget",
        sentence: "the budget is not reserved", by: maya, at: moment)
    }
    facts += [
      OfferTurned(turn: .launched, offerID: id, version: 1, by: maya, at: moment),
      AudienceListed(
        audienceID: Identifier(restoring: "newsletter-us"), people: [Identifier(restoring: "p-77"), Identifier(restoring: "p-78")]),
      AudienceListed(audienceID: Identifier(restoring: "newsletter-us"), people: []),
      AudiencePrepared(
        offerID: id, version: 1, counts: .init(send: 1, honour: 2, suppress: 3, defer: 4), reasons: ["eligible": 1, "has_it": 3],
        heardThrough: moment, lookBackSequence: 17),
      AudiencePrepared(offerID: id, version: 1, counts: .init()),
    ]
    let version = OfferVersion(offer: id, version: 1)!
    facts += try MessageTurned.Turn.allCases.map { turn in
      MessageTurned(
        turn: turn, messageID: try Identifier("note-1"), offer: version, personID: try Identifier("p-77"), purpose: .transaction,
        channel: "email", verdict: .honour, reason: "honoured_look_back", revision: 2,
        remedyID: RemedyID(key: RemedyKey(offer: id, order: try Identifier("order-1000042")), ordinal: 1))
    }
    facts.append(
      MessageTurned(
        turn: .planned, messageID: try Identifier("m-1"), offer: version, personID: try Identifier("p-77"), purpose: .marketing,
        channel: "letter", verdict: .send, reason: "eligible", revision: 1))
    return facts
  }

  private static func people() throws -> [any Fact] {
    let person = try Identifier<Person>("p-77")
    var facts: [any Fact] = [
      CustomerKnown(
        personID: person, kind: .household, locale: "es-US",
        contacts: [.init(channel: "email", state: .neverAsked), .init(channel: "phone", state: .verified)]),
      CustomerKnown(personID: person),
      ConsentChanged(given: true, personID: person, purpose: .marketing, channel: "email", proofID: try Identifier("f-3"), source: "desk"),
      ConsentChanged(given: false, personID: person, purpose: .marketing, channel: "email", proofID: try Identifier("f-4"), source: "web"),
      ConsentChanged(given: true, personID: person, purpose: .safety, channel: "letter", source: "import"),
    ]
    facts += CustomerRestricted.Change.allCases.map { CustomerRestricted(change: $0, personID: person, cause: .deceased) }
    facts += [
      ProductsListed(
        batchID: try Identifier("import-1-200"),
        products: [
          .init(
            sku: try Identifier("KET-17"), categories: ["Kettles & Pots", "Küche"], brand: "Kettle & Söhne", list: euro(2_999)),
          .init(sku: try Identifier("pro-monthly"), kind: .plan),
        ]),
      PolicyPublished(name: "look-back", version: 1, document: ["claimable_for": "PT2160H", "blind_seconds": 5]),
    ]
    return facts
  }
}
