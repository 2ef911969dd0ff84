import Contracts
import Host
import LedgerDomain
import Store
import Terms
import Zones
import protocol Store.Reading

/// What an offer's launch owed: remedies a day after the start, promises as they were answered, parity, and channels with somebody there.
extension NightlyAudit {
  private static let day = Duration.seconds(86_400)
  /// Orders of one offer that are decided again in a night: only where its look-back does not add up.
  private static let ordersMax: Int64 = 20_000

  // MARK: Remedies

  static func lookBacks(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    let offers: [Identifier<Offer>] = try reading.all(
      "SELECT DISTINCT offer_id FROM offer_version WHERE starts_at >= ?1 AND starts_at <= ?2 ORDER BY offer_id", .timestamp(view.since),
      .timestamp(view.now.adding(.zero - day))
    ) { row in Identifier(restoring: try row.text(0)) }
    var found: [Register.Found] = []
    for id in offers {
      guard let offer = try OfferInForce.find(id, in: reading), !offer.life.isHistorical,
        offer.terms.startsAt <= view.now.adding(.zero - day)
      else { continue }
      found += try given(offer, in: reading)
      if try !addsUp(offer, in: reading) { found += try missed(offer, view, in: reading) }
    }
    return found
  }

  /// What came by itself was in time: nothing of the offer is sent before the look-back is over. What an agent gave of it came after asking.
  private static func given(_ offer: OfferInForce, in reading: borrowing Transaction) throws -> [Register.Found] {
    let id = offer.version.offer
    let span = LookBack.Span(offer)
    var found = try reading.all(
      """
      SELECT r.order_id, r.person_id, h.at, h.agent_id, a.message_id FROM remedy r
      JOIN remedy_by_hand h ON h.remedy_key = r.remedy_key AND h.ordinal = r.ordinal
      JOIN captured_order o ON o.order_id = r.order_id AND o.placed_at >= ?3 AND o.placed_at < ?4
      LEFT JOIN remedy_answer a ON a.remedy_key = r.remedy_key AND a.ordinal = r.ordinal AND a.change <> 'declined'
      WHERE r.remedy_key >= ?1 AND r.remedy_key < ?2 AND r.state IN ('pending', 'posted')
      """, .text(id.text + "/"), .text(id.text + "0"), .timestamp(span.from), .timestamp(offer.terms.startsAt)
    ) { row in
      Register.Found(
        id: "look_back/\(id)/\(try row.text(0))", kind: .lookBack, outcome: .repaired, offer: id,
        person: try row.optionalText(1).map { Identifier(restoring: $0) }, beganAt: offer.terms.startsAt,
        cause: "order \(try row.text(0)) had its remedy from \(try row.text(3)) at \(try row.timestamp(2)), after asking",
        evidence: try row.optionalText(4).map { [$0] } ?? [])
    }
    let byItself =
      try reading.integer(
        """
        SELECT count(*) FROM remedy r WHERE r.remedy_key >= ?1 AND r.remedy_key < ?2 AND r.state IN ('pending', 'posted')
          AND NOT EXISTS (SELECT 1 FROM remedy_by_hand h WHERE h.remedy_key = r.remedy_key AND h.ordinal = r.ordinal)
        """, .text(id.text + "/"), .text(id.text + "0")) ?? 0
    if byItself > 0 {
      let told = try reading.first("SELECT message_id FROM look_back WHERE offer_id = ?1 LIMIT 1", .text(id.text)) { row in
        try row.text(0)
      }
      found.append(
        Register.Found(
          id: "look_back/\(id)/prevented", kind: .lookBack, outcome: .prevented, offer: id, beganAt: offer.terms.startsAt,
          cause: "\(byItself) orders had what \(id) owed them without asking", evidence: told.map { [$0] } ?? [], count: byItself))
    }
    return found
  }

