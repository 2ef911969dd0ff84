import Contracts
import Host
import MarketingDomain
import Store
import Telemetry
import Terms

/// What people do about a gate that does not hold.
extension OfferDeeds {
  /// How long a second person may take to confirm an emergency.
  static let confirmWithin = Duration.seconds(3_600)

  /// Lets checks of a version pass that has its time; what is live or over has no gate to pass.
  func waive(_ waiving: Waiving, of offer: OfferVersion, in transaction: borrowing Transaction) throws {
    try telling.occasion.needs(.operator, .supervisor, because: "whoever makes an offer does not waive its checks")
    let version = try known(offer, in: transaction)
    guard [.scheduled, .blocked].contains(version.state) else {
      throw Refused(
        409, "offer_state", "\(offer) is \(version.state): only what is scheduled or blocked waits at its gate; schedule it first")
    }
    for check in waiving.checks {
      guard let told = GateWaived.Check(rawValue: check.rawValue) else { continue }
      try telling.tell(
        .gateWaived(
          GateWaived(
            offerID: offer.offer, version: offer.version, check: told, reason: waiving.reason, by: telling.by, at: now)),
        in: transaction)
    }
    telling.desk.log.warning(
      "gate.waived", "\(telling.by) waived \(waiving.checks.map(\.rawValue).joined(separator: ", ")) of \(offer): \(waiving.reason)")
    try Gatekeeping.settle(offer, telling, in: transaction)
  }

  // MARK: Emergencies

  /// The first of two people wants an offer live although its gate does not hold. Nothing happens until the second confirms it.
  func askEmergency(
    _ offer: OfferVersion, with second: String?, reason: String?, in transaction: borrowing Transaction
  ) throws {
    let version = try known(offer, in: transaction)
    guard let second = second.flatMap({ try? Identifier<Colleague>($0) }) else {
      throw Refused(422, "with", "with: an emergency needs a second named person, such as supervisor/ruth; name them with --with")
    }
    guard second != telling.by else {
      throw Refused(422, "with", "with: the second person is another one than \(telling.by), who asks; name somebody else")
    }
    try confirmMay(second, in: transaction)
    // It stands in the launch itself, where there is room for a line.
    guard let reason, (1...Limits.textBytesMax).contains(reason.utf8.count) else {
      throw Refused(
        422, "reason", "reason: an emergency has one, of 1 to \(Limits.textBytesMax) characters; write it with --reason")
    }
    let lacks = try open(version, in: transaction)
    for row in lacks {
      guard let check = GateWaived.Check(rawValue: row.check.rawValue) else { continue }
      try telling.tell(
        .gateWaived(
          GateWaived(
            offerID: offer.offer, version: offer.version, check: check, reason: reason, by: telling.by, awaits: second, at: now)),
        in: transaction)
    }
    telling.desk.log.warning(
      "offer.emergency",
      "\(telling.by) wants \(offer) live although \(lacks.count) checks do not hold; \(second) must confirm it: \(reason)")
  }

  /// Who may confirm an emergency, beside the operator.
  static let confirmers: [Principal.Role] = [.marketer, .supervisor, .lead]

  /// Goes on where `second` works here and may confirm: else everybody would wait for somebody who never can.
  private func confirmMay(_ second: Identifier<Colleague>, in transaction: borrowing Transaction) throws {
    switch try Presence.of(second, in: transaction) {
    // Where nobody was told of yet, or it is whoever holds the mesh's own credential, there is nobody to look up.
    case .here(nil): return
    case .nobody where second.text == OperatorDoor.principal: return
    case .here(let known?):
      guard !Principal(known).has(Self.confirmers) else { return }
      throw Refused(422, "with", "with: \(second) may not confirm a launch; name a marketer, a lead or a supervisor")
    case .left: throw Refused(422, "with", "with: \(second) has left and can confirm nothing; name somebody who works here")
    case .nobody:
      throw Refused(
        422, "with", "with: nobody is known as \(second); name somebody who works here (`accord colleague list` shows them)")
    }
  }

