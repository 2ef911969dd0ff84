import Contracts
import HTTP
import Host
import MarketingDomain
import Store

/// The doors at which people look at an offer's gate and let something pass.
extension OfferDoors {
  var gate: [Route] {
    [
      Route(
        .get, "/v1/offers/{id}/gate", "an offer's gate: what blocks it, since when, who can lift it; ?version=N of one version",
        query: ["version": .number(1...Int64(Int32.max))]
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot), let meant = try Offers.meant(known, in: snapshot) else {
            return Self.nobody(parameters["id"])
          }
          guard let number = request.query("version").flatMap({ Int($0) }) else { return .json(try Self.gate(of: meant, in: snapshot)) }
          guard let offer = OfferVersion(offer: known.id, version: number), let version = try Offers.version(offer, in: snapshot) else {
            return VersionDiff.missing(known, number)
          }
          return .json(try Self.gate(of: version, in: snapshot))
        }
      },
      Route(
        .post, "/v1/offers/waive", "lets checks of an offer's gate pass although they do not hold",
        members: Self.members + ["checks": .list, "reason": .sentence]
      ) { request, _ in
        desk.command(request, for: .operator, .supervisor) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            let offer = try named(body, in: transaction)
            try deeds.waive(
              try Waiving(checks: body["checks"]?.strings, reason: body["reason"]?.string), of: offer, in: transaction)
            return (offer, "waived")
          }
        }
      },
      Route(.post, "/v1/offers/confirm", "confirms an emergency launch, as the second of two people", members: Self.members) { request, _ in
        desk.command(request, forAnyOf: [.operator] + OfferDeeds.confirmers) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            let offer = try named(body, in: transaction)
            try deeds.confirmEmergency(offer, in: transaction)
            return (offer, "launched")
          }
        }
      },
      Route(
        .post, "/v1/offers/release-blind", "lets messages leave although the others were not heard for hours",
        members: Self.members + ["reason": .sentence]
      ) { request, _ in
        desk.command(request) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            // Messages of the live version wait, whatever is to take its place; it is meant as by a pause.
            let offer = try named(body, for: .pause, in: transaction)
            try deeds.releaseBlind(offer, heard: hearing.both(desk), reason: body["reason"]?.string, in: transaction)
            return (offer, "released")
          }
        }
      },
    ]
  }

  private static func gate(of version: Offers.Version, in reading: borrowing some StoreReading & ~Copyable) throws -> JSON {
    let rows = try GateTurns.rows(of: version.offer, in: reading)
    var members: [JSON.Member] = [
      .init("offer_id", .string(version.offer.offer.text)), .init("version", .integer(Int64(version.offer.version))),
      .init("state", .string(version.state.rawValue)), .init("open", .bool(Gate.isOpen(rows))),
    ]
    if let schedule = version.schedule { members.append(.init("starts_at", .string(schedule.startsAt.description))) }
    members.append(.init("rows", .array(rows.map(OfferView.row))))
    let waivers = try GateTurns.all(of: version.offer, in: reading).map { waiver in
      var told: [JSON.Member] = [
        .init("check", .string(waiver.check)), .init("reason", .string(waiver.reason)), .init("by", .string(waiver.by.text)),
        .init("at", .string(waiver.at.description)),
      ]
      if let awaits = waiver.awaits { told.append(.init("awaits", .string(awaits.text))) }
      return JSON.object(told)
    }
    if !waivers.isEmpty { members.append(.init("waivers", .array(waivers))) }
    return .object(members)
  }
}
