import Contracts
import Host
import ServiceDomain
import Store
import Terms

/// Grants at the desk: inside a limit nobody is asked, beyond it somebody named decides by a deadline; the customer reads the same either way.
///
/// ```
/// honour ─▸ terms say no ─▸ remedy.refused, told at once
///        └▸ yes ─▸ inside the limit ─▸ remedy.requested with undo_until ─undo─▸ remedy.withdrawn
///               │                        └─10 s─▸ remedy.requested ─▸ the ledger gives it
///               └▸ over it ─▸ remedy.requested with a deadline ─grant, or the default─▸ remedy.requested
///                                                              └refuse─▸ remedy.refused
/// ```
struct Honouring {
  let speaker: Speaker
  let shelf: OfferShelf

  private var now: Timestamp { speaker.now }

  /// What became of a wish to give something.
  enum Deed {
    case draft(RemedyAsked, until: Timestamp)
    /// Over a limit: somebody above decides; `alone` is given where nobody does, nil where nothing is.
    case waiting(RemedyAsked, over: HonourLimits.Excess, alone: Money?)
    case refused(RemedyAsked)
    case already(by: String, at: Timestamp, amount: Money?)
  }

  // MARK: Giving

  /// Gives `fact`, or has somebody above decide. `approver` is who was named for that.
  func give(_ fact: RemedyAsked, approver: Identifier<Colleague>?, in transaction: borrowing Transaction) throws -> Deed {
    guard let amount = fact.amount else { preconditionFailure("what is given has an amount") }
    try confirmNotOwn(fact.personID)
    let policies = try Policies.care(in: transaction)
    guard let over = try excess(amount, speaker.occasion.asker, by: speaker.by, fact, policies, in: transaction) else {
      var draft = fact
      let until = now.adding(policies.undo)
      draft.undoUntil = until
      try speaker.tell(.remedyAsked(draft), in: transaction)
      return .draft(draft, until: until)
    }
    var waiting = fact
    waiting.approver = try named(approver, for: amount, policies, in: transaction)
    waiting.deadlineAt = now.adding(policies.approvalWithin)
    try speaker.tell(.remedyAsked(waiting), under: policies.name(of: "limits"), in: transaction)
    let alone = policies.approvalDefault == .limit && over.left > 0 ? Money(minor: over.left, amount.currency) : nil
    return .waiting(waiting, over: over, alone: alone)
  }

  /// What `asker` may grant without anybody; whoever holds the operator's credential is bound by the books alone.
  private static func limits(of asker: Principal?, _ policies: CarePolicies) -> HonourLimits {
    HonourLimits(asker?.isCredential == true ? nil : policies.limits.limit(of: asker?.roles ?? [.agent]))
  }

  /// What `amount` goes over beside what was given already, its own request left out.
  private func excess(
    _ amount: Money, _ asker: Principal?, by agent: Identifier<Colleague>, _ fact: RemedyAsked, _ policies: CarePolicies,
    in transaction: borrowing Transaction
  ) throws -> HonourLimits.Excess? {
    let limits = Self.limits(of: asker, policies)
    guard let limit = limits.limit else { return nil }
    let today = try StoreHours.of(shelf, in: transaction)?.startOfDay(now) ?? now.adding(.seconds(-86_400))
    let spent = try Requests.spent(
      on: (fact.caseID, fact.orderID), fact.personID, by: agent, amount.currency, today: today, since: now.adding(.zero - limit.within),
      in: transaction)
    return limits.excess(amount.minor, spent: spent)
  }

  private func confirmNotOwn(_ person: Identifier<Person>?) throws {
    guard let person, let asker = speaker.occasion.asker, asker.persons.contains(person) else { return }
    throw CareRefused(
      403, "own_household", "\(asker.id) grants nothing to themselves or to whoever lives with them; any other colleague at the desk can")
  }

  /// Who decides: whoever was named, if they work here, are somebody else and may let so much go; else the first who may.
  private func named(
    _ approver: Identifier<Colleague>?, for amount: Money, _ policies: CarePolicies, in transaction: borrowing Transaction
  ) throws -> Identifier<Colleague> {
    let able = try able(amount, besides: speaker.by, policies, in: transaction)
    guard let approver else {
      // Where nobody may let so much go, somebody above can still say no before the deadline does.
      let any = try able ?? Leads.approver(besides: speaker.by.text, in: transaction) { _ in true }
      return Identifier(restoring: any ?? OperatorDoor.principal)
    }
    guard approver != speaker.by else { throw CareRefused(422, "approver", "nobody lets themselves go over a limit; name somebody else") }
    guard let known = try Colleagues.find(approver, in: transaction), known.active else {
      throw CareRefused(422, "approver", "\(approver) does not work here; `accord colleague list` names those who do")
    }
    guard known.roles.contains(.supervisor) || known.roles.contains(.lead) || known.roles.contains(.operator) else {
      throw CareRefused(422, "approver", "\(approver) is neither a lead nor a supervisor; name somebody who is")
    }
    if let over = Self.limits(of: Principal(known), policies).excess(amount.minor, spent: .init()) {
      throw CareRefused(
        422, "approver",
        "\(approver) may let \(Money(minor: over.limit, amount.currency)) go \(over.bound.words), and this is \(amount); name "
          + "\(able ?? "somebody who may let more go"), or nobody")
    }
    return approver
  }

