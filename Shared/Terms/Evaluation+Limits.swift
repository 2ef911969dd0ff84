import Contracts

/// Limits: what is left of them cuts the amount, after rounding. Per order, then per customer, then in total.
extension Evaluation {
  private struct Limit {
    let cap: OfferDocument.Cap
    let tally: Tally
    let reason: Reason
  }

  /// What was given under this offer's key before.
  private var given: Tally { Tally(amount: own.reduce(0) { $0 + $1.amount }, uses: 0, units: own.reduce(0) { $0 + $1.units }) }

  private var limits: [Limit] {
    let limits = terms.document.limits
    var result: [Limit] = []
    if let cap = limits.perOrder { result.append(Limit(cap: cap, tally: given, reason: .capOrder)) }
    if let cap = limits.perCustomer, purchase.personID != nil {
      result.append(Limit(cap: cap, tally: history.customer, reason: .capCustomer))
    }
    if let cap = limits.total { result.append(Limit(cap: cap, tally: history.total, reason: .capTotal)) }
    return result
  }

  /// The outcome that `parts` come to within the limits. For shipping `amounts` says how the one part falls on the charges.
  func limited(_ parts: [Part], over amounts: ShippingAmounts? = nil) -> Outcome {
    var outcome = Outcome(.eligibleZero, terms.document.currency)
    outcome.uncut = sum(parts)
    guard outcome.uncut > 0 else { return outcome }
    let isTopUp = !own.isEmpty
    let isNewUse = !isTopUp && !history.subscriptionUses
    let given = given
    let limits = limits
    var parts = parts
    var isCut = false
    for limit in limits {
      if isNewUse, let uses = limit.cap.uses, limit.tally.uses >= uses { return emptied(limit, outcome) }
      // As if nothing had been given under the same key: what it took is taken again, not twice.
      if let units = limit.cap.units, cut(&parts, toUnits: max(0, units - max(0, limit.tally.units - given.units))) { isCut = true }
      if let amount = limit.cap.amount, cut(&parts, to: max(0, amount - max(0, limit.tally.amount - given.amount))) { isCut = true }
      if sum(parts) == 0 { return emptied(limit, outcome) }
    }
    let units = parts.reduce(0) { $0 + ($1.amount > 0 ? $1.units : 0) }
    if isTopUp {
      deductOwn(&parts)
      // What came back since does not make room: a limit counts what was given.
      for limit in limits {
        if let amount = limit.cap.amount, cut(&parts, to: max(0, amount - limit.tally.amount)) { isCut = true }
      }
      if sum(parts) == 0 { return outcome }
    }
    outcome.amount = sum(parts)
    outcome.reason = isCut ? .grantedCut : .granted
    outcome.shares = shares(parts, amounts)
    outcome.used = Tally(amount: outcome.amount, uses: isNewUse ? 1 : 0, units: max(0, units - given.units))
    return outcome
  }

  private func emptied(_ limit: Limit, _ outcome: Outcome) -> Outcome {
    var outcome = outcome
    outcome.reason = limit.reason
    return outcome
  }

  private func sum(_ parts: [Part]) -> Int64 { parts.reduce(0) { $0 + $1.amount } }

  /// Cuts to `units`, used up line by line; of the line that they end in, the part that they are of it. Whether something was cut.
  private func cut(_ parts: inout [Part], toUnits units: Int64) -> Bool {
    var left = units
    var isCut = false
    for index in parts.indices where parts[index].amount > 0 {
      if parts[index].units <= left {
        left -= parts[index].units
      } else {
        parts[index].amount = Rounding.share(of: parts[index].amount, left, by: parts[index].units) ?? 0
        parts[index].units = left
        left = 0
        isCut = true
      }
    }
    return isCut
  }

  /// Cuts to `amount`, each part alike. Whether something was cut.
  private func cut(_ parts: inout [Part], to amount: Int64) -> Bool {
    guard sum(parts) > amount else { return false }
    let cut = Rounding.split(amount, by: parts.map(\.amount))
    for index in parts.indices { parts[index].amount = cut[index] }
    return true
  }

  /// Leaves what comes on top of what was given before: line by line, and in sum. What a line that came to the order moved from one
  /// line to another is not given twice.
  private func deductOwn(_ parts: inout [Part]) {
    let before = sum(parts)
    let given = parts.reduce(0) { $0 + $1.own }
    for index in parts.indices { parts[index].amount = max(0, parts[index].amount - parts[index].own) }
    _ = cut(&parts, to: max(0, before - given))
  }

  private func shares(_ parts: [Part], _ amounts: ShippingAmounts?) -> [Outcome.Share] {
    if let amounts, let part = parts.first {
      let split = Rounding.split(part.amount, by: amounts.bases)
      return zip(amounts.charges, split).filter { $0.1 > 0 }.map { Outcome.Share(lineID: nil, charge: $0.0, amount: $0.1) }
    }
    return parts.compactMap { part in
      guard let place = part.place, part.amount > 0 else { return nil }
      return Outcome.Share(lineID: purchase.lines[place].lineID, amount: part.amount)
    }
  }
}
