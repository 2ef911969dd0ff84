import Contracts
import Host
import LedgerDomain
import Mesh
import Store
import Terms

/// Gives what an agent asked for, once, or says who gave it before: each request is answered by one fact.
struct Honouring {
  static let kind = "remedy.answer"
  /// Requests of one turn: bounds how long others wait.
  private static let perTurn: Int64 = 50

  let judge: Judge

  // MARK: Doors

  /// Answers whatever waits for an answer, oldest first; but not what is asked under an offer before its launch was heard.
  static func answer(
    _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    for one in try Asked.waiting(limit: perTurn, at: occasion.now, in: transaction) {
      var because = occasion
      because.principal = one.origin.principal
      because.principalKind = one.origin.principalKind
      because.correlation = one.origin.correlation
      because.causation = one.message
      try Honouring(judge: Judge(desk, because, in: transaction)).answer(one.fact, books: &books, in: &transaction)
    }
    guard !desk.isRebuilding, let until = try Asked.waitsUntil(in: transaction) else { return }
    let isMore = try !Asked.waiting(limit: 1, at: occasion.now, in: transaction).isEmpty
    try Due.set(at: isMore ? occasion.now : until, kind: kind, subject: "all", origin: occasion.origin, in: transaction)
  }

  /// A rebuilt store has heard requests that nobody answered, or too many came at once.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    try Books.keep(in: &transaction) { books, transaction in
      try answer(desk.occasion(of: row, now), desk, books: &books, in: &transaction)
    }
  }

  // MARK: Deciding

  /// What is told about a request.
  private enum Verdict {
    case give(RemedyChanged, group: String?)
    case decline(reason: String, sentence: String, key: RemedyKey, RemedyChanged.Already? = nil)
  }

  private func answer(_ asked: RemedyAsked, books: inout Books, in transaction: inout Transaction) throws {
    let honour = Honour(
      asked: asked, agent: try Colleagues.find(asked.agentID, in: transaction),
      approver: try asked.approver.flatMap { try Colleagues.find($0, in: transaction) }, limits: judge.policies.limits)
    var file = try asked.orderID.flatMap { try OrderFile.find($0, in: transaction) }
    let verdict: Verdict
    do {
      verdict = try decide(honour, file, in: transaction)
    } catch let refusal as Honour.Refusal {
      verdict = .decline(reason: refusal.rawValue, sentence: refusal.sentence, key: asked.key(of: file?.order))
    }
    switch verdict {
    case .give(let fact, let group):
      if file != nil, fact.orderID != nil {
        try file.take { file in try judge.give(fact, to: &file, group: group, books: &books, in: &transaction) }
      } else {
        try tell(fact, books: &books, in: &transaction)
      }
    case .decline(let reason, let sentence, let key, let already):
      try tell(declined(asked, file, reason, sentence, key, already, in: transaction), books: &books, in: &transaction)
    }
  }

  private func tell(_ fact: RemedyChanged, books: inout Books, in transaction: inout Transaction) throws {
    var fact = fact
    if fact.change != .declined { fact.entry = books.nextEntry }
    try Facts.tell(.remedyChanged(fact), true: judge.occasion.now, judge.occasion, judge.desk, books: &books, in: &transaction)
  }

  private func decide(_ honour: Honour, _ file: OrderFile?, in reading: borrowing Transaction) throws -> Verdict {
    let asked = honour.asked
    let person = file?.order.personID ?? asked.personID
    try honour.checkPeople(person)
    if asked.orderID != nil, file == nil { throw Honour.Refusal.noOrder }
    if asked.basis == .goodwill, asked.offerID == nil { return try goodwill(honour, person, in: reading) }
    guard let file else { throw Honour.Refusal.noOrder }
    guard let id = asked.offerID, let offer = try OfferInForce.find(id, in: reading) else { throw Honour.Refusal.noOffer }
    let key = offer.grant.key(of: file.order)
    let (purchase, standing) = (file.purchase, file.standing)
    let matched = asked.basis == .parity ? try ParityMatches.given(id, for: person, in: reading) : ParityMatch.Given()
    let history = try Judge.history(of: purchase, offer, in: reading)
    switch honour.shares(offer.terms, offer.life, purchase, standing, history, matched: matched) {
    case .failure(let declined):
      let already = declined.reason == .alreadyGiven ? try Asked.already(key, in: file, in: reading) : nil
      let sentence = RemedyText.sentence(declined.reason, offer.name, amount: Money(minor: 0, file.order.currency))
      return .decline(reason: declined.reason.rawValue, sentence: sentence, key: key, already)
    case .success(let shares):
      let amount = shares.reduce(0) { $0 + $1.amount }
      try checkLimits(honour, amount, person, file.order.currency, in: reading)
      let way = Grant.Way(
        basis: asked.basis.remedy, isConfirmedAtOnce: judge.policies.confirmsAtOnce(file.order), now: judge.occasion.now,
        claimableFor: judge.policies.claimableFor)
      var fact = offer.grant.fact(
        shares, reason: Reason.granted.rawValue, cut: false, dayPrecision: false, inputs: asked.inputs(order: nil), to: standing, way)
      if asked.basis == .parity { fact.kind = .parityMatch }
      return .give(fact, group: offer.terms.document.group)
    }
  }

  /// Without an offer: to the customer's credit, from customer service's own fund; for a case as often as its limit allows.
  private func goodwill(_ honour: Honour, _ person: Identifier<Person>?, in reading: borrowing Transaction) throws -> Verdict {
    let asked = honour.asked
    guard let person else { throw Honour.Refusal.noCustomer }
    guard let amount = asked.amount, amount.minor > 0 else { throw Honour.Refusal.noAmount }
    let key = asked.key(of: nil)
    let before = try Asked.goodwill(under: key, in: reading)
    try checkLimits(honour, amount.minor, person, amount.currency, onCase: before.sum, in: reading)
    let destination = RemedyChanged.Destination(
      .customerCredit, tenders: [TenderAmount(kind: .customerCredit, amount: amount)])
    return .give(
      RemedyChanged(
        change: .posted, remedyID: RemedyID(key: key, ordinal: before.last + 1), personID: person, kind: .goodwill, basis: .goodwill,
        amount: amount,
        destination: destination, state: .posted, reason: "goodwill", inputs: asked.inputs(order: asked.orderID)), group: nil)
  }

  private func checkLimits(
    _ honour: Honour, _ amount: Int64, _ person: Identifier<Person>?, _ currency: Currency, onCase: Int64 = 0,
    in reading: borrowing Transaction
  ) throws {
    guard let limit = honour.limit else { return }
    let since = judge.occasion.now.adding(.zero - limit.within)
    let before = try person.map { try Asked.given(to: $0, since: since, currency, in: reading) } ?? 0
    try honour.checkLimits(amount, before: before, onCase: onCase)
  }

  private func declined(
    _ asked: RemedyAsked, _ file: OrderFile?, _ reason: String, _ sentence: String, _ key: RemedyKey, _ already: RemedyChanged.Already?,
    in reading: borrowing Transaction
  ) throws -> RemedyChanged {
    let ordinals = file?.standing.remedies.filter { $0.id.key == key }.map(\.id.ordinal) ?? []
    let offer = try asked.offerID.flatMap { try OfferInForce.find($0, in: reading) }
    let amount = asked.amount ?? already?.amount ?? Money(minor: 0, file?.order.currency ?? Self.noCurrency)
    return RemedyChanged(
      change: .declined, remedyID: RemedyID(key: key, ordinal: already == nil ? (ordinals.max() ?? 0) + 1 : max(1, ordinals.max() ?? 1)),
      offer: offer?.version, campaignID: offer?.campaignID, orderID: file?.order.orderID, personID: file?.order.personID ?? asked.personID,
      kind: asked.basis == .goodwill ? .goodwill : asked.basis == .parity ? .parityMatch : .priceAdjustment, basis: asked.basis.remedy,
      amount: amount, destination: RemedyChanged.Destination(.customerCredit), state: .declined, reason: reason, already: already,
      inputs: asked.inputs(order: asked.orderID, sentence: sentence))
  }

  /// Of an amount that nobody named, for an order that nobody knows.
  private static let noCurrency: Currency = {
    guard let currency = Currency("USD") else { preconditionFailure("ISO 4217 has the dollar") }
    return currency
  }()
}

