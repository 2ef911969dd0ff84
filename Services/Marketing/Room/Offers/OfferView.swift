import Contracts
import MarketingDomain
import Store
import Terms

/// Offers as doors show them.
enum OfferView {
  /// A document read back: sentences where it can be read, and what stands against it.
  static func reading(_ document: JSON, _ context: OfferContext) -> JSON {
    let findings = OfferCheck.check(document, in: context)
    return .object([
      .init("schedulable", .bool(!findings.contains { $0.severity != .warning })), .init("sentences", .array(sentences(document))),
      .init(
        "findings",
        .array(
          findings.map { finding in
            [
              "severity": .string(finding.severity.rawValue), "field": .string(finding.field), "sentence": .string(finding.sentence),
              "next_step": .string(finding.nextStep),
            ]
          })),
    ])
  }

  /// A document in sentences; none where it cannot be read.
  private static func sentences(_ document: JSON) -> [JSON] {
    guard let offer = try? OfferDocument(document), let zone = Surroundings.zone(offer.window.zone),  // the findings say what is wrong
      let terms = try? Terms(offer, zone: zone)
    else { return [] }
    return terms.sentences().map { .string($0) }
  }

  /// One line of the list.
  static func line(_ known: Offers.Known, in reading: borrowing some Reading & ~Copyable) throws -> JSON {
    let shown = try Offers.meant(known, in: reading)
    var members: [JSON.Member] = [
      .init("offer_id", .string(known.id.text)), .init("campaign_id", .string(known.campaign.text)),
      .init("latest", .integer(Int64(known.latest))),
    ]
    if let running = known.running { members.append(.init("running", .integer(Int64(running)))) }
    if let shown {
      members.append(.init("version", .integer(Int64(shown.offer.version))))
      members.append(.init("state", .string(shown.state.rawValue)))
      if let schedule = shown.schedule {
        members.append(.init("starts_at", .string(schedule.startsAt.description)))
        if let end = schedule.endsAt { members.append(.init("ends_at", .string(end.description))) }
      }
    }
    members.append(.init("changed_at", .string(known.changedAt.description)))
    return .object(members)
  }

  /// An offer with all that is known of it.
  static func whole(_ known: Offers.Known, in reading: borrowing some Reading & ~Copyable) throws -> JSON {
    guard case .object(var members) = try line(known, in: reading) else { return .null }
    members.append(.init("revision", .integer(known.revision)))
    if let from = known.effectiveFrom { members.append(.init("effective_from", .string(from.description))) }
    var versions: [JSON] = []
    for version in try Offers.versions(of: known.id, in: reading) {
      guard let offer = OfferVersion(offer: known.id, version: version.version), let row = try Offers.version(offer, in: reading) else {
        continue
      }
      versions.append(try self.version(row, withDocument: false, in: reading))
    }
    members.append(.init("versions", .array(versions)))
    members.append(
      .init(
        "turns",
        .array(
          try Offers.turns(of: known.id, in: reading).map { turn in
            var turned: [JSON.Member] = [
              .init("turn", .string(turn.turn)), .init("version", .integer(Int64(turn.version))), .init("at", .string(turn.at.description)),
              .init("by", .string(turn.by)),
            ]
            if let sentence = turn.sentence { turned.append(.init("sentence", .string(sentence))) }
            turned.append(.init("message_id", .string(turn.messageID)))
            return .object(turned)
          })))
    return .object(members)
  }

  /// One version: its state, instants and gate, what the ledger's look-back found, whom it was told.
  static func version(
    _ version: Offers.Version, withDocument: Bool, in reading: borrowing some Reading & ~Copyable
  ) throws -> JSON {
    var members: [JSON.Member] = [
      .init("offer_id", .string(version.offer.offer.text)), .init("version", .integer(Int64(version.offer.version))),
      .init("state", .string(version.state.rawValue)), .init("significance", .string(version.significance.rawValue)),
      .init("historical", .bool(version.historical)),
    ]
    if let schedule = version.schedule {
      members.append(.init("starts_at", .string(schedule.startsAt.description)))
      if let end = schedule.endsAt { members.append(.init("ends_at", .string(end.description))) }
      members.append(.init("look_back_from", .string(schedule.lookBackFrom.description)))
      members.append(
        .init(
          "reserve", ["amount_minor": .integer(schedule.reserve.minor), "currency": .string(schedule.reserve.currency.code)]))
      members.append(.init("gate", .array(try GateTurns.rows(of: version.offer, in: reading).map(row))))
    }
    if let content = try LookBacks.content(of: version.offer, in: reading) { members.append(.init("look_back", content)) }
    if let audience = try Preparations.view(of: version.offer, in: reading) { members.append(.init("audience", audience)) }
    if withDocument {
      let document = try JSON(parsing: version.document)
      members.append(.init("sentences", .array(sentences(document))))
      members.append(.init("document", document))
    }
    return .object(members)
  }

  static func row(_ row: Gate.Row) -> JSON {
    var members: [JSON.Member] = [
      .init("check", .string(row.check.rawValue)), .init("state", .string(row.state.rawValue)),
      .init("since", .string(row.since.description)),
    ]
    if let by = row.by { members.append(.init("by", .string(by.text))) }
    if let code = row.code { members.append(.init("code", .string(code))) }
    if let sentence = row.sentence { members.append(.init("sentence", .string(sentence))) }
    if let lift = row.liftedBy { members.append(.init("lifted_by", .string(lift))) }
    return .object(members)
  }
}