  /// The first who may let `amount` go besides `somebody`; nil where nobody may.
  private func able(
    _ amount: Money, besides somebody: Identifier<Colleague>, _ policies: CarePolicies, in transaction: borrowing Transaction
  ) throws -> String? {
    try Leads.approver(besides: somebody.text, in: transaction) { known in
      Self.limits(of: Principal(known), policies).excess(amount.minor, spent: .init()) == nil
    }
  }

  // MARK: What falls due, and what people do before it does

  /// The time to undo a grant is over: the ledger is asked.
  func send(_ id: Identifier<RemedyRequest>, in transaction: borrowing Transaction) throws {
    guard let draft = try Drafts.find(id, in: transaction) else { return }
    var fact = draft.fact
    (fact.undoUntil, fact.at) = (nil, later(than: fact))
    try speaker.tell(.remedyAsked(fact), in: transaction)
  }

  /// Whoever granted it takes it back in time: the ledger is not asked.
  func withdraw(_ draft: RemedyAsked, in transaction: borrowing Transaction) throws {
    var fact = draft
    (fact.turn, fact.undoUntil, fact.at) = (.withdrawn, nil, later(than: fact))
    try speaker.tell(.remedyAsked(fact), in: transaction)
  }

  /// Somebody above decided. They have limits of their own.
  func decide(
    _ kept: Requests.Kept, grant: Bool, reason: RemedyAsked.Reason, sentence: String?, in transaction: borrowing Transaction
  ) throws -> RemedyAsked {
    var fact = kept.fact
    // Whoever took over from somebody who left decides in their place.
    if try speaker.by != fact.approver && speaker.by != fact.approver.flatMap({ try Colleagues.holder(of: $0, in: transaction) }) {
      try speaker.occasion.needs(.supervisor, because: "it lies with \(fact.approver?.text ?? "somebody above")")
    }
    guard speaker.by != fact.agentID || speaker.occasion.asker?.isCredential == true else {
      throw CareRefused(403, "approver", "nobody decides on their own request; \(fact.approver?.text ?? "somebody else") can")
    }
    (fact.approver, fact.deadlineAt, fact.at, fact.sentence) = (speaker.by, nil, later(than: fact), sentence)
    if grant {
      try confirmNotOwn(fact.personID)
      let policies = try Policies.care(in: transaction)
      let limits = Self.limits(of: speaker.occasion.asker, policies)
      if let amount = fact.amount, let over = limits.excess(amount.minor, spent: .init()) {
        let able = try able(amount, besides: fact.agentID, policies, in: transaction)
        throw CareRefused(
          403, "over_limit",
          "\(amount) is more than \(speaker.by) may let go: \(Money(minor: over.limit, amount.currency)) \(over.bound.words); "
            + "\(able.map { "\($0) or " } ?? "")the operator's credential can")
      }
    } else {
      (fact.turn, fact.reason, fact.sentence) = (.refused, reason, sentence ?? "we cannot give this")
    }
    try speaker.tell(.remedyAsked(fact), in: transaction)
    return fact
  }

  /// Nobody decided by the deadline: what the policy says happens then.
  func lapse(_ id: Identifier<RemedyRequest>, in transaction: borrowing Transaction) throws {
    guard let kept = try Requests.find(id, in: transaction), kept.state == .waiting, let amount = kept.fact.amount else { return }
    let policies = try Policies.care(in: transaction)
    var fact = kept.fact
    (fact.deadlineAt, fact.approver, fact.at) = (nil, nil, later(than: fact))
    // By the limits of whoever asked, as they are now.
    let asker = try Colleagues.find(fact.agentID, in: transaction).map(Principal.init)
    let over = try excess(amount, asker, by: fact.agentID, fact, policies, in: transaction)
    let alone = policies.approvalDefault == .refuse ? 0 : over?.left ?? amount.minor
    if alone > 0 {
      fact.amount = Money(minor: alone, amount.currency)
      fact.sentence = "nobody decided in time; what may be given without asking was given"
    } else {
      (fact.turn, fact.reason, fact.sentence) = (.refused, .other, "we cannot give this")
    }
    try speaker.tell(.remedyAsked(fact), under: policies.name(of: "desk"), in: transaction)
  }

  /// Facts of one request have instants of their own, so that the last one is the last for everybody.
  private func later(than fact: RemedyAsked) -> Timestamp { max(now, fact.at.adding(.milliseconds(1))) }
}
