import Contracts

/// Whether customer service can answer for an offer: the words, those who say them, and where.
extension Gate {
  /// Every language and voice has a sheet that was verified for this version, by somebody who is still here.
  package static func sheets(_ known: GateKnowledge) -> Row {
    let lacks = known.sheets.required.compactMap { need in missing(need, known) }
    return row(.sheets, lacks, known, passedSince: known.sheets.known.filter { $0.turn == .verified }.map(\.at).max())
  }

  private static func missing(_ need: GateKnowledge.Sheets.Need, _ known: GateKnowledge) -> Lack? {
    let name = "the sheet of \(known.offer) in \(need.locale), voice \(need.voice),"
    let sheets = known.sheets.known.filter { $0.need == need && (known.floor...known.offer.version).contains($0.offerVersion) }
      .sorted { ($0.offerVersion, $0.at) > ($1.offerVersion, $1.at) }
    // A newer one that is only drafted takes nothing from one that may be used.
    let verified = sheets.filter { $0.turn == .verified }.map { unusable($0, name, known) }
    if verified.contains(where: { $0 == nil }) { return nil }
    if let lack = verified.first { return lack }
    guard let last = sheets.first else {
      return Lack(
        .waiting, "sheet_missing", since: known.askedAt, "\(name) is not written", lift: "customer service, with `accord sheet draft`")
    }
    guard last.turn == .drafted else {
      return Lack(
        .failed, "sheet_stale", since: last.at, by: last.by, "\(name) may not be used any more",
        lift: "customer service, with a new sheet")
    }
    return Lack(
      .waiting, "sheet_unverified", since: last.at, by: last.verifier ?? last.by, "\(name) is written and not verified",
      lift: last.verifier?.text ?? "a verifier, with `accord sheet verify`")
  }

  /// Why a verified sheet does not count; nil where it does.
  private static func unusable(_ sheet: GateKnowledge.Sheets.Sheet, _ name: String, _ known: GateKnowledge) -> Lack? {
    if let verifier = sheet.verifier, !known.isHeld(verifier), !(sheet.deputy.map { known.isHeld($0) } ?? false) {
      return Lack(
        .failed, "sheet_unowned", since: known.colleagues[verifier]?.changedAt ?? sheet.at, by: verifier,
        "\(name) was verified by \(verifier), who has left", lift: "customer service, by naming another verifier")
    }
    guard let review = sheet.reviewAt, review <= known.now else { return nil }
    return Lack(
      .failed, "sheet_overdue", since: review, by: sheet.verifier, "\(name) was to be looked at again by \(review)",
      lift: sheet.verifier?.text ?? "its verifier")
  }

  /// Enough of those who are there in the first hours have read it, and in each opening hour somebody for each language.
  package static func briefings(_ known: GateKnowledge) -> Row {
    guard let briefing = known.briefing else {
      return row(.briefings, [], known, note: "this offer asks nobody to be briefed")
    }
    let shifts = briefing.shifts.filter { shift in
      !shift.absent && shift.from < briefing.until && shift.to > known.startsAt && known.isHere(shift.agent)
        && (speaks(shift, known).isEmpty || briefing.locales.isEmpty || speaks(shift, known).contains { briefing.locales.contains($0) })
    }
    guard !shifts.isEmpty else {
      let lack = Lack(
        .waiting, "roster_missing", since: known.askedAt, "nobody is on the roster from \(known.startsAt) to \(briefing.until)",
        lift: "customer service, with `accord roster`")
      return row(.briefings, [lack], known)
    }
    var first: [Identifier<Colleague>: Timestamp] = [:]
    for shift in shifts { first[shift.agent] = min(first[shift.agent] ?? .last, shift.at) }
    let missing = first.keys.filter { !briefing.acknowledged.contains($0) }.sorted { $0.text < $1.text }
    var lacks: [Lack] = []
    let read = Int64(first.count - missing.count)
    if read * 100 < briefing.quorumPercent * Int64(first.count) {
      let names = missing.prefix(8).map(\.text).joined(separator: ", ") + (missing.count > 8 ? " and \(missing.count - 8) more" : "")
      let since = missing.compactMap { first[$0] }.map { max($0, known.askedAt) }.min() ?? known.askedAt
      lacks.append(
        Lack(
          .waiting, "briefing_quorum", since: since, by: missing.first,
          "\(read) of \(first.count) agents have read \(known.offer), \(briefing.quorumPercent) % must: \(names) \(missing.count == 1 ? "has" : "have") not",
          lift: missing.prefix(8).map(\.text).joined(separator: ", ")))
    }
    if let lack = uncovered(briefing, shifts, known) { lacks.append(lack) }
    return row(.briefings, lacks, known, passedSince: first.values.max())
  }

