package import Contracts

/// What customer service makes of the facts of others. Pure: the same inputs give the same answer for ever.
package enum ServiceDomain {
  /// `time` is when the fact was true as its envelope says; a fact that says so itself is believed.
  package static func decide(_ event: DomainEvent, at time: Timestamp) -> ServiceDecision {
    switch event {
    case .orderCaptured(let order): .keep(FactPlace(mark: "", person: order.personID, time: order.placedAt))
    case .remedyChanged(let remedy): .keep(FactPlace(mark: mark(remedy, at: time), person: remedy.personID, time: time))
    case .orderShipped(let fact):
      .keep(FactPlace(mark: mark(fact.shippedAt, fact.lines.first?.lineID), person: fact.personID, time: fact.shippedAt))
    case .orderAmended(let fact):
      .keep(FactPlace(mark: mark(fact.amendedAt, fact.lines.first?.lineID), person: fact.personID, time: fact.amendedAt))
    case .orderCancelled(let fact):
      .keep(FactPlace(mark: mark(fact.cancelledAt, fact.lines.first?.lineID), person: fact.personID, time: fact.cancelledAt))
    case .orderReturned(let fact): .keep(FactPlace(mark: fact.returnID.text, person: fact.personID, time: fact.returnedAt))
    case .refundResolved(let fact):
      .keep(FactPlace(mark: "\(fact.remedyID) \(fact.tender.rawValue) \(fact.reference ?? "")", person: nil, time: time))
    case .subscriptionChanged(let fact):
      .keep(FactPlace(mark: "\(fact.change.rawValue) \(fact.changedAt.milliseconds)", person: fact.personID, time: fact.changedAt))
    case .messageTurned(let fact):
      .keep(FactPlace(mark: "\(fact.messageID) \(fact.revision)", person: fact.personID, time: time))
    case .consentChanged(let fact):
      .keep(FactPlace(mark: "\(fact.purpose.rawValue) \(fact.channel) \(time.milliseconds)", person: fact.personID, time: time))
    case .customerRestricted(let fact):
      .keep(FactPlace(mark: "\(fact.cause.rawValue) \(time.milliseconds)", person: fact.personID, time: time))
    case .offerVersioned(let fact): .follow(offer: fact.offerID, mark: "\(fact.version)")
    case .offerScheduled(let fact): .follow(offer: fact.offerID, mark: "\(fact.version) \(time.milliseconds)")
    case .offerTurned(let fact): .follow(offer: fact.offerID, mark: "\(fact.version) \(fact.at.milliseconds)")
    case .lookBackCompleted(let fact): .follow(offer: fact.offerID, mark: "\(fact.version) \(time.milliseconds)")
    case .audiencePrepared(let fact): .follow(offer: fact.offerID, mark: "\(fact.version) \(time.milliseconds)")
    case .customerKnown(let fact): .know(fact)
    case .productsListed(let fact): .list(fact.products)
    case .membershipChanged(let fact): .belong(fact)
    case .chainAnchored(let fact): .anchor(fact)
    case .budgetChanged, .policyPublished, .policyProposed, .audienceListed, .periodClosed, .colleagueChanged, .promiseDeclared,
      .promiseAnswered,
      .capacityChanged, .rosterPublished, .briefingAcknowledged, .sheetTurned, .answerTurned, .offerAskedAbout, .questionAnswered,
      .caseTurned, .holdTurned, .remedyAsked, .gateTurned, .gateWaived, .staffNamed, .counterpartNamed, .parityApproved,
      .disconnectRecorded:
      .nothing
    }
  }

  /// Where one of customer service's own facts stands among what is kept of a customer; nil for what is on no timeline.
  package static func place(_ event: DomainEvent) -> FactPlace? {
    switch event {
    case .caseTurned(let fact): FactPlace(mark: "\(fact.at.milliseconds) \(fact.channel)", person: fact.personID, time: fact.at)
    case .holdTurned(let fact): FactPlace(mark: "\(fact.holdID) \(fact.at.milliseconds)", person: fact.personID, time: fact.at)
    // What can be taken back, or was, is nobody's to read of yet.
    case .remedyAsked(let fact) where fact.undoUntil != nil || fact.turn == .withdrawn: nil
    case .remedyAsked(let fact): FactPlace(mark: "\(fact.requestID) \(fact.at.milliseconds)", person: fact.personID, time: fact.at)
    case .offerAskedAbout(let fact): FactPlace(mark: fact.askedID.text, person: fact.personID, time: fact.at)
    default: nil
    }
  }

  /// Each change of a remedy has its own entry in the books; what has none is told apart by its time.
  private static func mark(_ remedy: RemedyChanged, at time: Timestamp) -> String {
    if let entry = remedy.entry { return "\(remedy.remedyID) \(entry)" }
    return "\(remedy.remedyID) at \(time.milliseconds)"
  }

  private static func mark(_ time: Timestamp, _ line: Identifier<OrderLine>?) -> String {
    "\(time.milliseconds) \(line?.text ?? "whole")"
  }
}
