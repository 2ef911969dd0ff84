import Contracts
import Store

/// What somebody let pass although it did not hold: checks of a gate, emergencies of two people, messages that left on old knowledge. The report
/// that both departments can ask for; each row was told as it happened.
enum PassedOver {
  private static let rowsMax: Int64 = 1_000

  private struct Row {
    let offer: String
    let version: Int64
    let check: String
    let reason: String
    let by: String
    let awaits: String?
    let at: Timestamp
    /// When the second person of an emergency confirmed it.
    let confirmedAt: Timestamp?

    /// Whether both were said in one breath.
    func belongs(to other: Row) -> Bool {
      (offer, version, by, at) == (other.offer, other.version, other.by, other.at) && awaits == other.awaits && reason == other.reason
    }

    var kind: String { check == GateWaived.Check.blind.rawValue ? "blind" : awaits == nil ? "waiver" : "emergency" }
  }

  /// The latest first.
  static func list(in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    let rows = try reading.all(
      """
      SELECT w.offer_id, w.version, w.check_name, w.reason, w.by_whom, w.awaits, w.at,
        (SELECT min(t.at) FROM offer_turn t WHERE t.offer_id = w.offer_id AND t.version = w.version AND t.turn = 'launched'
          AND t.by_whom = w.awaits AND t.at BETWEEN w.at AND w.at + ?1)
      FROM gate_waiver w ORDER BY w.number DESC LIMIT ?2
      """, .integer(OfferDeeds.confirmWithin.milliseconds), .integer(rowsMax)
    ) { row throws(StoreFault) in
      Row(
        offer: try row.text(0), version: try row.integer(1), check: try row.text(2), reason: try row.text(3), by: try row.text(4),
        awaits: try row.optionalText(5), at: try row.timestamp(6), confirmedAt: try row.optionalTimestamp(7))
    }
    var breaths: [[Row]] = []
    for row in rows {
      if let last = breaths.last?.last, row.belongs(to: last) {
        breaths[breaths.count - 1].append(row)
      } else {
        breaths.append([row])
      }
    }
    return breaths.compactMap(json)
  }

  private static func json(_ rows: [Row]) -> JSON? {
    guard let first = rows.first else { return nil }
    var members: [JSON.Member] = [
      .init("kind", .string(first.kind)), .init("offer", .string("\(first.offer)@\(first.version)")),
      .init("checks", .array(rows.reversed().map { .string($0.check) })), .init("reason", .string(first.reason)),
      .init("by", .string(first.by)), .init("at", .string(first.at.description)),
    ]
    if let second = first.awaits {
      members.append(.init("second", .string(second)))
      if let confirmed = first.confirmedAt { members.append(.init("confirmed_at", .string(confirmed.description))) }
    }
    return .object(members)
  }
}
