import Contracts
import HTTP
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What can be asked about look-backs, remedies, and why an order has what it has.
struct LookBackDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(.get, "/v1/look-backs/{offer}", "the look-backs of an offer: their totals, or how far they are") { request, parameters in
        desk.question(request) { snapshot in try Self.lookBacks(parameters["offer"], in: snapshot) }
      },
      Route(.get, "/v1/offers/{offer}/orders/{order}", "what an offer gives to an order and why: the decision with what it looked at") {
        request, parameters in
        desk.question(request) { snapshot in
          try Self.whyNot(parameters["offer"], parameters["order"], at: desk.clock.now(), in: snapshot)
        }
      },
      Route(.get, "/v1/remedy-requests/{id}", "what an agent asked for, and the ledger's answer: who gave it, when, how much") {
        request, parameters in
        desk.question(request) { snapshot in
          guard let found = try Asked.json(parameters["id"], in: snapshot) else {
            return .problem(
              status: 404, code: "no_request", detail: "no request \(parameters["id"]) was heard; is its id right, and did service tell it?"
            )
          }
          return .json(found)
        }
      },
      Route(.get, "/v1/remedies", "the remedies of an order (?order=ID)", query: ["order": .id]) { request, _ in
        desk.question(request) { snapshot in
          guard let text = request.query("order"), let id = try? Identifier<Order>(text) else {
            return .problem(status: 400, code: "no_order_named", detail: "which order is not said; add ?order=ID")
          }
          guard let file = try OrderFile.find(id, in: snapshot) else { return Self.noOrder(text) }
          return .json(
            .object([
              .init("order_id", .string(id.text)), .init("remedies", .array(file.standing.remedies.map { RemedyText.json($0) })),
            ]))
        }
      },
    ]
  }

  private static func noOrder(_ id: String) -> Response {
    .problem(status: 404, code: "no_order", detail: "no order \(id) was captured; is its id right?")
  }

  // MARK: Look-backs

  private static func lookBacks(_ text: String, in snapshot: borrowing Snapshot) throws -> Response {
    // With a version or without one.
    let version = OfferVersion(text)
    guard let offer = version?.offer ?? (try? Identifier<Offer>(text)),
      let campaign = try OfferRows.campaign(of: offer, in: snapshot)
    else {
      return .problem(
        status: 404, code: "no_offer", detail: "the ledger has not heard of offer \(text); is its id right, and was it scheduled?")
    }
    let life = try OfferRows.life(of: offer, in: snapshot)
    var found: [JSON] = try snapshot.all(
      "SELECT message_id, recorded_at, content FROM look_back WHERE offer_id = ?1 ORDER BY version, recorded_at, number", .text(offer.text)
    ) { row in
      var members = try JSON(parsing: try row.blob(2)).object ?? []
      members.insert(.init("state", "completed"), at: 0)
      members.append(.init("completed_at", .string(try row.timestamp(1).description)))
      members.append(.init("message_id", .string(try row.text(0))))
      return .object(members)
    }
    for run in try Runs.running(limit: 1_000, in: snapshot) where run.kind == LookBack.kind && run.subject.hasPrefix(offer.text + "@") {
      found.append(
        .object([
          .init("state", "running"), .init("subject", .string(run.subject)),
          .init("considered", .integer(run.counters["considered"] ?? 0)), .init("granted", .integer(run.counters["granted"] ?? 0)),
          .init("began_at", .string(run.beganAt.description)),
        ]))
    }
    return .json(
      .object([
        .init("offer_id", .string(offer.text)), .init("campaign_id", .string(campaign.text)), .init("state", .string(life.state.rawValue)),
        .init("version", life.version.map { .integer(Int64($0)) } ?? .null), .init("look_backs", .array(found)),
      ]))
  }

  // MARK: Why, and why not

  private static func whyNot(_ offerText: String, _ orderText: String, at now: Timestamp, in snapshot: borrowing Snapshot) throws
    -> Response
  {
    guard let orderID = try? Identifier<Order>(orderText), let file = try OrderFile.find(orderID, in: snapshot) else {
      return noOrder(orderText)
    }
    guard let offerID = OfferVersion(offerText)?.offer ?? (try? Identifier<Offer>(offerText)),
      let offer = try OfferInForce.find(offerID, in: snapshot)
    else {
      return .problem(
        status: 404, code: "no_offer", detail: "offer \(offerText) was not launched, or the ledger has not heard of it; is its id right?")
    }
    let purchase = file.purchase
    let history = try Judge.history(of: purchase, offer, in: snapshot)
    let outcome = offer.terms.evaluate(purchase, history, life: offer.life, at: now)
    let remedies = file.standing.remedies.filter { $0.offer?.offer == offerID }
    let isGiven = remedies.contains { $0.isActive }
    var members: [JSON.Member] = [
      .init("offer", .string(offer.name)), .init("order_id", .string(orderID.text)), .init("given", .bool(isGiven)),
      .init("reason", .string(outcome.reason.rawValue)),
      .init("sentence", .string(RemedyText.sentence(outcome.reason, offer.name, amount: outcome.money))),
      .init("amount", RemedyText.money(outcome.money)), .init("day_precision", .bool(outcome.dayPrecision)),
    ]
    if let interval = outcome.interval { members.append(.init("interval", .string(interval.rawValue))) }
    members.append(.init("inputs", offer.terms.inputs(of: outcome, purchase, history, life: offer.life, at: now)))
    members.append(.init("remedies", .array(remedies.map { RemedyText.json($0) })))
    return .json(.object(members))
  }
}
