package import Contracts

/// What the terms give: the one door that ledger, marketing and service enter by.
extension Terms {
  /// The decision on one order as it stands, under a version that lived so. Pure: the same arguments give the same outcome.
  ///
  /// `now` is when the fact was recorded that asks for the decision: after ends_at + honour_for nothing new is given. A look-back that
  /// runs late is asked for by the launch, not by the clock when it gets to run.
  /// Limits are looked up in `history`; whoever decides on many orders at once uses a `Decisions`. For a rehearsal before the launch
  /// the life is `Life(effectiveFrom: terms.startsAt)`.
  package func evaluate(_ purchase: Purchase, _ history: History, life: Life, at now: Timestamp) -> Outcome {
    Evaluation(self, purchase, history, life, at: now).outcome()
  }

  /// When the order's turn is among many: the time of its first line that counts, else the order's own.
  package func turn(of purchase: Purchase, life: Life) -> Timestamp {
    let usual = time(of: purchase)
    guard purchase.lines.contains(where: { $0.addedAt != nil }) else { return usual }
    return Evaluation(self, purchase, History(), life, at: usual).reach().lines.map { purchase.lines[$0].addedAt ?? usual }.min() ?? usual
  }
}
