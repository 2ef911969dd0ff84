import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors through which an agent gives: an offer that is honoured, goodwill, and the ten seconds in which either is taken back.
struct HonourDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(
        .post, "/v1/honours", "honours an offer for an order: order_id, offer_id, amount, case_id, approver; or refuse with its reason",
        members: [
          "order_id": .id, "offer_id": .id, "amount": .object, "case_id": .id, "approver": .id, "refuse": .text,
          "sentence": .sentence,
        ]
      ) {
        request, _ in
        desk.giving(request) { form, speaker, transaction in try honour(form, speaker, in: transaction) }
      },
      Route(
        .post, "/v1/goodwill", "gives goodwill: to (a case or a customer), or person_id or case_id; amount, approver, sentence",
        members: ["to": .id, "person_id": .id, "case_id": .id, "amount": .object, "approver": .id, "sentence": .sentence]
      ) {
        request, _ in
        desk.giving(request) { form, speaker, transaction in try goodwill(form, speaker, in: transaction) }
      },
      Route(
        .post, "/v1/honours/undo", "takes back what was granted less than ten seconds ago: request_id, else one's last",
        members: ["request_id": .id]
      ) { request, _ in
        desk.caring(request) { form, speaker, transaction in try undo(form, speaker, in: transaction) }
      },
      Route(.get, "/v1/honours", "what was granted and refused at the desk, latest first: ?limit=N", query: ["limit": .number(1...1_000)]) {
        request, _ in
        desk.looking(request) { snapshot in
          guard let limit = Int(request.query("limit") ?? "100"), (1...1_000).contains(limit) else {
            throw CareRefused(400, "limit", "limit is a number from 1 to 1000; correct the query")
          }
          return .object([.init("requests", .array(try Requests.latest(limit, in: snapshot).map { .object(HonourJSON.request($0)) }))])
        }
      },
    ]
  }

  // MARK: Honouring

  private func honour(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    let order: Identifier<Order> = try form.neededID("order_id")
    let offer: Identifier<Offer> = try form.neededID("offer_id")
    let wanted = try form.money("amount")
    let matter = try openCase(form, in: transaction)
    let approver: Identifier<Colleague>? = try form.id("approver")
    let table = Table(shelf: shelf, now: speaker.now)
    guard let found = try table.judged(order, offer, in: transaction) else {
      guard try shelf.find(offer, in: transaction) != nil else {
        throw CareRefused(
          404, "offer_id", "nobody here knows an offer \(offer); `accord ask` has marketing find out, and goodwill can be given meanwhile")
      }
      throw CareRefused(404, "order_id", "nothing was heard of an order \(order); check its id, or wait until the ledger has told of it")
    }
    try Briefings.confirm(found.offer, speaker.occasion.asker, in: transaction)
    let person = found.judged.matter.purchase.personID
    try Conduct.confirm(speaker, for: person, in: transaction)
    var fact = RemedyAsked(
      turn: .requested, requestID: Identifier(restoring: speaker.ownName("give")), orderID: order, personID: person,
      caseID: matter, offerID: offer, amount: wanted, basis: .desk, agentID: speaker.by, at: speaker.now)
    let honouring = Honouring(speaker: speaker, shelf: shelf)
    if let reason = try refusal(form) {
      (fact.turn, fact.reason, fact.sentence) = (.refused, reason.reason, reason.sentence)
      // A suspicion is nobody's verdict: the lead looks at it.
      if reason.reason == .abuseSuspected {
        fact.approver = try Leads.deputy(besides: speaker.by.text, in: transaction).map(Identifier.init(restoring:))
      }
      return try answer(refuse(fact, speaker, in: transaction), found.offer, nil)
    }
    if let before = try Drafts.standing(order, offer, in: transaction)?.fact ?? Requests.standing(order, offer, in: transaction)?.fact {
      return answer(.already(by: before.agentID.text, at: before.at, amount: before.amount), found.offer, nil)
    }
    let matched = try found.offer.match == nil ? ParityMatch.Given() : Requests.matched(offer, for: person, in: transaction)
    switch HonourJudgement.judge(found.offer, found.judged, wanted: wanted, matched: matched, at: speaker.now) {
    case .already(let by, let at, let amount): return answer(.already(by: by, at: at, amount: amount), found.offer, nil)
    case .refuse(let refusal):
      (fact.turn, fact.reason, fact.sentence) = (.refused, refusal.reason, refusal.sentence)
      return try answer(refuse(fact, speaker, in: transaction), found.offer, nil)
    case .needsAmount:
      throw CareRefused(422, "amount", "\(offer) is described in words alone, so it takes an amount; name what it comes to for this order")
    case .beyondTerms(let most):
      throw CareRefused(
        422, "amount", "\(offer) gives at most \(most) for \(order); name no more, and give the rest as goodwill (`accord goodwill`)")
    case .give(let amount, let basis, let destination):
      (fact.amount, fact.basis) = (amount, basis)
      return answer(try honouring.give(fact, approver: approver, in: transaction), found.offer, destination)
    }
  }

  private func refuse(_ fact: RemedyAsked, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> Honouring.Deed {
    try speaker.tell(.remedyAsked(fact), in: transaction)
    return .refused(fact)
  }

  /// What the agent refuses with; nil where they do not.
  private func refusal(_ form: CareForm) throws -> DeskRefusal? {
    guard form.body["refuse"] != nil else { return nil }
    let reason: RemedyAsked.Reason = try form.choice("refuse")
    let sentence = try form.text("sentence", max: Limits.sentenceBytesMax)
    if reason == .other, sentence == nil { throw form.missing("sentence", "why, in a sentence: the reason is other") }
    return DeskRefusal(reason: reason, sentence: sentence ?? Telling.plain(reason.rawValue))
  }

  private func openCase(_ form: CareForm, in transaction: borrowing Transaction) throws -> Identifier<Case>? {
    guard let id: Identifier<Case> = try form.id("case_id") else { return nil }
    guard try Cases.find(id, in: transaction) != nil else {
      throw CareRefused(404, "case_id", "there is no case \(id); `accord case list --state all` shows those that there are")
    }
    return id
  }

  // MARK: Goodwill

  private func goodwill(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    var matter = try openCase(form, in: transaction)
    var named: Identifier<Person>? = try form.id("person_id")
    // Whoever has one name alone in hand says `to`: a case of that name is meant before a customer.
    if let to: Identifier<Case> = try form.id("to") {
      if try Cases.find(to, in: transaction) != nil { matter = to } else { named = Identifier(restoring: to.text) }
    }
    let whose = try matter.flatMap { id in try Cases.find(id, in: transaction)?.person }
    guard let person = named ?? whose else {
      throw CareRefused(422, "person_id", "goodwill goes to somebody's credit; name the customer, or a case of theirs")
    }
    if let named, let whose, named != whose {
      throw CareRefused(409, "person_id", "the case is \(whose)'s, not \(named)'s; leave one of them out")
    }
    try Conduct.confirm(speaker, for: person, in: transaction)
    guard let amount = try form.money("amount") else { throw form.missing("amount", "how much, such as 5.00 USD") }
    let approver: Identifier<Colleague>? = try form.id("approver")
    if let matter, let before = try Requests.goodwill(in: matter, transaction) {
      return answer(.already(by: before.agentID.text, at: before.at, amount: before.amount), nil, nil)
    }
    let fact = RemedyAsked(
      turn: .requested, requestID: Identifier(restoring: speaker.ownName("give")), personID: person, caseID: matter,
      amount: amount, basis: .goodwill, agentID: speaker.by, sentence: try form.text("sentence", max: Limits.sentenceBytesMax),
      at: speaker.now)
    let deed = try Honouring(speaker: speaker, shelf: shelf).give(fact, approver: approver, in: transaction)
    return answer(deed, nil, "to the customer's credit")
  }

  // MARK: Undoing

  private func undo(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    let named: Identifier<RemedyRequest>? = try form.id("request_id")
    let draft = try named.map { id in try Drafts.find(id, in: transaction) } ?? Drafts.last(of: speaker.by, in: transaction)
    guard let draft else {
      let what = named.map { "\($0)" } ?? "anything of yours"
      throw CareRefused(
        409, "request_id",
        "there is no time left to undo \(what): the ledger was asked already, or it was taken back before; `accord why` tells what became of it"
      )
    }
    if draft.fact.agentID != speaker.by {
      try speaker.occasion.needs(.lead, .supervisor, because: "\(draft.fact.agentID) granted it")
    }
    try Honouring(speaker: speaker, shelf: shelf).withdraw(draft.fact, in: transaction)
    return .done(
      status: 200,
      .object([.init("outcome", "undone")] + HonourJSON.fact(draft.fact)))
  }

  private func answer(_ deed: Honouring.Deed, _ offer: DeskOffer?, _ destination: String?) -> DepartmentDesk.Outcome {
    let payer = offer.map { "campaign \($0.terms.document.campaignID)" } ?? "customer service's fund"
    return .done(status: 200, .object(HonourJSON.deed(deed, destination: destination, payer: payer)))
  }
}