  /// Whether the look-back is over, has considered every order that is there, and what it gave is still there.
  private static func addsUp(_ offer: OfferInForce, in reading: borrowing Transaction) throws -> Bool {
    let (id, span) = (offer.version.offer, LookBack.Span(offer))
    let totals = try reading.first(
      "SELECT content FROM look_back WHERE offer_id = ?1 ORDER BY recorded_at LIMIT 1", .text(id.text)
    ) { row -> LookBackCompleted? in
      guard case .lookBackCompleted(let fact)? = try DomainEvent.decode(type: LookBackCompleted.type, data: try row.blob(0)) else {
        return nil
      }
      return fact
    }.flatMap(\.self)
    guard let totals else { return false }
    let orders = try reading.integer(
      "SELECT count(*) FROM order_by_time WHERE placed_at >= ?1 AND placed_at < ?2", .timestamp(span.from), .timestamp(offer.terms.startsAt)
    )
    let remedies = try reading.integer(
      "SELECT count(DISTINCT remedy_key) FROM remedy WHERE remedy_key >= ?1 AND remedy_key < ?2", .text(id.text + "/"),
      .text(id.text + "0"))
    return (orders ?? 0) <= Int64(totals.considered) && (remedies ?? 0) >= Int64(totals.granted)
  }

  /// Orders that the terms give something and that have nothing.
  private static func missed(_ offer: OfferInForce, _ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    let (id, span) = (offer.version.offer, LookBack.Span(offer))
    let orders: [Identifier<Order>] = try reading.all(
      """
      SELECT t.order_id FROM order_by_time t WHERE t.placed_at >= ?1 AND t.placed_at < ?2
        AND NOT EXISTS (SELECT 1 FROM remedy r WHERE r.remedy_key = ?3 || t.order_id) ORDER BY t.placed_at, t.order_id LIMIT ?4
      """, .timestamp(span.scanFrom), .timestamp(offer.terms.startsAt), .text(id.text + "/"), .integer(ordersMax)
    ) { row in Identifier(restoring: try row.text(0)) }
    var found: [Register.Found] = []
    for order in orders {
      guard let file = try OrderFile.find(order, in: reading), let known = try Orders.find(order, in: reading) else { continue }
      // One that became known later than a day after the start has a day of its own.
      guard file.order.capturedAt <= view.now.adding(.zero - day) else { continue }
      let purchase = file.purchase
      let outcome = offer.terms.evaluate(
        purchase, try Judge.history(of: purchase, offer, in: reading), life: offer.life, at: offer.terms.startsAt)
      guard outcome.isGranted, outcome.isAutomatic, outcome.amount > 0 else { continue }
      found.append(
        Register.Found(
          id: "look_back/\(id)/\(order)", kind: .lookBack, outcome: .slipped, offer: id, person: file.order.personID,
          beganAt: offer.terms.startsAt,
          cause:
            "order \(order), placed at \(file.order.placedAt), is owed \(outcome.money) by \(offer.name) and has nothing a day after the start",
          evidence: [known.messageID.text]))
    }
    return found
  }

  // MARK: Promises and parity

  static func promises(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    let rows = try reading.all(
      """
      SELECT d.content, a.content, a.message_id FROM seen d JOIN seen a ON a.subject = d.subject AND a.type = 'promise.answered'
        AND a.offer_id = d.offer_id AND a.version = d.version
      WHERE d.type = 'promise.declared' AND d.word = 'contacts_per_hour' ORDER BY d.offer_id, d.subject, a.at
      """
    ) { row -> (PromiseDeclared, PromiseAnswered, String)? in
      guard case .promiseDeclared(let declared)? = try DomainEvent.decode(type: PromiseDeclared.type, data: try row.blob(0)),
        case .promiseAnswered(let answered)? = try DomainEvent.decode(type: PromiseAnswered.type, data: try row.blob(1))
      else { return nil }
      return (declared, answered, try row.text(2))
    }.compactMap(\.self)
    var found: [String: Register.Found] = [:]
    for (declared, answered, message) in rows {
      let promised = answered.answer == .yes ? declared.quantity ?? answered.quantity : answered.answer == .no ? 0 : answered.quantity
      guard let promised else { continue }
      let id = "promise/\(declared.offerID)/\(declared.promiseID)"
      try reading.rows(
        """
        SELECT at / 3600000, count(*), min(message_id) FROM seen WHERE type = 'case.opened' AND offer_id = ?1 AND at >= ?2 AND at < ?3
        GROUP BY 1 HAVING count(*) > ?4
        """, .text(declared.offerID.text), .timestamp(max(view.since, declared.from ?? .first)), .timestamp(declared.to ?? .last),
        .integer(promised)
      ) { row in
        let hour = Timestamp(milliseconds: try row.integer(0) * 3_600_000)
        found["\(id)/\(hour)"] = Register.Found(
          id: "\(id)/\(hour)", kind: .promise, outcome: .slipped, offer: declared.offerID, beganAt: hour,
          cause: "\(try row.integer(1)) people asked about \(declared.offerID) in the hour from \(hour), and \(promised) had been promised",
          evidence: [message, try row.text(2)])
      }
    }
    return found.values.sorted { $0.id < $1.id } + (try gated("promise", .promise, ["promises", "capacity"], view, in: reading))
  }

