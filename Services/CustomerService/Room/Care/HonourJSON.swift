import Contracts
import ServiceDomain

/// What was given or not, as the doors tell it: to the agent, with what the customer reads.
enum HonourJSON {
  static func deed(_ deed: Honouring.Deed, destination: String?, payer: String) -> [JSON.Member] {
    switch deed {
    case .draft(let fact, let until):
      var members: [JSON.Member] = [.init("outcome", "given")]
      members += self.fact(fact)
      if let destination { members.append(.init("destination", .string(destination))) }
      members += [.init("who_pays", .string(payer)), .init("undo_until", .string(until.description))]
      if let amount = fact.amount { members.append(.init("customer_reads", .string(CustomerText.given(amount, to: destination)))) }
      return members
    case .waiting(let fact, let over, let alone):
      var members: [JSON.Member] = [.init("outcome", "waiting")]
      members += self.fact(fact)
      if let currency = fact.amount?.currency {
        members += [.init("over", .string(over.bound.rawValue)), .init("why", .string(over.words(in: currency)))]
      }
      if let alone { members.append(.init("given_at_deadline", .money(alone))) }
      members.append(.init("who_pays", .string(payer)))
      if let deadline = fact.deadlineAt {
        members.append(.init("customer_reads", .string(CustomerText.waiting(until: deadline.description))))
      }
      return members
    case .refused(let fact):
      var members: [JSON.Member] = [.init("outcome", "refused")]
      members += self.fact(fact)
      let reads = fact.reason == .abuseSuspected ? "we cannot say more now" : fact.sentence ?? "we cannot give this"
      members.append(.init("customer_reads", .string(CustomerText.refused(reads))))
      return members
    case .already(let by, let at, let amount):
      var members: [JSON.Member] = [.init("outcome", "already"), .init("by", .string(by)), .init("at", .string(at.description))]
      if let amount { members.append(.init("amount", .money(amount))) }
      members.append(
        .init("sentence", .string("\(by) gave \(amount.map { "\($0)" } ?? "it") at \(at); nothing is given twice")))
      return members
    }
  }

  static func fact(_ fact: RemedyAsked) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("request_id", .string(fact.requestID.text))]
    if let order = fact.orderID { members.append(.init("order_id", .string(order.text))) }
    if let person = fact.personID { members.append(.init("person_id", .string(person.text))) }
    if let matter = fact.caseID { members.append(.init("case_id", .string(matter.text))) }
    if let offer = fact.offerID { members.append(.init("offer_id", .string(offer.text))) }
    if let amount = fact.amount {
      members += [.init("amount", .money(amount)), .init("in_words", .string(AmountInWords.words(amount)))]
    }
    members += [.init("basis", .string(fact.basis.rawValue)), .init("agent", .string(fact.agentID.text))]
    if let approver = fact.approver { members.append(.init("approver", .string(approver.text))) }
    if let deadline = fact.deadlineAt { members.append(.init("deadline_at", .string(deadline.description))) }
    if let reason = fact.reason { members.append(.init("reason", .string(reason.rawValue))) }
    if let sentence = fact.sentence { members.append(.init("sentence", .string(sentence))) }
    members.append(.init("at", .string(fact.at.description)))
    return members
  }

  static func request(_ kept: Requests.Kept) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("state", .string(kept.state.rawValue))]
    members += fact(kept.fact)
    if let remedy = kept.remedy { members.append(.init("remedy_id", .string(remedy))) }
    return members
  }
}
