package import Contracts

/// What one pool of people or goods can do along the time: hours of the same kind that never lie over each other.
package struct CapacityLine: Sendable, Equatable {
  package let kind: PromiseKind
  package let sku: Identifier<Product>?
  /// Such as a site; what several pools can do adds up.
  package let pool: String

  package init(kind: PromiseKind, sku: Identifier<Product>?, pool: String) {
    self.kind = kind
    self.sku = sku
    self.pool = pool
  }

  /// What the names of its slots begin with.
  private var prefix: String { "\(kind.rawValue)\(sku.map { ".\($0)" } ?? "")@\(pool)/" }

  /// Whether a slot is one of this pool.
  package func holds(_ slot: Identifier<CapacitySlot>) -> Bool { slot.text.hasPrefix(prefix) }

  private func slotID(_ from: Timestamp) -> Identifier<CapacitySlot> {
    let name = "\(prefix)\(from.milliseconds)"
    guard let id = try? Identifier<CapacitySlot>(name) else { return Identifier(restoring: String(name.suffix(Limits.identifierBytesMax))) }
    return id
  }

  /// The facts by which `hours` come to `quantity`; nothing where they have it already. Slots that reach into them are cut, and what of one
  /// lies behind them becomes a slot of its own.
  ///
  /// ```
  /// before   ├──── 120 ─────────────────┤
  /// said               ├─ 60 ─┤
  /// after    ├── 120 ──┼─ 60 ─┼── 120 ──┤
  /// ```
  package func carving(
    _ hours: Range<Timestamp>, _ quantity: Int64, cause: String?, out slots: [Identifier<CapacitySlot>: CapacityChanged],
    by: Identifier<Colleague>, at now: Timestamp
  ) -> [CapacityChanged] {
    let own = slots.values.filter { holds($0.slotID) }
    var wanted: [Identifier<CapacitySlot>: CapacityChanged] = [:]
    func slot(_ range: Range<Timestamp>, _ quantity: Int64, _ cause: String?) {
      let id = slotID(range.lowerBound)
      // Always later than the fact before it, so that every department takes the same for the last.
      let after = slots[id].map { max(now, $0.at.adding(.milliseconds(1))) } ?? now
      wanted[id] = CapacityChanged(
        slotID: id, from: range.lowerBound, to: range.upperBound, kind: kind, sku: sku, quantity: quantity, cause: cause, by: by, at: after)
    }
    for one in own where one.from < hours.upperBound && hours.lowerBound < one.to {
      if one.from < hours.lowerBound { slot(one.from..<hours.lowerBound, one.quantity, one.cause) }
      if hours.upperBound < one.to { slot(hours.upperBound..<one.to, one.quantity, one.cause) }
      // One that lies inside is no more: it has no length.
      if hours.lowerBound < one.from { slot(one.from..<one.from, 0, cause) }
    }
    slot(hours, quantity, cause)
    let facts = wanted.values.filter { new in
      guard let known = slots[new.slotID] else { return new.from < new.to }
      return known.from != new.from || known.to != new.to || known.quantity != new.quantity
    }.sorted { ($0.from, $0.slotID) < ($1.from, $1.slotID) }
    // What is cut comes last: whoever hears one fact after the other never finds an hour in which nothing is there.
    return facts.filter { !isCut($0, slots) } + facts.filter { isCut($0, slots) }
  }

  private func isCut(_ new: CapacityChanged, _ slots: [Identifier<CapacitySlot>: CapacityChanged]) -> Bool {
    slots[new.slotID].map { new.to < $0.to || new.from == new.to } ?? false
  }
}
