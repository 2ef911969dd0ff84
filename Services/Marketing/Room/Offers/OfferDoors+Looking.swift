import Contracts
import HTTP
import Host
import MarketingDomain
import Store
import Telemetry
import Terms

/// The doors at which people look before they decide: what a stop would do, what a version changes, what a launch would come to.
extension OfferDoors {
  var looking: [Route] {
    [
      Route(
        .get, "/v1/offers/{id}/stop-preview",
        "what stopping the offer would undo, and what not; changes nothing; ?version=N of that one alone",
        query: ["version": .number(1...Int64(Int32.max))]
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot) else { return Self.nobody(parameters["id"]) }
          return try StopPreview.of(known, version: request.query("version").flatMap { Int($0) }, in: snapshot)
        }
      },
      Route(
        .get, "/v1/offers/{id}/diff", "what ?to=2 changes of ?from=1, and which of it is material",
        query: ["from": .text(max: 20), "to": .text(max: 20)]
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot) else { return Self.nobody(parameters["id"]) }
          return try VersionDiff.of(known, request, in: snapshot)
        }
      },
      Route(.get, "/v1/passed-over", "what was let pass although it did not hold: waivers, emergencies, messages on old knowledge") {
        request, _ in
        desk.question(request) { snapshot in .json(.object([.init("passed", .array(try PassedOver.list(in: snapshot)))])) }
      },
      Route(.get, "/v1/parity", "where new customers are better off, why, and whom nobody told") { request, _ in
        desk.question(request) { snapshot in
          .json(.object([.init("offers", .array(try ParityPages.list(at: desk.clock.now(), in: snapshot)))]))
        }
      },
      Route(
        .post, "/v1/offers/rehearse", "rehearses an offer's launch by what is known now; changes nothing", bodyBytesMax: Self.bodyBytesMax,
        members: ["offer": .id, "document": .object, "seed": .number]
      ) { request, _ in rehearse(request) },
    ]
  }

  /// By the name of an offer, or by a document that nobody knows yet.
  private func rehearse(_ request: Request) -> Response {
    desk.guarding(request) { _ in
      do {
        let body = try JSON(parsing: request.body)
        guard let seed = (body["seed"] ?? 1).integer else {
          throw OfferDeeds.Refused(422, "seed", "seed: \(body["seed"]?.text ?? "") is no whole number; write one, or leave it out")
        }
        let terms = try desk.store.read { (snapshot: borrowing Snapshot) throws -> Terms in try self.terms(of: body, in: snapshot) }
        return .json(
          try Rehearsal(desk: desk, terms: terms, seed: UInt64(bitPattern: seed), now: desk.clock.now()).answer())
      } catch let refused as OfferDeeds.Refused {
        return .problem(status: refused.status, code: refused.code, detail: refused.sentence)
      } catch let refusals as OfferRefusals {
        return .problem(status: 422, code: "offer_refused", detail: refusals.description)
      } catch let fault as JSONFault {
        return .problem(status: 400, code: "body_unreadable", detail: "the body is not JSON: \(fault)")
      } catch {
        desk.log.error("request.failed", "the rehearsal ended early: \(error)")
        return .problem(status: 503, code: "store_busy", detail: "the rehearsal ended early: \(error)").with("Retry-After", "1")
      }
    }
  }

  private func terms(of body: JSON, in reading: borrowing some StoreReading & ~Copyable) throws -> Terms {
    if let document = body["document"] {
      let offer = try OfferDocument(try Surroundings.filled(document, in: reading))
      guard let zone = Surroundings.zone(offer.window.zone) else {
        throw OfferDeeds.Refused(422, "zone_unknown", "/window/time_zone: the zone \(offer.window.zone) cannot be read here")
      }
      return try Terms(offer, zone: zone)
    }
    guard let name = body["offer"]?.string else {
      throw OfferDeeds.Refused(400, "no_offer_named", "the body names no offer; send {\"offer\": \"NAME\"} or a document")
    }
    guard let known = try find(OfferVersion(name)?.offer.text ?? name, in: reading),
      let version = try OfferVersion(name).map({ try Offers.version($0, in: reading) }) ?? Offers.meant(known, in: reading)
    else {
      throw OfferDeeds.Refused(404, "no_offer", "there is no offer \(name); `accord offer list` shows those that there are")
    }
    return try KnownTerms.of(version)
  }
}
