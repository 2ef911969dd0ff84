import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The doors through which somebody above decides on what lies over a limit, before its deadline does.
struct ApprovalDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(.get, "/v1/approvals", "what waits for somebody above, which is due first first") { request, _ in
        desk.looking(request) { snapshot in
          let policies = try Policies.care(in: snapshot)
          let waiting = try Requests.waiting(in: snapshot).map { kept -> JSON in
            // Whoever was named may have left: then it lies with whoever took over from them.
            let holder = try kept.fact.approver.flatMap { try Colleagues.holder(of: $0, in: snapshot) }
            let lies = holder.flatMap { $0 == kept.fact.approver ? nil : [JSON.Member("lies_with", .string($0.text))] } ?? []
            return .object(HonourJSON.request(kept) + lies)
          }
          return .object([.init("at_deadline", .string(policies.approvalDefault.rawValue)), .init("waiting", .array(waiting))])
        }
      },
      Route(.post, "/v1/approvals/{id}/grant", "lets what lies over a limit go", members: ["reason": .sentence, "sentence": .sentence]) {
        request, parameters in
        desk.giving(request) { form, speaker, transaction in try decide(parameters["id"], grant: true, form, speaker, in: transaction) }
      },
      Route(
        .post, "/v1/approvals/{id}/refuse", "does not let it go: reason, sentence", members: ["reason": .sentence, "sentence": .sentence]
      ) {
        request, parameters in
        desk.caring(request) { form, speaker, transaction in try decide(parameters["id"], grant: false, form, speaker, in: transaction) }
      },
    ]
  }

  private func decide(
    _ text: String, grant: Bool, _ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let id = try? Identifier<RemedyRequest>(text), let kept = try Requests.find(id, in: transaction) else {
      throw CareRefused(404, "no_request", "there is no request \(text); `accord approval list` shows what waits")
    }
    guard kept.state == .waiting else {
      throw CareRefused(409, "decided", "request \(id) waits for nobody: it is \(kept.state.rawValue); nothing was changed")
    }
    try Conduct.confirm(speaker, for: kept.fact.personID, in: transaction)
    let reason: RemedyAsked.Reason = try form.choice("reason", else: .other)
    let sentence = try form.text("sentence", max: Limits.sentenceBytesMax)
    if !grant, reason == .other, sentence == nil { throw form.missing("sentence", "why, in a sentence that the customer may read") }
    let fact = try Honouring(speaker: speaker, shelf: shelf).decide(kept, grant: grant, reason: reason, sentence: sentence, in: transaction)
    var members: [JSON.Member] = [.init("outcome", grant ? "granted" : "refused")]
    members += HonourJSON.fact(fact)
    let reads = grant ? fact.amount.map { CustomerText.given($0, to: nil) } : CustomerText.refused(fact.sentence ?? "we cannot give this")
    if let reads { members.append(.init("customer_reads", .string(reads))) }
    return .done(status: 200, .object(members))
  }
}
