import Contracts
import Terms

/// The rows that others have the word on: their rules are those of the departments that keep them, in Terms.
extension Gate {
  /// Every promise is answered with a yes that still stands. Silence is never a yes.
  package static func promises(_ known: GateKnowledge) -> Row {
    row(.promises, known.book.promisesWord(of: known.offer, at: known.now), known)
  }

  /// What was answered is there, in each hour, beside what others hold. Where nothing was answered yet the row of the promises says so,
  /// unless somebody let that pass; and whoever has not read the offer is the briefings' matter until that row holds: from then on nobody
  /// counts on them. Without these rows it is looked at as for an offer that is live, which is read at login.
  package static func capacity(_ known: GateKnowledge, beside promises: Row? = nil, _ briefings: Row? = nil) -> Row {
    var book = known.book
    if let briefings, holds(briefings), let rule = briefingRule(known) {
      book.leaveOut(rule.unread(known.read, counting: known.versions, known.contacts), of: known.offer.offer)
    }
    let word = book.capacityWord(of: known.offer, at: known.now)
    return row(.capacity, word?.state == .waiting && promises?.state != .waived ? nil : word, known)
  }

  /// Whether a drop pauses the offer: a promise that says so can be kept no longer.
  package static func pauses(_ known: GateKnowledge) -> Bool {
    known.book.shortfalls(at: known.now).contains { $0.promise.offerID == known.offer.offer && $0.promise.onDrop == .pause }
  }

  private static func row(_ check: Check, _ word: CapacityBook.Word?, _ known: GateKnowledge) -> Row {
    guard let word else { return Row(check: check, state: .passed, since: known.askedAt) }
    return Row(
      check: check, state: word.state, since: max(word.since, known.askedAt), sentence: word.sentence.map { String($0.prefix(900)) },
      code: word.code, liftedBy: word.liftedBy)
  }

  /// Every language and voice has a sheet that was verified for this version, with somebody who answers for it.
  package static func sheets(_ known: GateKnowledge) -> Row {
    GateSheets.row(
      known.terms.document.sheetsRequired, known.sheets, counting: known.versions, known.colleagues, asked: known.askedAt, at: known.now)
  }

  /// Enough of those who are there in the first hours have read it, and in each opening hour somebody for each language.
  package static func briefings(_ known: GateKnowledge) -> Row {
    briefingRule(known)?.row(known.read, counting: known.versions, asked: known.askedAt)
      ?? Row(check: .briefings, state: .passed, since: known.askedAt)
  }

  private static func briefingRule(_ known: GateKnowledge) -> GateBriefings? {
    GateBriefings(known.terms, roster: known.roster, known.colleagues, rule: known.rule, at: known.now)
  }

  /// Each channel before the purchase has one after it, and somebody is there within its hours.
  package static func channels(_ known: GateKnowledge) -> Row {
    let zones = known.zones
    return GateChannels(
      known.terms, known.counterparts, soldBy: known.soldBy, roster: known.roster, known.colleagues, at: known.now, zone: { zones[$0] }
    ).row(asked: known.askedAt)
  }

  /// Customers who are there already pay no more than new ones, or service has accepted why.
  package static func parity(_ known: GateKnowledge) -> Row {
    let parity = known.parity
    guard let gap = parity.gaps.first else { return Row(check: .parity, state: .passed, since: known.askedAt) }
    let more = parity.gaps.count > 1 ? " and \(parity.gaps.count - 1) more" : ""
    func lack(_ state: Row.State, _ code: String, _ since: Timestamp, _ by: Identifier<Colleague>?, _ rest: String, _ lift: String) -> Row {
      Row(
        check: .parity, state: state, since: max(since, known.askedAt), by: by,
        sentence: "existing customers pay more: \(gap)\(more); \(rest)", code: code, liftedBy: lift)
    }
    guard let exception = parity.exception else {
      return lack(
        .failed, "parity_gap", known.askedAt, nil, "nobody has said why that is right",
        "marketing, by a new version with a parity_exception")
    }
    let approver = exception.approver
    guard known.now < exception.endsAt else {
      let owner = Identifier<Colleague>(restoring: known.terms.document.owner.text)
      return lack(
        .failed, "parity_over", max(exception.endsAt, parity.openedAt ?? .first), approver, "the exception ended at \(exception.endsAt)",
        "\(known.colleagues.heir(of: owner) ?? owner), by a new version whose exception ends later, which \(approver) accepts, or by "
          + "`accord offer end \(known.offer.offer)`")
    }
    guard let heir = known.colleagues.heir(of: approver) else {
      return lack(
        .failed, "parity_unowned", known.colleagues.colleagues[approver]?.at ?? known.askedAt, approver,
        "\(approver), who is to approve it, has left", "marketing, by naming another approver")
    }
    guard let approval = parity.approval, known.versions.contains(approval.version) else {
      return lack(
        .waiting, "parity_unapproved", known.askedAt, heir, "the exception (\(exception.reason)) waits for \(heir)",
        "\(heir), with `accord parity approve \(known.offer)`")
    }
    guard approval.approved else {
      return lack(.failed, "parity_refused", approval.at, approval.by, "\(approval.by) does not accept the exception", approval.by.text)
    }
    return Row(
      check: .parity, state: .passed, since: max(approval.at, known.askedAt), by: approval.by,
      sentence: "\(approval.by) accepted the exception (\(exception.reason))")
  }
}
