import Contracts
import ServiceDomain
import Store

/// Facts as lines of a timeline.
enum Timeline {
  /// One entry as the doors give it: what happened, when, in words, and the message that told of it.
  static func json(_ fact: Heard.Fact) -> JSON {
    let event = fact.event
    var members: [JSON.Member] = [
      .init("time", .string(fact.time.description)),
      .init("kind", .string(event.flatMap { EntryKind($0) }?.rawValue ?? "earlier")),
      .init("subject", .string(fact.subject)),
    ]
    if let order = event?.order { members.append(.init("order_id", .string(order.text))) }
    members.append(.init("sentence", .string(sentence(fact, event))))
    if case .remedyChanged(let remedy)? = event { members.append(.init("remedy", json(remedy))) }
    members.append(.init("message_id", .string(fact.message)))
    members.append(.init("position", .integer(Int64(clamping: fact.position))))
    return .object(members)
  }

  static func sentence(_ fact: Heard.Fact) -> String { sentence(fact, fact.event) }

  private static func sentence(_ fact: Heard.Fact, _ event: DomainEvent?) -> String {
    event.flatMap { Telling.sentence($0) }
      ?? "\(fact.subject): heard by an earlier version, which kept no more than that; a replay of the journal brings the rest"
  }

  private static func json(_ remedy: RemedyChanged) -> JSON {
    var members: [JSON.Member] = [
      .init("remedy_id", .string(remedy.remedyID.description)), .init("state", .string(remedy.state.rawValue)),
      .init("amount", .money(remedy.amount)), .init("destination", .string(remedy.destinationWords)),
      .init("who_pays", .string(remedy.payerWords)), .init("by_itself", .bool(remedy.cameByItself)),
      .init("reason", .string(remedy.reason)),
    ]
    if let offer = remedy.offer { members.insert(.init("offer", .string(offer.description)), at: 1) }
    if let entry = remedy.entry { members.append(.init("entry", .integer(entry))) }
    return .object(members)
  }
}

extension JSON {
  /// As events have it.
  static func money(_ money: Money) -> JSON {
    .object([.init("amount_minor", .integer(money.minor)), .init("currency", .string(money.currency.code))])
  }
}

extension DomainEvent {
  /// The order that it is about.
  var order: Identifier<Order>? {
    switch self {
    case .orderCaptured(let fact): fact.orderID
    case .orderShipped(let fact): fact.orderID
    case .orderCancelled(let fact): fact.orderID
    case .orderAmended(let fact): fact.orderID
    case .orderReturned(let fact): fact.orderID
    case .remedyChanged(let fact): fact.orderID
    case .refundResolved(let fact): fact.orderID
    case .remedyAsked(let fact): fact.orderID
    case .subscriptionChanged, .lookBackCompleted, .chainAnchored, .periodClosed, .customerKnown, .consentChanged, .customerRestricted,
      .productsListed, .membershipChanged,
      .policyPublished, .policyProposed, .budgetChanged, .offerVersioned, .offerScheduled, .offerTurned, .audienceListed, .audiencePrepared,
      .messageTurned,
      .colleagueChanged, .promiseDeclared, .promiseAnswered, .capacityChanged, .rosterPublished, .briefingAcknowledged, .sheetTurned,
      .answerTurned, .offerAskedAbout, .questionAnswered, .caseTurned, .holdTurned, .gateTurned, .gateWaived, .staffNamed,
      .counterpartNamed, .parityApproved, .disconnectRecorded:
      nil
    }
  }
}
