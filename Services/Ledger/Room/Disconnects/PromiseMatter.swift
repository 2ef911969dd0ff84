import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// One promise of an offer that went live, with everything that was told of it.
struct PromiseMatter {
  let declared: PromiseDeclared
  /// From when to when it had to be kept, as far as the audit looks.
  let window: Range<Timestamp>
  private let offer: OfferInForce
  private let answer: PromiseAnswered?
  private let answerMessage: String?
  /// What there was at hand, in the order in which it was told.
  private let capacity: [CapacityChanged]
  private let wholeWindow: Range<Timestamp>

  /// The promise of `offer/promise`; nil where its offer was not launched, or its time lies outside the audit's.
  static func find(_ key: String, _ round: inout AuditRound, in reading: borrowing some Reading & ~Copyable) throws -> PromiseMatter? {
    guard let slash = key.firstIndex(of: "/") else { return nil }
    let (id, name) = (Identifier<Offer>(restoring: String(key[..<slash])), String(key[key.index(after: slash)...]))
    guard let offer = try round.offer(id, in: reading), !offer.life.isHistorical else { return nil }
    var book = CapacityBook()
    var declared: [PromiseDeclared] = []
    var messages: [Timestamp: String] = [:]
    try reading.rows(
      """
      SELECT type, content, message_id FROM seen WHERE offer_id = ?1 AND type IN ('promise.declared', 'promise.answered') AND subject = ?2
      ORDER BY at, length(message_id), message_id
      """, .text(id.text), .text(name)
    ) { row in
      let type = try row.text(0) == "promise.declared" ? PromiseDeclared.type : PromiseAnswered.type
      guard let event = try DomainEvent.decode(type: type, data: try row.blob(1)) else { return }
      book.take(event)
      if case .promiseDeclared(let fact) = event { declared.append(fact) }
      if case .promiseAnswered(let fact) = event { messages[fact.at] = try row.text(2) }
    }
    // Versions after the one in force have promised nothing yet.
    let latest = declared.filter { $0.version <= offer.version.version }.max { ($0.version, $0.at) < ($1.version, $1.at) }
    guard let promise = latest else { return nil }
    let from = max(promise.from ?? offer.terms.startsAt, offer.life.effectiveFrom)
    let ends = min(promise.to ?? offer.terms.endsAt ?? .last, offer.life.endedAt ?? .last)
    let window = max(from, round.since)..<max(from, round.since, min(ends, round.now))
    guard !window.isEmpty else { return nil }
    let capacity = try reading.all(
      "SELECT content FROM seen WHERE type = 'capacity' AND word = ?1 ORDER BY at, length(message_id), message_id",
      .text(promise.kind.rawValue)
    ) { row -> CapacityChanged? in
      guard case .capacityChanged(let fact)? = try DomainEvent.decode(type: CapacityChanged.type, data: try row.blob(0)),
        fact.sku == promise.sku, fact.from < ends, fact.to > from
      else { return nil }
      return fact
    }.compactMap(\.self)
    let answer = book.answer(to: promise)
    return PromiseMatter(
      declared: promise, window: window, offer: offer, answer: answer, answerMessage: answer.flatMap { messages[$0.at] },
      capacity: capacity, wholeWindow: from..<max(from, ends))
  }

  private init(
    declared: PromiseDeclared, window: Range<Timestamp>, offer: OfferInForce, answer: PromiseAnswered?, answerMessage: String?,
    capacity: [CapacityChanged], wholeWindow: Range<Timestamp>
  ) {
    self.declared = declared
    self.window = window
    self.offer = offer
    self.answer = answer
    self.answerMessage = answerMessage
    self.capacity = capacity
    self.wholeWindow = wholeWindow
  }

  var isOfContacts: Bool { declared.kind == .contactsPerHour }

  /// So much was answered: of lead times so many may come later, which is none. Nil where nobody answered, or a lead time was refused.
  var promised: Int64? {
    guard let answer else { return nil }
    switch (declared.kind, answer.answer) {
    case (.leadTime, .yes): return declared.duration == nil ? nil : 0
    case (.leadTime, _): return nil
    case (_, .yes): return declared.quantity ?? answer.quantity
    case (_, .upTo): return answer.quantity
    case (_, .no): return 0
    }
  }

  // MARK: What can be said before anything is counted

  /// Nobody answered; or less was there than promised and came back.
  func standing(at now: Timestamp) -> [Register.Found] {
    guard answer != nil else {
      guard let outcome = Contradiction.promise(.came(0, promised: nil)) else { return [] }
      return [
        found(
          "unanswered", outcome, beganAt: window.lowerBound, evidence: nil,
          "whether \(declared.words) were kept is not known: nobody had answered promise \(declared.promiseID) of \(declared.offerID)")
      ]
    }
    return filled(at: now)
  }

  private struct Dip {
    let hours: [Timestamp]
    let since: Timestamp
  }