  /// The first opening hour in which nobody is there who has read it, for one of the languages.
  private static func uncovered(
    _ briefing: GateKnowledge.Briefing, _ shifts: [GateKnowledge.Briefing.Shift], _ known: GateKnowledge
  ) -> Lack? {
    let read = shifts.filter { briefing.acknowledged.contains($0.agent) }
    // Where nobody has read it at all, the quorum says so already.
    guard !read.isEmpty else { return nil }
    for locale in briefing.locales.isEmpty ? [""] : briefing.locales {
      let there = read.filter { locale.isEmpty || speaks($0, known).isEmpty || speaks($0, known).contains(locale) }
      guard let hour = briefing.openHours.first(where: { hour in !there.contains { $0.from <= hour.lowerBound && $0.to >= hour.upperBound } })
      else { continue }
      return Lack(
        .waiting, "briefing_uncovered", since: known.askedAt,
        "nobody who has read \(known.offer)\(locale.isEmpty ? "" : " and speaks \(locale)") is there from \(hour.lowerBound) to \(hour.upperBound)",
        lift: "customer service, with `accord roster` or another briefing")
    }
    return nil
  }

  private static func speaks(_ shift: GateKnowledge.Briefing.Shift, _ known: GateKnowledge) -> [String] {
    shift.locales.isEmpty ? known.colleagues[shift.agent]?.locales ?? [] : shift.locales
  }

  /// Each channel before the purchase has one after it. Where customer service keeps no list of them, there is nothing to hold against.
  package static func channels(_ known: GateKnowledge) -> Row {
    let counterparts = known.channels.counterparts
    guard !counterparts.isEmpty, !known.channels.before.isEmpty else {
      return row(.channels, [], known, note: "customer service keeps no list of counterparts for the channels of this offer")
    }
    let lacks = known.channels.before.filter { counterparts[$0] == nil }.map { channel in
      Lack(
        .waiting, "channel_unnamed", since: known.askedAt,
        "who buys by \(channel) has nobody to turn to afterwards: no counterpart is named",
        lift: "customer service, with `accord counterpart`")
    }
    return row(.channels, lacks, known)
  }

  /// Customers who are there already pay no more than new ones, or service has accepted why.
  package static func parity(_ known: GateKnowledge) -> Row {
    let parity = known.parity
    guard let gap = parity.gaps.first else { return row(.parity, [], known) }
    let more = parity.gaps.count > 1 ? " and \(parity.gaps.count - 1) more" : ""
    func lack(_ state: Row.State, _ code: String, _ since: Timestamp, _ by: Identifier<Colleague>?, _ rest: String, _ lift: String) -> Row {
      row(.parity, [Lack(state, code, since: since, by: by, "existing customers pay more: \(gap)\(more); \(rest)", lift: lift)], known)
    }
    guard let exception = parity.exception else {
      return lack(
        .failed, "parity_gap", known.askedAt, nil, "nobody has said why that is right", "marketing, by a new version with a parity_exception")
    }
    guard known.now < exception.endsAt else {
      return lack(
        .failed, "parity_over", exception.endsAt, exception.approver, "the exception ended at \(exception.endsAt)",
        "marketing, by a new version")
    }
    guard known.isHeld(exception.approver) else {
      return lack(
        .failed, "parity_unowned", known.colleagues[exception.approver]?.changedAt ?? known.askedAt, exception.approver,
        "\(exception.approver), who is to approve it, has left", "marketing, by naming another approver")
    }
    guard let approval = parity.approval, (known.floor...known.offer.version).contains(approval.version) else {
      return lack(
        .waiting, "parity_unapproved", known.askedAt, exception.approver,
        "the exception (\(exception.reason)) waits for \(exception.approver)", exception.approver.text)
    }
    guard approval.approved else {
      return lack(.failed, "parity_refused", approval.at, approval.by, "\(approval.by) does not accept the exception", approval.by.text)
    }
    return row(.parity, [], known, passedSince: approval.at, note: "\(approval.by) accepted the exception (\(exception.reason))")
  }
}
