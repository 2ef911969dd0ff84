import Contracts
import LedgerDomain
import Store
import protocol Store.Reading

/// What marketing sent, held against what the customer had at that time: noise during a hold, and advertisements for what they bought.
extension NightlyAudit {
  /// A message may cross a complaint on the way for so long.
  private static let crossing = Duration.seconds(5)
  private static let rowsMax: Int64 = 20_000

  static func noisy(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    struct Sent {
      let letter: String
      let message: String
      let person: String
      let offer: String
      let channel: String
      let at: Timestamp
      let hold: HoldTurned
      let holdMessage: String
    }
    let sent = try reading.all(
      """
      SELECT s.subject, s.message_id, s.person_id, s.offer_id, s.word, s.at, h.content, h.message_id FROM seen s
      JOIN seen h ON h.person_id = s.person_id AND h.type = 'hold.placed' AND h.at < s.at
      WHERE s.type = 'sent' AND s.at >= ?1 AND s.word LIKE 'marketing/%'
        AND NOT EXISTS (SELECT 1 FROM seen l WHERE l.subject = h.subject AND l.type = 'hold.lifted' AND l.at <= s.at)
      ORDER BY s.at, s.subject, h.at LIMIT ?2
      """, .timestamp(view.since), .integer(rowsMax)
    ) { row -> Sent? in
      let type = HoldTurned.Turn.placed.type
      guard case .holdTurned(let hold)? = try DomainEvent.decode(type: type, data: try row.blob(6)) else { return nil }
      return Sent(
        letter: try row.text(0), message: try row.text(1), person: try row.text(2), offer: try row.text(3),
        channel: String(try row.text(4).split(separator: "/").last ?? ""), at: try row.timestamp(5), hold: hold,
        holdMessage: try row.text(7))
    }.compactMap(\.self)
    var found: [String: Register.Found] = [:]
    for one in sent where found[one.letter] == nil {
      // A hold goes on while its case is open, whatever its date says.
      let began = try one.hold.caseID.flatMap { try opened($0.text, in: reading) } ?? one.hold.at
      guard one.at > began.adding(crossing), try concerns(one.hold, one.offer, one.channel, in: reading) else { continue }
      guard try one.at < one.hold.expiresAt || isOpen(one.hold, at: one.at, in: reading) else { continue }
      found[one.letter] = Register.Found(
        id: "noisy/\(one.letter)", kind: .noisy, outcome: .slipped, offer: Identifier(restoring: one.offer),
        person: Identifier(restoring: one.person), beganAt: one.at,
        cause:
          "a marketing message went out at \(one.at), \((one.at.milliseconds - began.milliseconds) / 1_000) s after the hold \(one.hold.holdID) of \(began)",
        evidence: [one.message, one.holdMessage])
    }
    let prevented = try counted(
      "noisy", .noisy, "messages were held back for a complaint or another hold",
      """
      SELECT offer_id, count(*), min(at), min(message_id) FROM seen WHERE type = 'suppressed' AND word = 'hold' AND at >= ?1 GROUP BY 1
      """, view, in: reading)
    return found.values.sorted { $0.id < $1.id } + prevented
  }

  private static func opened(_ matter: String, in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.integer("SELECT min(at) FROM seen WHERE subject = ?1 AND type = 'case.opened' HAVING count(*) > 0", .text(matter))
      .map { Timestamp(milliseconds: $0) }
  }

  private static func isOpen(_ hold: HoldTurned, at instant: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    guard let matter = hold.caseID else { return false }
    let last = try reading.first(
      """
      SELECT type FROM seen WHERE subject = ?1 AND type IN ('case.opened', 'case.reopened', 'case.solved') AND at <= ?2
      ORDER BY at DESC LIMIT 1
      """, .text(matter.text), .timestamp(instant)
    ) { row in try row.text(0) }
    return last.map { $0 != "case.solved" } ?? false
  }

  private static func concerns(
    _ hold: HoldTurned, _ offer: String, _ channel: String, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    switch hold.scope {
    case .all: true
    case .channel: hold.scopeID == channel
    case .campaign: try OfferRows.campaign(of: Identifier(restoring: offer), in: reading)?.text == hold.scopeID
    }
  }

  /// Somebody who had bought, and has it under this very offer, was sent the advertisement all the same.
  static func insults(_ view: View, in reading: borrowing Transaction) throws -> [Register.Found] {
    let sent = try reading.all(
      """
      SELECT s.subject, s.message_id, s.person_id, s.offer_id, s.at, o.message_id,
        (SELECT min(n.at) FROM seen n WHERE n.person_id = s.person_id AND n.type = 'sent' AND n.offer_id = s.offer_id
          AND n.word LIKE 'transaction/honour/%' AND n.at >= s.at)
      FROM seen s
      JOIN remedy r ON r.person_id = s.person_id AND r.offer_id = s.offer_id AND r.state IN ('pending', 'posted')
      JOIN captured_order o ON o.order_id = r.order_id AND o.placed_at < s.at AND o.captured_at < s.at
      WHERE s.type = 'sent' AND s.at >= ?1 AND s.word LIKE 'marketing/send/%' GROUP BY s.message_id ORDER BY s.at LIMIT ?2
      """, .timestamp(view.since), .integer(rowsMax)
    ) { row in
      let (at, note) = (try row.timestamp(4), try row.optionalInteger(6).map { Timestamp(milliseconds: $0) })
      let isRepaired = note.map { $0 <= at.adding(.seconds(86_400)) } ?? false
      return Register.Found(
        id: "insult/\(try row.text(0))", kind: .insult, outcome: isRepaired ? .repaired : .slipped,
        offer: Identifier(restoring: try row.text(3)), person: Identifier(restoring: try row.text(2)), beganAt: at,
        cause: isRepaired
          ? "an advertisement went out at \(at) for what was bought already; the note followed at \(note ?? at)"
          : "an advertisement went out at \(at) to somebody who had bought already and has it under the same offer",
        evidence: [try row.text(1), try row.text(5)])
    }
    let prevented = try counted(
      "insult", .insult, "people who had bought already were not sent the advertisement",
      """
      SELECT offer_id, count(*), min(at), min(message_id) FROM seen
      WHERE at >= ?1 AND (type = 'suppressed' AND word IN ('has_it', 'would_annoy') OR type = 'sent' AND word LIKE 'transaction/honour/%')
      GROUP BY 1
      """, view, in: reading)
    return sent + prevented
  }

  /// What was prevented, told as one for each offer: offer, how many, when first, one message.
  static func counted(
    _ name: String, _ kind: DisconnectRecorded.Kind, _ words: String, _ sql: StaticString, _ view: View, in reading: borrowing Transaction
  ) throws -> [Register.Found] {
    try reading.all(sql, .timestamp(view.since)) { row in
      let (offer, count) = (try row.optionalText(0), try row.integer(1))
      return Register.Found(
        id: "\(name)/\(offer ?? "none")/prevented", kind: kind, outcome: .prevented, offer: offer.map { Identifier(restoring: $0) },
        beganAt: try row.timestamp(2), cause: "\(count) \(words)", evidence: [try row.text(3)], count: count)
    }
  }
}
