package import Contracts
package import Zones

/// An offer's version with its local times resolved to instants: what orders are judged by. Never changes; safe from any thread.
///
/// A class, since it is handed on for each order that is judged: a copy of the document would count its forty parts each time.
package final class Terms: Sendable {
  package let document: OfferDocument
  package let zone: Zone
  package let startsAt: Timestamp
  /// Nil for an offer without an end.
  package let endsAt: Timestamp?
  package let lookBackFrom: Timestamp
  /// Until when orders may be recorded and the desk may honour; `.last` for an offer without an end.
  package let honourUntil: Timestamp
  let selecting: Selecting
  let channels: Set<String>?
  let countries: Set<String>?

  /// Resolves the window once: a time that does not exist on the clocks is refused, of one that the clocks show twice
  /// the earlier is the start, the later the end.
  package init(_ document: OfferDocument, zone: Zone) throws(OfferRefusals) {
    self.document = document
    self.zone = zone
    startsAt = try Terms.instant(document.window.startsAt, in: zone, isEnd: false, at: "/window/starts_at")
    if let local = document.window.endsAt {
      endsAt = try Terms.instant(local, in: zone, isEnd: true, at: "/window/ends_at")
    } else {
      endsAt = nil
    }
    lookBackFrom = startsAt.adding(.zero - document.lookBack.duration)
    honourUntil = endsAt?.adding(document.honourFor) ?? .last
    selecting = Selecting(include: document.include, exclude: document.exclude)
    channels = document.eligibility.channels.map { Set($0) }
    countries = document.eligibility.countries.map { Set($0) }
  }

  /// The instant of another local time of the document, such as until when a promise is to be answered: of one that the clocks leave out
  /// the one they go on with, of one that they show twice the earlier, or for an end the later.
  package func instant(of local: LocalTime, isEnd: Bool = false) -> Timestamp {
    switch zone.resolve(local) {
    case .unique(let instant): instant
    case .ambiguous(let earlier, let later): isEnd ? later : earlier
    case .gap(_, let after): after
    }
  }

  /// The instant that clocks in `zone` mean by `local`.
  static func instant(_ local: LocalTime, in zone: Zone, isEnd: Bool, at field: String) throws(OfferRefusals) -> Timestamp {
    switch zone.resolve(local) {
    case .unique(let instant): return instant
    case .ambiguous(let earlier, let later): return isEnd ? later : earlier
    case .gap(let before, let after):
      throw OfferRefusals([
        OfferFinding(
          .refusal, field,
          "\(local) does not exist in \(zone.name): the clocks go from \(zone.local(at: before)) to \(zone.local(at: after))",
          next: "write \(zone.local(at: before)) or \(zone.local(at: after))")
      ])
    }
  }
}
