package import Contracts

/// Who has what of the capacity: answers reserve it, in the order in which they were given.
extension CapacityBook {
  /// What an answer holds for an offer.
  package struct Reservation: Sendable, Equatable {
    package let promise: PromiseDeclared
    package let quantity: Int64
    package let window: Range<Timestamp>
    package let answeredAt: Timestamp
  }

  /// A stretch of time in which less is there than an answer holds.
  package struct Shortfall: Sendable, Equatable {
    package let promise: PromiseDeclared
    package let window: Range<Timestamp>
    /// What the answer holds.
    package let reserved: Int64
    /// What is left for it; those who were answered earlier are served first.
    package let there: Int64
    /// When the capacity last changed so; the answer itself where it never was there.
    package let since: Timestamp
    package let cause: String?
  }

  /// What is held at `now`: of each promise its latest version that has a positive answer which has not run out.
  package func reservations(at now: Timestamp) -> [Reservation] {
    let held = declared.compactMap { entry -> Reservation? in
      for version in entry.value.keys.sorted(by: >) {
        guard let promise = entry.value[version], !isOver(promise), let held = reservation(of: promise, at: now) else { continue }
        return held
      }
      return nil
    }
    return held.sorted { ($0.answeredAt, Name($0.promise)) < ($1.answeredAt, Name($1.promise)) }
  }

  /// What the answer to `promise` holds; nil where none does, or it is no matter of quantity.
  package func reservation(of promise: PromiseDeclared, at now: Timestamp) -> Reservation? {
    guard promise.kind != .leadTime, let answer = answer(to: promise), answer.expiresAt > now else { return nil }
    let asked = promise.quantity ?? 0
    let quantity: Int64
    switch answer.answer {
    case .yes: quantity = asked
    case .upTo: quantity = min(asked, answer.quantity ?? 0)
    case .no: return nil
    }
    return Reservation(promise: promise, quantity: quantity, window: window(of: promise), answeredAt: answer.at)
  }

  /// What there is in all of a kind at `instant`.
  package func capacity(_ kind: PromiseKind, _ sku: Identifier<Product>?, at instant: Timestamp) -> Int64 {
    slots.values.reduce(0) { sum, slot in
      slot.kind == kind && slot.sku == sku && slot.from <= instant && instant < slot.to ? sum &+ slot.quantity : sum
    }
  }

  /// What is left for `promise` where it is least, beside what others hold and less what whoever has not read the offer would take, as far as
  /// that was left out (`leaveOut`). Zero where nobody said what there is.
  package func free(for promise: PromiseDeclared, at now: Timestamp) -> (quantity: Int64, at: Timestamp) {
    let window = window(of: promise)
    let name = Name(promise)
    let others = reservations(at: now).filter { $0.isOf(promise.kind, promise.sku) && Name($0.promise) != name }
    let unread = unread(for: promise)
    var least: (quantity: Int64, at: Timestamp)?
    for instant in instants(in: window, promise.kind, promise.sku, others, unread, from: now) {
      let held = others.reduce(Int64(0)) { $1.window.contains(instant) ? $0 &+ $1.quantity : $0 }
      let lost = unread.first { $0.window.contains(instant) }?.contacts ?? 0
      // Whoever has not read this offer can do what is held for the others.
      let free = max(0, capacity(promise.kind, promise.sku, at: instant) - max(held, lost))
      if least.map({ free < $0.quantity }) ?? true { least = (free, instant) }
    }
    return least ?? (0, window.lowerBound)
  }

  /// What is left out of what there is for `promise`: only contacts are taken by people.
  private func unread(for promise: PromiseDeclared) -> [Unread] {
    promise.kind == .contactsPerHour ? unread[promise.offerID] ?? [] : []
  }