extension RemedyAsked {
  /// Under what it is given, once and for ever.
  fileprivate func key(of order: OrderCaptured?) -> RemedyKey {
    if let offerID, let order {
      guard let subscription = order.subscriptionID, let period = order.period else {
        return RemedyKey(offer: offerID, order: order.orderID)
      }
      return RemedyKey(offer: offerID, subscription: subscription, period: period)
    }
    return caseID.map { RemedyKey(goodwill: $0) } ?? RemedyKey(goodwill: requestID)
  }

  /// Who asked, who approved, and for what: part of the remedy's fact for ever.
  fileprivate func inputs(order: Identifier<Order>?, sentence: String? = nil) -> JSON {
    var members: [JSON.Member] = [.init("request_id", .string(requestID.text)), .init("agent_id", .string(agentID.text))]
    if let approver { members.append(.init("approver", .string(approver.text))) }
    if let caseID { members.append(.init("case_id", .string(caseID.text))) }
    if let order { members.append(.init("order_id", .string(order.text))) }
    if let amount { members.append(.init("asked", RemedyText.money(amount))) }
    if let sentence { members.append(.init("sentence", .string(sentence))) }
    return .object(members)
  }
}

extension RemedyAsked.Basis {
  fileprivate var remedy: RemedyChanged.Basis {
    switch self {
    case .desk: .desk
    case .honourFor: .honourFor
    case .parity: .parity
    case .goodwill: .goodwill
    }
  }
}

extension OrderFile? {
  /// Works on the file where there is one.
  fileprivate mutating func take(_ body: (inout OrderFile) throws -> Void) rethrows {
    guard var file = self else { return }
    try body(&file)
    self = file
  }
}
