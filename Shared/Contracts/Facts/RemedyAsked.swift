/// `service.remedy.requested.v1`, `refused`, `withdrawn`: an agent gives something, does not, or takes it back before anybody was asked for
/// it. Keyed by the order, or the case without one.
package struct RemedyAsked: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "service.remedy."
    case requested, refused, withdrawn
  }

  package enum Basis: String, Sendable, CaseIterable {
    case desk
    case honourFor = "honour_for"
    case parity, goodwill
  }
  package enum Reason: String, Sendable, CaseIterable {
    case notBought = "not_bought"
    case outsideInterval = "outside_interval"
    case itemExcluded = "item_excluded"
    case alreadyBetter = "already_better"
    case abuseSuspected = "abuse_suspected"
    case other
  }

  package var turn: Turn
  package var requestID: Identifier<RemedyRequest>
  package var orderID: Identifier<Order>?
  package var personID: Identifier<Person>?
  package var caseID: Identifier<Case>?
  /// Absent for goodwill.
  package var offerID: Identifier<Offer>?
  /// Of goodwill, or of less than the offer gives.
  package var amount: Money?
  package var basis: Basis
  package var agentID: Identifier<Colleague>
  /// Who let it go over the limit, or is asked to while a deadline stands beside them.
  package var approver: Identifier<Colleague>?
  /// Until when it waits for the approver: nothing is given by such a fact, but by the next one of the same request.
  package var deadlineAt: Timestamp?
  /// Until when whoever gives it can take it back: nothing is given by such a fact, but by the next one of the same request.
  package var undoUntil: Timestamp?
  /// Of a refusal.
  package var reason: Reason?
  package var sentence: String?
  package var at: Timestamp

  package init(
    turn: Turn, requestID: Identifier<RemedyRequest>, orderID: Identifier<Order>? = nil, personID: Identifier<Person>? = nil,
    caseID: Identifier<Case>? = nil, offerID: Identifier<Offer>? = nil, amount: Money? = nil, basis: Basis, agentID: Identifier<Colleague>,
    approver: Identifier<Colleague>? = nil, deadlineAt: Timestamp? = nil, undoUntil: Timestamp? = nil, reason: Reason? = nil,
    sentence: String? = nil,
    at: Timestamp
  ) {
    self.turn = turn
    self.requestID = requestID
    self.orderID = orderID
    self.personID = personID
    self.caseID = caseID
    self.offerID = offerID
    self.amount = amount
    self.basis = basis
    self.agentID = agentID
    self.approver = approver
    self.deadlineAt = deadlineAt
    self.undoUntil = undoUntil
    self.reason = reason
    self.sentence = sentence
    self.at = at
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .requested: "An agent gives something"
    case .refused: "An agent does not give what was asked for"
    case .withdrawn: "An agent takes back what nobody was asked for yet"
    }
  }

  /// Whether the ledger is asked by it: nothing waits for somebody above, and nobody can take it back any more.
  package var isFinal: Bool { deadlineAt == nil && undoUntil == nil && turn != .withdrawn }

  package var type: String { turn.type }
  package var key: String { orderID?.text ?? caseID?.text ?? requestID.text }
  package var event: DomainEvent { .remedyAsked(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), requestID: try members.needs("request_id", .id()), orderID: try members.may("order_id", .id()),
      personID: try members.may("person_id", .id()), caseID: try members.may("case_id", .id()), offerID: try members.may("offer_id", .id()),
      amount: try members.may("amount", .money), basis: try members.needs("basis", .choice()),
      agentID: try members.needs("agent_id", .id()), approver: try members.may("approver", .id()),
      deadlineAt: try members.may("deadline_at", .time), undoUntil: try members.may("undo_until", .time),
      reason: try members.may("reason", .choice()), sentence: try members.may("sentence", .text(max: Limits.sentenceBytesMax)),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("request_id", requestID)
    writer.member("order_id", ifPresent: orderID)
    writer.member("person_id", ifPresent: personID)
    writer.member("case_id", ifPresent: caseID)
    writer.member("offer_id", ifPresent: offerID)
    writer.member("amount", ifPresent: amount)
    writer.member("basis", basis.rawValue)
    writer.member("agent_id", agentID)
    writer.member("approver", ifPresent: approver)
    writer.member("deadline_at", ifPresent: deadlineAt)
    writer.member("undo_until", ifPresent: undoUntil)
    writer.member("reason", ifPresent: reason?.rawValue)
    writer.member("sentence", ifPresent: sentence)
    writer.member("at", at)
    writer.endObject()
  }
}