  /// What the gate refused before anybody met it.
  private static func gated(
    _ name: String, _ kind: DisconnectRecorded.Kind, _ checks: Set<String>, _ view: View, in reading: borrowing Transaction
  ) throws -> [Register.Found] {
    var found: [String: Register.Found] = [:]
    for gate in try gates(view, in: reading) {
      guard let row = gate.fact.rows.first(where: { checks.contains($0.check.rawValue) && $0.state == .failed }) else { continue }
      let id = "\(name)/\(gate.fact.offerID)@\(gate.fact.version)/prevented"
      if found[id] != nil { continue }
      found[id] = Register.Found(
        id: id, kind: kind, outcome: .prevented, offer: gate.fact.offerID, beganAt: gate.fact.at,
        cause: "the gate held \(gate.fact.offerID)@\(gate.fact.version) back: \(row.sentence ?? row.check.rawValue)",
        evidence: [gate.message])
    }
    return found.values.sorted { $0.id < $1.id }
  }

  private struct Gate {
    let fact: GateTurned
    let message: String
  }

  private static func gates(_ view: View, in reading: borrowing some Reading & ~Copyable) throws -> [Gate] {
    try reading.all(
      "SELECT content, message_id FROM seen WHERE type = 'gate' AND at >= ?1 ORDER BY at, message_id LIMIT 20000", .timestamp(view.since)
    ) { row -> Gate? in
      guard case .gateTurned(let fact)? = try DomainEvent.decode(type: GateTurned.type, data: try row.blob(0)) else { return nil }
      return Gate(fact: fact, message: try row.text(1))
    }.compactMap(\.self)
  }

  static func parity(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    var last: [String: Gate] = [:]
    for gate in try gates(view, in: reading) where gate.fact.rows.contains(where: { $0.check == .parity }) {
      last["\(gate.fact.offerID)@\(gate.fact.version)"] = gate
    }
    return try last.sorted { $0.key < $1.key }.compactMap { name, gate -> Register.Found? in
      let offer = gate.fact.offerID
      guard let row = gate.fact.rows.first(where: { $0.check == .parity }),
        let inForce = try OfferInForce.find(offer, in: reading), inForce.version.version == gate.fact.version
      else { return nil }
      let live = inForce.life.effectiveFrom
      if row.state == .passed {
        return Register.Found(
          id: "parity/\(name)", kind: .parity, outcome: .prevented, offer: offer, beganAt: live,
          cause: "\(name) gives existing customers no worse than new ones, or its exception was approved", evidence: [gate.message])
      }
      let matched = try reading.integer(
        "SELECT 1 FROM remedy_by_hand h JOIN remedy r ON r.remedy_key = h.remedy_key AND r.ordinal = h.ordinal WHERE r.offer_id = ?1 LIMIT 1",
        .text(offer.text))
      let approved = try reading.integer(
        "SELECT min(at) FROM seen WHERE type = 'parity' AND offer_id = ?1 AND version = ?2 AND word = 'yes' HAVING count(*) > 0",
        .text(offer.text), .integer(Int64(gate.fact.version)))
      guard approved == nil else { return nil }
      if matched == nil, view.now < live.adding(day) { return nil }
      return Register.Found(
        id: "parity/\(name)", kind: .parity, outcome: matched == nil ? .slipped : .repaired, offer: offer, beganAt: live,
        cause: matched == nil
          ? "\(name) is live for more than a day and treats existing customers worse, without an approved exception"
          : "\(name) treated existing customers worse; they were matched when it was found",
        evidence: [gate.message])
    }
  }

