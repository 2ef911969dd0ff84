package import Contracts

/// What a return takes back of a remedy: the customer gets back what was really paid.
package enum ClawBack {
  /// Of a remedy's `share` on a line: for `returned` of `quantity` so far, less what was clawed back `already`. Half-even.
  ///
  /// Where some of the line was returned before the remedy was decided, the share is for the rest: `quantity` is what was kept then,
  /// and `returned` counts from then on.
  package static func due(share: Int64, returned: Int64, of quantity: Int64, already: Int64) -> Int64 {
    guard quantity > 0, returned > 0, share > 0 else { return 0 }
    let due = Rounding.share(of: share, min(returned, quantity), by: quantity) ?? 0
    return max(0, due - already)
  }

  /// On a downgrade of a plan: for the days of the period that were not used.
  package static func due(share: Int64, unusedDays: Int64, of days: Int64, already: Int64) -> Int64 {
    due(share: share, returned: unusedDays, of: days, already: already)
  }

  /// What a purchase as it stands owes on a remedy, part by part; nothing where the terms do not claw back, or where all of it together,
  /// that which was taken before included, is less than they bother to ask for.
  ///
  /// Never above `refundMax`, what is paid back for the goods: a return never ends in a bill. Shipping falls only with its charge.
  package static func due(
    _ given: Given, _ purchase: Purchase, _ remedy: OfferDocument.Remedy, refundMax: Int64
  ) -> [Part] {
    guard remedy.clawsBack, given.isActive else { return [] }
    var parts: [Part] = []
    var left = refundMax
    var shipping = Self.shipping(given, purchase)
    for (place, part) in given.parts.enumerated() {
      var amount: Int64
      if purchase.isCancelled {
        amount = part.amount - part.clawedBack
      } else if let lineID = part.lineID {
        guard let line = purchase.lines.first(where: { $0.lineID == lineID }) else { continue }
        let kept = part.kept ?? line.quantity
        amount = due(share: part.amount, returned: kept - line.kept, of: kept, already: part.clawedBack)
      } else {
        amount = min(part.amount - part.clawedBack, shipping)
        shipping -= amount
      }
      amount = min(amount, left)
      left -= amount
      if amount > 0 { parts.append(Part(place: place, lineID: part.lineID, amount: amount)) }
    }
    // All of it together: what comes back in ten parcels leaves no more than what comes back in one.
    let sum = parts.reduce(given.clawedBack) { $0 + $1.amount }
    return sum < remedy.waiveBelow ?? 0 ? [] : parts
  }

  /// What is still to be taken back of what a remedy gave on the shipping: the first money that is paid back is what it left to be paid.
  private static func shipping(_ given: Given, _ purchase: Purchase) -> Int64 {
    let parts = given.parts.filter { $0.lineID == nil }
    let amount = parts.reduce(0) { $0 + $1.amount }
    let stillPaid = purchase.charges.reduce(0) { $0 + $1.kept }
    return max(0, amount - stillPaid - parts.reduce(0) { $0 + $1.clawedBack })
  }

  /// What is taken back of one part of a remedy.
  package struct Part: Sendable, Equatable {
    /// The part's place in the remedy.
    package let place: Int
    package let lineID: Identifier<OrderLine>?
    package let amount: Int64
  }
}
