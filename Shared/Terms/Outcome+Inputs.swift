package import Contracts

extension Outcome {
  /// Members of the inputs that tell what was given, part by part.
  fileprivate func parts(_ purchase: Purchase) -> JSON { .array(shares.compactMap { $0.inputs(purchase) }) }
}

extension Terms {
  /// What a decision looked at, for whoever asks why. Built only when asked for: a look-back decides faster than it explains.
  package func inputs(of outcome: Outcome, _ purchase: Purchase, _ history: History, life: Life, at now: Timestamp) -> JSON {
    func time(_ instant: Timestamp) -> JSON { .string(instant.description) }
    func tally(_ tally: Tally) -> JSON {
      ["amount_minor": .integer(tally.amount), "uses": .integer(tally.uses), "units": .integer(tally.units)]
    }
    var members: [JSON.Member] = [
      .init("terms", .string(document.offerVersion.description)), .init("look_back_from", time(lookBackFrom)),
      .init("starts_at", time(startsAt)), .init("effective_from", time(life.effectiveFrom)),
    ]
    if let endsAt { members.append(.init("ends_at", time(endsAt))) }
    members += [
      .init("placed_at", time(purchase.placedAt)), .init("recorded_at", time(purchase.recordedAt)), .init("asked_at", time(now)),
    ]
    if let interval = outcome.interval { members.append(.init("interval", .string(interval.rawValue))) }
    if outcome.dayPrecision { members.append(.init("day_precision", true)) }
    switch document.eligibility.customers {
    case .new, .existing: members.append(.init("earlier_order_at", history.earlierOrderAt.map(time) ?? .null))
    case .segment, .list:
      members.append(.init("is_member", .bool(history.membership.holds(at: purchase.placedAt))))
      if let span = history.membership.span(at: purchase.placedAt) {
        if span.from > .first { members.append(.init("member_from", time(span.from))) }
        if span.until < .last { members.append(.init("member_until", time(span.until))) }
      }
    case .everyone: break
    }
    if outcome.isGranted { members.append(.init("lines", outcome.parts(purchase))) }
    if document.limits.perCustomer != nil { members.append(.init("customer", tally(history.customer))) }
    if document.limits.total != nil { members.append(.init("total", tally(history.total))) }
    members += [.init("uncut_minor", .integer(outcome.uncut)), .init("used", tally(outcome.used))]
    return .object(members)
  }
}

extension Outcome.Share {
  fileprivate func inputs(_ purchase: Purchase) -> JSON? {
    if let charge {
      guard purchase.charges.indices.contains(charge) else { return nil }
      return [
        "method": .string(purchase.charges[charge].method), "base_minor": .integer(purchase.charges[charge].kept),
        "amount_minor": .integer(amount),
      ]
    }
    guard let line = purchase.lines.first(where: { $0.lineID == lineID }) else { return nil }
    return [
      "line_id": .string(line.lineID.text), "base_minor": .integer(line.base), "paid_minor": .integer(line.paid),
      "kept": .integer(line.kept), "of": .integer(line.quantity), "amount_minor": .integer(amount),
    ]
  }
}
