import Contracts
import HTTP
import Host
import MarketingDomain
import Store
import Terms

/// The doors through which people make offers and lead them through their life.
struct OfferDoors: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  /// A document and what is said beside it.
  static let bodyBytesMax = Limits.documentBytesMax + 65_536
  /// What a deed is done to, which state of it was seen, and who works here.
  static let members: BodyForm = ["offer": .id, "revision": .number, "people": .list]

  var routes: [Route] {
    [
      Route(
        .post, "/v1/offers/check", "reads an offer back and says what is wrong with it; changes nothing", bodyBytesMax: Self.bodyBytesMax,
        members: ["document": .object, "people": .list, "historical": .flag]
      ) {
        request, _ in desk.question(request) { try check(request, in: $0) }
      },
      Route(.get, "/v1/offers", "the offers, the one that changed last first") { request, _ in
        desk.question(request) { snapshot in
          .json(.object([.init("offers", .array(try Offers.all(in: snapshot).map { try OfferView.line($0, in: snapshot) }))]))
        }
      },
      Route(.get, "/v1/offers/{id}", "an offer: versions, gate, what happened, look-back, audience") { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot) else { return Self.nobody(parameters["id"]) }
          return .json(try OfferView.whole(known, in: snapshot)).with("ETag", "\"\(known.revision)\"")
        }
      },
      Route(
        .get, "/v1/offers/{id}/versions/{version}", "one version's document, and how it reads in sentences",
        path: ["version": .number(1...Int64(Int32.max))]
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let number = Int(parameters["version"]), let id = try? Identifier<Offer>(parameters["id"]),
            let offer = OfferVersion(offer: id, version: number), let version = try Offers.version(offer, in: snapshot)
          else { return Self.nobody("\(parameters["id"])@\(parameters["version"])") }
          return .json(try OfferView.version(version, withDocument: true, in: snapshot))
        }
      },
      Route(
        .post, "/v1/offers", "saves an offer's version as a draft", bodyBytesMax: Self.bodyBytesMax,
        members: Self.members + ["document": .object]
      ) { request, _ in
        desk.command(request) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            guard let document = body["document"] else { throw Self.noDocument }
            let offer = try keep(document, body, deeds, isHistorical: false, refusing: { $0.severity == .refusal }, in: transaction)
            return (offer, "saved")
          }
        }
      },
      Route(
        .post, "/v1/offers/schedule", "schedules an offer's version", bodyBytesMax: Self.bodyBytesMax,
        members: Self.members + ["document": .object, "waive": .object]
      ) { request, _ in
        desk.command(request) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            let offer = try meant(body, deeds, isHistorical: false, in: transaction)
            try deeds.schedule(offer, waiving: try Waiving(body["waive"]), in: transaction)
            return (offer, "scheduled")
          }
        }
      },
      Route(
        .post, "/v1/offers/launch", "lets an offer go live whose start has passed", bodyBytesMax: Self.bodyBytesMax,
        members: Self.members + [
          "document": .object, "waive": .object, "historical": .flag, "emergency": .flag, "with": .id, "reason": .sentence,
        ]
      ) { request, _ in
        desk.command(request) { transaction, occasion in
          try deed(request, occasion, &transaction) { deeds, body, transaction in
            let historical = body["historical"]?.bool ?? false
            if body["emergency"]?.bool == true {
              let offer = try named(body, in: transaction)
              try deeds.askEmergency(offer, with: body["with"]?.string, reason: body["reason"]?.string, in: transaction)
              return (offer, "awaiting")
            }
            let offer = try meant(body, deeds, isHistorical: true, in: transaction)
            try deeds.launch(offer, historical: historical, waiving: try Waiving(body["waive"]), in: transaction)
            return (offer, "ordered")
          }
        }
      },
    ] + [OfferDeed.pause, .resume, .stop, .end, .cancel].map { turning($0) } + gate + looking
  }

  private func turning(_ deed: OfferDeed) -> Route {
    Route(
      .post, "/v1/offers/\(deed.rawValue)", "has an offer \(deed.participle)", bodyBytesMax: Self.bodyBytesMax,
      members: Self.members + ["cause": .text, "sentence": .sentence]
    ) { request, _ in
      desk.command(request) { transaction, occasion in
        try self.deed(request, occasion, &transaction) { deeds, body, transaction in
          let offer = try named(body, for: deed, in: transaction)
          try deeds.turn(deed, offer, cause: body["cause"]?.string, sentence: body["sentence"]?.string, in: transaction)
          return (offer, deed.participle)
        }
      }
    }
  }

  // MARK: Bodies

  private static let noDocument = OfferDeeds.Refused(
    400, "no_document", "the body has no document; send {\"document\": {...}} as `accord offer new` prints one")

  /// Does what a body asks for and answers with the offer as it is then.
  func deed(
    _ request: Request, _ occasion: Occasion, _ transaction: inout Transaction,
    _ act: (OfferDeeds, JSON, borrowing Transaction) throws -> (OfferVersion, String)
  ) throws -> DepartmentDesk.Outcome {
    let telling = Telling(desk: desk, occasion: occasion)
    do {
      let body: JSON
      do { body = try JSON(parsing: request.body) } catch {
        throw OfferDeeds.Refused(400, "body_unreadable", "the body is not JSON: \(error)")
      }
      if let staff = body["people"] {
        guard let people = Staff.read(staff) else {
          throw OfferDeeds.Refused(
            400, "people_unreadable", "people is no list of at most \(Limits.staffMax) ids such as \"marketer/maya\"; write them so")
        }
        try Staff.name(people, telling, in: transaction)
      }
      let (offer, outcome) = try act(OfferDeeds(telling: telling), body, transaction)
      guard let known = try Offers.find(offer.offer, in: transaction) else {
        return .refused(status: 404, code: "no_offer", sentence: "there is no \(offer.offer)")
      }
      return .done(
        status: 200,
        .object([
          .init("outcome", .string(outcome)), .init("version", .integer(Int64(offer.version))),
          .init("offer", try OfferView.whole(known, in: transaction)),
        ]))
    } catch let refusal as OfferRefusal {
      return .refused(status: 409, code: refusal.code, sentence: refusal.description)
    } catch let refused as OfferDeeds.Refused {
      return .refused(status: refused.status, code: refused.code, sentence: refused.sentence)
    } catch let refusals as OfferRefusals {
      return .refused(status: 422, code: "offer_refused", sentence: refusals.description)
    }
  }

  /// The version that a body means by its document or by its offer's name.
  private func meant(
    _ body: JSON, _ deeds: OfferDeeds, isHistorical: Bool, in transaction: borrowing Transaction
  ) throws -> OfferVersion {
    guard let document = body["document"] else { return try named(body, in: transaction) }
    return try keep(document, body, deeds, isHistorical: isHistorical, refusing: { $0.severity != .warning }, in: transaction)
  }

  private func keep(
    _ document: JSON, _ body: JSON, _ deeds: OfferDeeds, isHistorical: Bool, refusing: (OfferFinding) -> Bool,
    in transaction: borrowing Transaction
  ) throws -> OfferVersion {
    let document = try Surroundings.filled(document, in: transaction)
    let context = try Surroundings.of(document, at: deeds.telling.now, isHistorical: isHistorical, rehearsing: true, in: transaction)
    try confirmUnchanged(body, document["offer_id"]?.string, in: transaction)
    return try deeds.save(document, context: context, refusing: refusing, in: transaction)
  }

  /// The version that a body names; of an offer's name alone the one that is meant by `deed`.
  func named(_ body: JSON, for deed: OfferDeed? = nil, in transaction: borrowing Transaction) throws -> OfferVersion {
    guard let name = body["offer"]?.string else {
      throw OfferDeeds.Refused(400, "no_offer_named", "the body names no offer; send {\"offer\": \"NAME\"} or {\"offer\": \"NAME@2\"}")
    }
    guard let known = try find(OfferVersion(name)?.offer.text ?? name, in: transaction) else {
      throw OfferDeeds.Refused(404, "no_offer", "there is no offer \(name); `accord offer list` shows those that there are")
    }
    try confirmUnchanged(body, known.id.text, in: transaction)
    if let version = OfferVersion(name) { return version }
    if let deed, let version = try Offers.meant(known, by: deed, in: transaction) { return version }
    guard let version = try Offers.meant(known, in: transaction) else {
      throw OfferDeeds.Refused(404, "no_offer", "there is no version of \(name)")
    }
    return version.offer
  }

  /// Who says which state he saw decides on that one only.
  private func confirmUnchanged(_ body: JSON, _ id: String?, in transaction: borrowing Transaction) throws {
    guard let seen = body["revision"]?.integer, let id, let known = try find(id, in: transaction), known.revision != seen,
      let offer = OfferVersion(offer: known.id, version: known.latest)
    else { return }
    throw OfferRefusal.changed(offer, seen: seen, now: known.revision, since: try since(seen, of: known, in: transaction))
  }

  /// What was done to an offer since somebody saw it, in sentences.
  private func since(_ seen: Int64, of known: Offers.Known, in transaction: borrowing Transaction) throws -> [String] {
    // Each turn raises the revision by one.
    let turns = try Offers.turns(of: known.id, in: transaction).dropFirst(Int(clamping: max(0, seen))).suffix(10)
    return try turns.map { turn in
      var fields = ""
      if turn.turn == "versioned", let version = OfferVersion(offer: known.id, version: turn.version),
        let before = OfferVersion(offer: known.id, version: turn.version - 1), let new = try Offers.version(version, in: transaction),
        let old = try Offers.version(before, in: transaction)
      {
        let changed = try OfferDocument(JSON(parsing: new.document)).changes(from: OfferDocument(JSON(parsing: old.document)))
        fields = " with another \(changed.joined(separator: ", "))"
      }
      return "\(turn.by) had version \(turn.version) \(turn.turn)\(fields) at \(turn.at)"
    }
  }

  func find(_ name: String, in reading: borrowing some StoreReading & ~Copyable) throws -> Offers.Known? {
    guard let id = try? Identifier<Offer>(name) else { return nil }
    return try Offers.find(id, in: reading)
  }

  static func nobody(_ name: String) -> Response {
    .problem(status: 404, code: "no_offer", detail: "there is no offer \(name); `accord offer list` shows those that there are")
  }

  // MARK: Checking

  private func check(_ request: Request, in snapshot: borrowing Snapshot) throws -> Response {
    let body: JSON
    do { body = try JSON(parsing: request.body) } catch {
      return .problem(status: 400, code: "body_unreadable", detail: "the body is not JSON: \(error)")
    }
    guard let document = body["document"] else {
      return .problem(status: 400, code: Self.noDocument.code, detail: Self.noDocument.sentence)
    }
    var staff: [StaffNamed.One]?
    if let people = body["people"] {
      staff = Staff.read(people)
      guard staff != nil else {
        return .problem(
          status: 400, code: "people_unreadable",
          detail: "people is no list of at most \(Limits.staffMax) ids such as \"marketer/maya\"; write them so")
      }
    }
    let now = desk.clock.now()
    let filled = try Surroundings.filled(document, in: snapshot)
    let context = try Surroundings.of(
      filled, at: now, staff: staff?.map { OfferContext.Staff(id: $0.id.text, hasLeft: $0.left) },
      isHistorical: body["historical"]?.bool ?? false, rehearsing: true, in: snapshot)
    return .json(OfferView.reading(filled, context))
  }
}
