package import Contracts

/// How one line or one charge of an order stands to an offer: it counts, or the first reason why it does not.
package struct LineAccount: Sendable, Equatable {
  /// Its place among the order's lines or charges.
  package let place: Int
  /// Where its time lies; nil outside all intervals.
  package let interval: Interval?
  /// Nil where it counts.
  package let reason: Reason?
}

extension Terms {
  /// Line by line and charge by charge what `evaluate` looked at, for whoever asks why. Lines do not bear on the amount of a shipping
  /// offer; there only those that exclude the whole order have a reason, and for offers on goods no charge counts.
  package func accounts(
    of purchase: Purchase, _ history: History, life: Life, at now: Timestamp
  ) -> (lines: [LineAccount], charges: [LineAccount]) {
    let evaluation = Evaluation(self, purchase, history, life, at: now)
    let reach = evaluation.reach()
    let isPlan = purchase.subscriptionID != nil
    let usual = evaluation.usual
    guard document.benefit.isShipping else {
      let lines = purchase.lines.indices.map { place -> LineAccount in
        let line = purchase.lines[place]
        let interval = line.addedAt.map { self.interval(of: $0, life) } ?? usual
        guard reach.lines.contains(place) else {
          return LineAccount(place: place, interval: interval, reason: interval == nil ? .outsideWindow : .inCheckout)
        }
        return LineAccount(place: place, interval: interval, reason: reason(against: line, isPlan: isPlan))
      }
      return (lines, [])
    }
    let lines = purchase.lines.indices.map { place in
      let line = purchase.lines[place]
      let isExcluded = line.quantity > 0 && selecting.excludes(line, isPlan: isPlan)
      return LineAccount(place: place, interval: usual, reason: isExcluded ? .excludedItem : nil)
    }
    let charges = purchase.charges.indices.map { place in
      let charge = purchase.charges[place]
      let isMeant = charge.paid > 0 && selecting.includes(charge)
      return LineAccount(place: place, interval: usual, reason: isMeant ? (charge.kept > 0 ? nil : .returned) : .excludedItem)
    }
    return (lines, charges)
  }

  private func reason(against line: Purchase.Line, isPlan: Bool) -> Reason? {
    if line.seller != nil { return .otherSeller }
    guard line.quantity > 0, line.paid > 0, selecting.includes(line, isPlan: isPlan) else { return .excludedItem }
    return line.kept > 0 ? nil : .returned
  }
}