  /// The rows that an emergency would pass over; refused where there are none, where the terms do not hold, or before the start.
  private func open(_ version: Offers.Version, in transaction: borrowing Transaction) throws -> [Gate.Row] {
    let offer = version.offer
    guard [.scheduled, .blocked].contains(version.state), let schedule = version.schedule else {
      throw Refused(
        409, "offer_state", "\(offer) is \(version.state): an emergency is for what is blocked or waits; schedule it first")
    }
    try LaunchTime.confirmLaunch(
      offer, startsAt: schedule.startsAt, endsAt: schedule.endsAt, historical: false,
      isRunning: try isRunning(offer.offer, besides: offer, in: transaction), at: now)
    let lacks = try Gatekeeping.lacks(offer, telling, in: transaction)
    if let terms = lacks.first(where: { $0.check == .terms }) {
      throw Refused(409, "offer_gate", "no emergency passes over the terms: \(terms.sentence ?? "they do not hold")")
    }
    guard !lacks.isEmpty else {
      throw Refused(409, "no_emergency", "every check of \(offer) holds: there is no emergency; launch it with `accord offer launch`")
    }
    return lacks
  }

  /// The second person confirms an emergency with their own credential: the offer is live from now on, and both are named.
  func confirmEmergency(_ offer: OfferVersion, in transaction: borrowing Transaction) throws {
    var version = try known(offer, in: transaction)
    let asked = try GateTurns.awaiting(offer, since: now.adding(.zero - Self.confirmWithin), in: transaction)
    guard let first = asked.first, let second = first.awaits else {
      throw Refused(
        409, "no_emergency",
        "nobody asked for an emergency launch of \(offer) within the last hour; ask with `accord offer launch --emergency`")
    }
    guard second == telling.by else {
      throw Refused(
        403, "not_asked", "\(first.by) asked \(second) to confirm it, not \(telling.by); \(second) confirms with their own credential")
    }
    if try Colleagues.isActive(first.by, in: transaction) == false {
      throw Refused(
        409, "asker_left",
        "\(first.by) asked for it and has left since; somebody who works here asks anew (`accord offer launch --emergency`)")
    }
    if version.state == .blocked { try ask(offer, try terms(of: version), in: transaction) }
    version = try known(offer, in: transaction)
    let rows = try Gatekeeping.look(offer, again: true, confirmed: asked, telling, in: transaction)
    guard version.state == .scheduled, let schedule = version.schedule else {
      throw Refused(409, "offer_state", "\(offer) is \(version.state) by now: there is nothing to confirm")
    }
    guard Gate.isOpen(rows) else { throw OfferRefusal.gateShut(offer, sentences: Gate.reasons(rows)) }
    telling.desk.log.warning(
      "offer.emergency", "\(first.by) and \(second) let \(offer) go live although its gate did not hold: \(first.reason)")
    try Gatekeeping.goLive(
      version, schedule, historical: false, emergency: .init(by: [first.by, second], reason: first.reason), lacking: asked.map(\.check),
      by: second, telling, in: transaction)
  }

  // MARK: Silence

  /// Lets campaign messages leave although the others were not heard for hours. `heard` is up to when they were.
  func releaseBlind(
    _ offer: OfferVersion, heard: Timestamp?, reason: String?, in transaction: borrowing Transaction
  ) throws {
    let version = try known(offer, in: transaction)
    guard let reason, (1...Limits.sentenceBytesMax).contains(reason.utf8.count) else {
      throw Refused(422, "reason", "reason: a release has one, of 1 to \(Limits.sentenceBytesMax) characters; write it with --reason")
    }
    guard version.state == .live, let launched = try Offers.launched(offer, in: transaction) else {
      throw Refused(409, "offer_state", "\(offer) is \(version.state): only messages of a live offer wait to leave")
    }
    guard let after = try Policies.duration("blind", "released_by_hand_after", in: transaction) else {
      throw Refused(409, "no_policy", "the policy blind does not say after how long a silence may be passed over; publish one that does")
    }
    // Where nothing was heard since this program began, its silence is not older than the launch.
    let since = heard ?? launched
    let until = since.adding(after)
    guard now >= until else {
      throw Refused(
        409, "not_blind_long_enough",
        "the ledger and customer service were heard up to \(since): messages may be released by hand from \(until) on, if they stay silent")
    }
    try telling.tell(
      .gateWaived(
        GateWaived(offerID: offer.offer, version: offer.version, check: .blind, reason: reason, by: telling.by, at: now)), in: transaction)
    telling.desk.log.warning(
      "offer.released_blind", "\(telling.by) lets messages of \(offer) leave on what was known at \(since): \(reason)")
    try Preparations.goOn(offer, at: now, in: transaction)
  }
}