  /// Where less is there from `now` on than answers hold, earliest first.
  package func shortfalls(at now: Timestamp) -> [Shortfall] {
    let all = reservations(at: now)
    var found: [Shortfall] = []
    for (place, one) in all.enumerated() {
      let promise = one.promise
      let earlier = all[..<place].filter { $0.isOf(promise.kind, promise.sku) }
      let unread = unread(for: promise)
      let marks = instants(in: one.window, promise.kind, promise.sku, Array(earlier), unread, from: now)
      for (index, instant) in marks.enumerated() {
        let held = earlier.reduce(Int64(0)) { $1.window.contains(instant) ? $0 &+ $1.quantity : $0 }
        let lost = unread.first { $0.window.contains(instant) }
        // Whoever has not read this offer can do what is held for the others.
        let there = min(max(0, capacity(promise.kind, promise.sku, at: instant) - max(held, lost?.contacts ?? 0)), one.quantity)
        guard there < one.quantity else { continue }
        let end = min(index + 1 < marks.count ? marks[index + 1] : one.window.upperBound, slotEnd(promise, at: instant))
        let blame = blame(promise, lost.flatMap { $0.contacts > held ? $0 : nil }, at: instant)
        let since = max(blame?.at ?? one.answeredAt, one.answeredAt)
        if let last = found.last, last.promise == promise, last.window.upperBound == instant, last.there == there {
          found[found.count - 1] = Shortfall(
            promise: promise, window: last.window.lowerBound..<end, reserved: one.quantity, there: there, since: min(last.since, since),
            cause: last.cause ?? blame?.cause)
        } else {
          found.append(
            Shortfall(promise: promise, window: instant..<end, reserved: one.quantity, there: there, since: since, cause: blame?.cause))
        }
      }
    }
    return found.sorted { ($0.window.lowerBound, Name($0.promise)) < ($1.window.lowerBound, Name($1.promise)) }
  }

  /// The instants of `window` from `now` on at which anything changes, its beginning first; between two of them all stays the same.
  private func instants(
    in window: Range<Timestamp>, _ kind: PromiseKind, _ sku: Identifier<Product>?, _ others: [Reservation], _ unread: [Unread] = [],
    from now: Timestamp
  ) -> [Timestamp] {
    let start = max(window.lowerBound, now)
    guard start < window.upperBound else { return [] }
    var marks: Set<Timestamp> = [start]
    for slot in slots.values where slot.kind == kind && slot.sku == sku { marks.formUnion([slot.from, slot.to]) }
    for other in others.map(\.window) + unread.map(\.window) { marks.formUnion([other.lowerBound, other.upperBound]) }
    let inside = marks.filter { $0 >= start && $0 < window.upperBound }.sorted()
    guard kind == .contactsPerHour else { return inside }
    // Hours of which nobody said anything are those in which nobody works, as long as there are others.
    let open = inside.filter { instant in slots.values.contains { $0.kind == kind && $0.from <= instant && instant < $0.to } }
    return open.isEmpty ? inside : open
  }

  /// When the last slot ends that covers `instant`; the end of time where none does.
  private func slotEnd(_ promise: PromiseDeclared, at instant: Timestamp) -> Timestamp {
    slots.values.filter { $0.kind == promise.kind && $0.sku == promise.sku && $0.from <= instant && instant < $0.to }.map(\.to).max()
      ?? .last
  }

  /// What made it less, and when: whoever has not read it, else the last word about the hours.
  private struct Blame {
    let at: Timestamp
    let cause: String?
  }

  private func blame(_ promise: PromiseDeclared, _ lost: Unread?, at instant: Timestamp) -> Blame? {
    if let lost { return Blame(at: lost.since, cause: lost.cause) }
    let last = slots.values.filter { $0.kind == promise.kind && $0.sku == promise.sku && $0.from <= instant && instant < $0.to }.max {
      $0.at < $1.at
    }
    return last.map { Blame(at: $0.at, cause: $0.cause) }
  }
}

extension CapacityBook.Name {
  package init(_ promise: PromiseDeclared) { self.init(promise.offerID, promise.promiseID) }
}

extension CapacityBook.Reservation {
  fileprivate func isOf(_ kind: PromiseKind, _ sku: Identifier<Product>?) -> Bool { promise.kind == kind && promise.sku == sku }
}
