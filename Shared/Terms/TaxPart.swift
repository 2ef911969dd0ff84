package import Contracts

/// How much of a remedy is tax.
package enum TaxPart {
  /// Of `amount`, given back of a price of `paid`, what each tax that the price contains had of it: half-even, never more than the amount
  /// in sum. A tax that was added to the price is not in it.
  package static func split(_ amount: Int64, of paid: Int64, _ taxes: [OrderCaptured.Tax]) -> [OrderCaptured.Tax] {
    guard amount > 0, paid > 0 else { return [] }
    var left = amount
    return taxes.compactMap { tax in
      guard tax.inclusive, let part = Rounding.share(of: amount, tax.amount.minor, by: paid) else { return nil }
      let kept = min(part, left)
      left -= kept
      return kept > 0
        ? OrderCaptured.Tax(amount: Money(minor: kept, tax.amount.currency), jurisdiction: tax.jurisdiction, inclusive: true) : nil
    }
  }

  /// The same over an outcome's shares, summed by jurisdiction in the order in which they first occur.
  package static func split(_ shares: [Outcome.Share], of purchase: Purchase) -> [OrderCaptured.Tax] {
    var sums: [OrderCaptured.Tax] = []
    for share in shares {
      let parts: [OrderCaptured.Tax]
      if let charge = share.charge {
        guard purchase.charges.indices.contains(charge) else { continue }
        parts = split(share.amount, of: purchase.charges[charge].paid, purchase.charges[charge].tax)
      } else {
        guard let line = purchase.lines.first(where: { $0.lineID == share.lineID }) else { continue }
        parts = split(share.amount, of: line.paid, line.tax)
      }
      for part in parts {
        if let index = sums.firstIndex(where: { $0.jurisdiction == part.jurisdiction }),
          let sum = try? sums[index].amount.adding(part.amount)
        {
          // One order, one currency, and parts of one amount: the sum always fits.
          sums[index].amount = sum
        } else {
          sums.append(part)
        }
      }
    }
    return sums
  }
}
