import Contracts

/// What the benefit comes to on the lines that count, before limits.
///
/// Everything is worked out for whole lines, as if nothing had come back: only the last step takes the part that was kept.
struct GoodsAmounts {
  /// One for each line that counts, in order.
  private(set) var parts: [Part] = []
  /// Whether the benefit gives anything to what was kept.
  private(set) var hasShares = false
  /// Whether something of that is left beside what was had already.
  private(set) var hasNeeds = false

  init(_ evaluation: __shared Evaluation, _ counting: [Int]) {
    let document = evaluation.terms.document
    let given = LineRemedies(evaluation)
    let lines = evaluation.purchase.lines
    let bases = counting.map { place in
      document.combinesWith.isEmpty ? lines[place].base : max(0, lines[place].paid - given.ofNamedGroups(lines[place]))
    }
    let shares = Self.shares(document.benefit, bases, counting.map { lines[$0].quantity })
    parts.reserveCapacity(counting.count)
    for (index, place) in counting.enumerated() {
      let line = lines[place]
      var part = Part(place: place, units: line.kept, own: given.own(line))
      if line.kept > 0 {
        let already = max(0, line.base - line.paid) + given.ofSameGroup(line)
        let need = min(max(0, shares[index] - already), max(0, line.paid - given.ofAll(line)))
        if shares[index] > 0 { hasShares = true }
        if need > 0 { hasNeeds = true }
        // What is kept of a line is at most all of it, so the result fits.
        part.amount = line.kept == line.quantity ? need : Rounding.share(of: need, line.kept, by: line.quantity) ?? 0
      }
      parts.append(part)
    }
  }

  /// What falls on each base.
  static func shares(_ benefit: OfferDocument.Benefit, _ bases: [Int64], _ quantities: [Int64]) -> [Int64] {
    let sum = bases.reduce(0, +)
    switch benefit {
    case .percentOff(let basisPoints): return Rounding.split(Rounding.percent(basisPoints, of: sum) ?? 0, by: bases)
    case .amountOff(let amount, let perUnit):
      let (product, past) = amount.multipliedReportingOverflow(by: perUnit ? quantities.reduce(0, +) : 1)
      return Rounding.split(past ? sum : min(product, sum), by: bases)
    case .fixedPrice(let price, let perUnit):
      return bases.indices.map { index in
        let (product, past) = price.multipliedReportingOverflow(by: perUnit ? quantities[index] : 1)
        return past ? 0 : max(0, bases[index] - product)
      }
    case .freeShipping, .described: return bases.map { _ in 0 }
    }
  }
}

/// What the benefit comes to on the charges for shipping, which are one pot.
struct ShippingAmounts {
  /// What the benefit gives, and what of that is left beside what was had already.
  let share: Int64
  let need: Int64
  /// Places of the charges, and what was kept of each.
  let charges: [Int]
  let bases: [Int64]
  private let own: Int64

  // HOT: the document is asked where it stands, for a copy of it holds each of its texts anew.
  init(_ evaluation: __shared Evaluation, _ charges: [Int]) {
    let given = LineRemedies(evaluation)
    self.charges = charges
    bases = charges.map { evaluation.purchase.charges[$0].kept }
    let base = max(0, bases.reduce(0, +) - given.ofNamedGroups(nil))
    var most = base
    if case .freeShipping(let max?) = evaluation.terms.document.benefit { most = min(base, max) }
    share = most
    let all = evaluation.purchase.charges.reduce(0) { $0 + $1.kept }
    need = min(max(0, share - given.ofSameGroup(nil)), max(0, all - given.ofAll(nil)))
    own = given.own(nil)
  }

  var part: Part { Part(place: nil, amount: need, units: 0, own: own) }
}

/// One line's part of the amount, or the shipping's.
struct Part {
  /// The line's place; nil for the shipping.
  let place: Int?
  var amount: Int64 = 0
  /// How much of the quantity it is for.
  var units: Int64
  /// What was given under the same key before, for what is kept now.
  let own: Int64
}

/// What other remedies gave to a line, or to the shipping (nil): for the whole line, though some of it may have come back before.
struct LineRemedies {
  private let others: [Given]
  private let ownOnes: [Given]
  private let group: String
  private let named: [String]

  init(_ evaluation: __shared Evaluation) {
    others =
      evaluation.purchase.remedies.isEmpty
      ? [] : evaluation.purchase.remedies.filter { $0.isActive && $0.offer?.offer != evaluation.terms.document.offerID }
    ownOnes = evaluation.own
    group = evaluation.terms.document.group
    named = evaluation.terms.document.combinesWith
  }

  func ofSameGroup(_ line: Purchase.Line?) -> Int64 { others.isEmpty ? 0 : sum(line, of: others.filter { $0.group == group }) }
  func ofAll(_ line: Purchase.Line?) -> Int64 { sum(line, of: others) }

  func ofNamedGroups(_ line: Purchase.Line?) -> Int64 {
    others.isEmpty ? 0 : sum(line, of: others.filter { $0.group.map(named.contains) ?? false })
  }

  /// What this offer gave before, cut to what is kept now; rounded up, so that coming back never makes a cent.
  func own(_ line: Purchase.Line?) -> Int64 {
    ownOnes.reduce(0) { total, remedy in
      remedy.parts.reduce(total) { sum, part in
        guard part.lineID == line?.lineID else { return sum }
        guard let line, let kept = part.kept, kept > line.kept else { return sum + part.amount }
        return sum + Rounding.ceiling(of: part.amount, line.kept, by: kept)
      }
    }
  }

  private func sum(_ line: Purchase.Line?, of remedies: [Given]) -> Int64 {
    remedies.reduce(0) { total, remedy in
      remedy.parts.reduce(total) { sum, part in
        guard part.lineID == line?.lineID else { return sum }
        guard let line, let kept = part.kept, kept > 0, kept < line.quantity else { return sum + part.amount }
        // No line costs more, so a sum of them fits.
        return sum + min(Rounding.ceiling(of: part.amount, line.quantity, by: kept), Limits.amountMax)
      }
    }
  }
}
