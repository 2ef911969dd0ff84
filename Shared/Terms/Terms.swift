package import Contracts
package import Zones

/// An offer's version with its local times resolved to instants: what orders are judged by.
package struct Terms: Sendable {
  package let document: OfferDocument
  package let zone: Zone
  package let startsAt: Timestamp
  /// Nil for an offer without an end.
  package let endsAt: Timestamp?
  package let lookBackFrom: Timestamp
  /// Until when orders may be recorded and the desk may honour; `.last` for an offer without an end.
  package let honourUntil: Timestamp

  /// Resolves the window once: a time that does not exist on the clocks is refused, of one that the clocks show twice
  /// the earlier is the start, the later the end.
  package init(_ document: OfferDocument, zone: Zone) throws(OfferRefusals) {
    self.document = document
    self.zone = zone
    startsAt = .first
    endsAt = nil
    lookBackFrom = .first
    honourUntil = .last
  }

  /// The decision on one order. Pure and fast; for the reasons in detail ask the outcome for its inputs.
  package func evaluate(_ purchase: Purchase, _ history: History, life: Life, at now: Timestamp) -> Outcome {
    Outcome(.outsideWindow, document.currency)
  }

  /// The document in sentences, for whoever is about to schedule it.
  package func sentences() -> [String] { [] }
}
