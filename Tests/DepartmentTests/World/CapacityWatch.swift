import Contracts

/// What customer service has, by what it told, and what it has promised of it: never more than there is.
struct CapacityWatch {
  private var slots: [Identifier<CapacitySlot>: CapacityChanged] = [:]
  /// What was answered last to each promise, by offer and promise.
  private var answers: [String: PromiseAnswered] = [:]
  /// Offers that are over: what they held is free again.
  private var over: Set<Identifier<Offer>> = []

  mutating func changed(_ fact: CapacityChanged) { slots[fact.slotID] = fact }

  mutating func turned(_ fact: OfferTurned) { if fact.turn == .ended || fact.turn == .cancelled { over.insert(fact.offerID) } }

  /// Customer service has answered: what it has promised by now beyond what is there.
  mutating func answered(_ fact: PromiseAnswered) -> String? {
    let key = "\(fact.offerID) \(fact.promiseID)"
    if let before = answers[key], before.version > fact.version { return nil }
    answers[key] = fact
    guard fact.answer == .yes, let demand = GateWatch.demand(fact.offerID, fact.promiseID), let wanted = demand.quantity else { return nil }
    var sum = wanted
    for other in answers.values where other.offerID != fact.offerID && other.answer == .yes && other.expiresAt > fact.at {
      guard !over.contains(other.offerID), let held = GateWatch.demand(other.offerID, other.promiseID), held.kind == demand.kind,
        held.sku == demand.sku
      else { continue }
      sum += held.quantity ?? 0
    }
    guard let least = Self.least(Array(slots.values), demand, from: fact.at), sum > least else { return nil }
    return "\(sum) of \(demand.kind) are promised, with \(fact.promiseID) of \(fact.offerID), and there are \(least)"
  }

  /// The least that there is at any time of a demand's window from `instant` on; nil where nothing was said of that time.
  static func least(_ slots: [CapacityChanged], _ demand: GateWatch.Demand, from instant: Timestamp) -> Int64? {
    let own = slots.filter { $0.kind == demand.kind && $0.sku?.text == demand.sku && $0.from < $0.to }
    let from = max(instant, demand.from)
    let marks = [from] + own.flatMap { [$0.from, $0.to] }.filter { $0 > from && $0 < demand.to }
    return marks.compactMap { mark -> Int64? in
      guard mark < demand.to else { return nil }
      let there = own.filter { $0.from <= mark && mark < $0.to }
      return there.isEmpty ? nil : there.map(\.quantity).reduce(0, +)
    }.min()
  }

  static func words(_ fact: CapacityChanged) -> String { "\(fact.from) to \(fact.to): \(fact.quantity)" }

  /// What marketing has otherwise than it was told; nil where all is the same.
  func difference(from others: [String: String]) -> String? {
    let own = Dictionary(uniqueKeysWithValues: slots.map { ($0.key.text, Self.words($0.value)) })
    guard own != others else { return nil }
    let names = Set(own.keys).union(others.keys).sorted().filter { own[$0] != others[$0] }
    return "of \(names) customer service has \(names.map { own[$0] ?? "nothing" }), marketing \(names.map { others[$0] ?? "nothing" })"
  }
}