  /// Capacity that fell below what was answered and was there again before it was needed.
  private func filled(at now: Timestamp) -> [Register.Found] {
    guard let answer, let promised, declared.kind != .leadTime else { return [] }
    var book = CapacityBook()
    var low: [Timestamp: Timestamp] = [:]
    var back: [Timestamp: (since: Timestamp, hours: [Timestamp])] = [:]
    for fact in capacity where fact.at <= now {
      let touched = hours(of: fact)
      let before = touched.map { book.capacity(declared.kind, declared.sku, at: $0) }
      book.take(.capacityChanged(fact))
      guard fact.at >= answer.at else { continue }
      for (hour, was) in zip(touched, before) {
        let there = book.capacity(declared.kind, declared.sku, at: hour)
        if was >= promised, there < promised { low[hour] = fact.at }
        guard there >= promised, let since = low.removeValue(forKey: hour) else { continue }
        guard Contradiction.promise(.filled(back: fact.at, from: hour)) != nil else { continue }
        back[fact.at, default: (since, [])].hours.append(hour)
      }
    }
    return back.sorted { $0.key < $1.key }.map { at, dip in
      found(
        "filled/\(at)", .repaired, beganAt: dip.since, evidence: nil, count: Int64(dip.hours.count),
        "less than \(declared.words(promised)) was there for \(dip.hours.count) hours from \(dip.hours.min() ?? at) on since \(dip.since), "
          + "and enough again at \(at), before it was needed")
    }
  }

  /// The hours of the window that a word about capacity covers; of what is no matter of hours, the one in which it begins.
  private func hours(of fact: CapacityChanged) -> [Timestamp] {
    let hour: Int64 = 3_600_000
    let (from, to) = (max(fact.from, wholeWindow.lowerBound), min(fact.to, wholeWindow.upperBound))
    guard from < to else { return [] }
    guard isOfContacts else { return [from] }
    // An offer without an end is looked at as far as capacity was told.
    return stride(from: from.milliseconds / hour * hour, to: to.milliseconds, by: Int(hour)).map {
      Timestamp(milliseconds: max($0, from.milliseconds))
    }
  }

  // MARK: What came

  /// Returns come later than the sale: orders that the offer reached count from its look-back on.
  func scanFrom(_ cursor: AuditCursor) -> Timestamp {
    guard declared.kind == .returns, cursor.id.isEmpty else { return cursor.at }
    return offer.reach.from
  }

  /// Whether an order may count, before what happened to it is read.
  func mayConcern(_ order: OrderCaptured) -> Bool {
    switch declared.kind {
    case .units: order.lines.contains { $0.sku == declared.sku && $0.seller == nil }
    case .returns, .leadTime: Bought.isSame(Purchase(order), as: offer.terms.document)
    case .contactsPerHour: false
    }
  }

  /// How much of what was promised an order takes: pieces sold, pieces that came back, or that it left too late.
  func counts(_ file: OrderFile, at now: Timestamp) -> Int64 {
    let purchase = file.purchase(asOf: now)
    switch declared.kind {
    case .contactsPerHour: return 0
    case .units:
      guard !purchase.isOff else { return 0 }
      return purchase.lines.reduce(0) { $1.sku == declared.sku && $1.seller == nil ? $0 + $1.quantity - $1.cancelled : $0 }
    case .returns:
      return file.events.reduce(0) { sum, event in
        guard case .orderReturned(let fact) = event.event, window.contains(fact.returnedAt) else { return sum }
        return sum + fact.lines.reduce(0) { $0 + $1.quantity }
      }
    case .leadTime:
      guard let within = declared.duration, !purchase.isOff, purchase.lines.contains(where: { $0.kept > 0 || $0.shipped > 0 }) else {
        return 0
      }
      let due = file.order.placedAt.adding(within)
      let lastLeft = file.events.compactMap { event -> Timestamp? in
        if case .orderShipped(let fact) = event.event { fact.shippedAt } else { nil }
      }.max()
      let isAllGone = purchase.lines.allSatisfy { $0.shipped + $0.cancelled >= $0.quantity }
      if isAllGone, let lastLeft { return lastLeft > due ? 1 : 0 }
      return now > due ? 1 : 0
    }
  }

  func words(of count: Int64, promised: Int64) -> String {
    switch declared.kind {
    case .units:
      "\(count) of \(declared.sku?.text ?? "its goods") were sold in the time of \(declared.offerID), and \(promised) had been promised"
    case .returns: "\(count) pieces came back in the time of \(declared.offerID), and \(promised) had been promised"
    case .leadTime: "\(count) orders left later than \(declared.duration?.iso8601 ?? "promised") after they were placed"
    case .contactsPerHour: "\(count) people asked, and \(promised) had been promised"
    }
  }

  func found(
    _ part: String, _ outcome: Contradiction.Outcome, beganAt: Timestamp, evidence: String?, count: Int64 = 1, _ cause: String
  ) -> Register.Found {
    Register.Found(
      id: "promise/\(declared.offerID)/\(declared.promiseID)/\(part)", kind: .promise, outcome: outcome, offer: declared.offerID,
      beganAt: beganAt, cause: cause, evidence: [answerMessage, evidence].compactMap(\.self), count: count)
  }
}