  // MARK: Channels

  static func channels(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    var named: [String: CounterpartNamed] = [:]
    try reading.rows("SELECT content FROM seen WHERE type = 'counterpart' ORDER BY at") { row in
      if case .counterpartNamed(let fact)? = try DomainEvent.decode(type: CounterpartNamed.type, data: try row.blob(0)) {
        named[fact.channel] = fact
      }
    }
    guard !named.isEmpty else { return [] }
    var shifts: [String: RosterPublished] = [:]
    try reading.rows(
      "SELECT content FROM seen WHERE type = 'roster' AND at >= ?1 ORDER BY at, message_id", .timestamp(view.since.adding(.zero - day))
    ) {
      row in
      if case .rosterPublished(let fact)? = try DomainEvent.decode(type: RosterPublished.type, data: try row.blob(0)) {
        if let known = shifts[fact.shiftID.text], known.at > fact.at { return }
        shifts[fact.shiftID.text] = fact
      }
    }
    return named.sorted { $0.key < $1.key }.flatMap { channels($1, shifts.values.filter { !$0.absent }, view) }
  }

  private static func channels(_ named: CounterpartNamed, _ shifts: [RosterPublished], _ view: View) -> [Register.Found] {
    guard let files = try? ZoneFiles.system(environment: Configuration.environment).bytes(of: named.timeZone),
      let zone = try? Zone(name: named.timeZone, bytes: files), !shifts.isEmpty
    else {
      return [
        Register.Found(
          id: "channel/\(named.channel)/unknown", kind: .channel, outcome: .unknown, beganAt: named.at,
          cause: "whether \(named.counterpart) was staffed for \(named.channel) is not known: no roster was told")
      ]
    }
    let hour: Int64 = 3_600_000
    let staff = shifts.filter { $0.channels.contains(named.counterpart) }
    var days: [CivilDate: (empty: [Int], late: Int64, held: Int64, first: Timestamp)] = [:]
    var at = (max(view.since, named.at).milliseconds / hour + 1) * hour
    while at + hour <= view.now.milliseconds {
      let (from, to) = (Timestamp(milliseconds: at), Timestamp(milliseconds: at + hour))
      let local = zone.local(at: from)
      at += hour
      guard local.hour >= Self.hour(named.opens), local.hour < Self.hour(named.closes) else { continue }
      var row = days[local.date] ?? ([], 0, 0, from)
      if staff.contains(where: { $0.from <= from && $0.to > from }) {
        row.held += 1
      } else if staff.contains(where: { $0.from < to && $0.to > from }) {
        row.late += 1
      } else {
        row.empty.append(local.hour)
      }
      days[local.date] = row
    }
    return days.sorted { $0.key.daysSinceEpoch < $1.key.daysSinceEpoch }.flatMap { date, row -> [Register.Found] in
      func found(_ outcome: DisconnectRecorded.Outcome, _ count: Int64, _ cause: String) -> [Register.Found] {
        guard count > 0 else { return [] }
        return [
          Register.Found(
            id: "channel/\(named.channel)/\(date)/\(outcome.rawValue)", kind: .channel, outcome: outcome, beganAt: row.first, cause: cause,
            count: count)
        ]
      }
      let hours = row.empty.map { "\($0):00" }.joined(separator: ", ")
      return found(.slipped, Int64(row.empty.count), "nobody was at \(named.counterpart) for \(named.channel) on \(date) at \(hours)")
        + found(.repaired, row.late, "\(named.counterpart) was staffed late in \(row.late) hours of \(date)")
        + found(.prevented, row.held, "\(named.counterpart) was staffed in \(row.held) hours of \(date)")
    }
  }

  private static func hour(_ text: String) -> Int { Int(text.prefix(2)) ?? 0 }
}
