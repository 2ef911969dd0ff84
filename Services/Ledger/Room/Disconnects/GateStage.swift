import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What the launch gate and rests kept from happening, and how offers treat those who are customers already.
enum GateStage {
  private static let page: Int64 = 64

  // MARK: Promises that were refused in time

  static func gates(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    try SeenRow.walk("gate", &round, &pace, transaction) { row, round, _ in
      guard case .gateTurned(let gate)? = try DomainEvent.decode(type: GateTurned.type, data: row.content),
        let failed = gate.rows.first(where: { [.promises, .capacity].contains($0.check) && $0.state == .failed }),
        let outcome = Contradiction.promise(.gateRefused)
      else { return }
      // Told once for a version however often its gate was looked at: the register keeps the first.
      round.find(
        Register.Found(
          id: "promise/\(gate.offerID)@\(gate.version)/prevented", kind: .promise, outcome: outcome, offer: gate.offerID,
          beganAt: gate.at, cause: "the gate held \(gate.offerID)@\(gate.version) back: \(failed.sentence ?? failed.check.rawValue)",
          evidence: [row.message]))
    }
  }

  /// Offers that rested because there was less than they had been promised.
  static func rests(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    struct Row {
      let number: Int64
      let content: [UInt8]
    }
    while true {
      let page = try transaction.all(
        "SELECT number, content FROM offer_turn WHERE number > ?1 AND turn = 'paused' AND at >= ?2 AND at <= ?3 ORDER BY number LIMIT ?4",
        .integer(round.cursor.count), .timestamp(round.since), .timestamp(round.now), .integer(page)
      ) { row in Row(number: try row.integer(0), content: try row.blob(1)) }
      guard !page.isEmpty else { return true }
      for row in page {
        guard pace.admitsRow() else { return false }
        round.cursor.count = row.number
        guard case .offerTurned(let turn)? = try DomainEvent.decode(type: OfferTurned.Turn.paused.type, data: row.content),
          turn.cause == "capacity", let outcome = Contradiction.promise(.paused)
        else { continue }
        round.find(
          Register.Found(
            id: "promise/\(turn.offerID)@\(turn.version)/rest/\(turn.at)", kind: .promise, outcome: outcome, offer: turn.offerID,
            beganAt: turn.at,
            cause:
              "\(turn.offerID)@\(turn.version) rests since \(turn.at) before more came than can be taken: \(turn.sentence ?? "capacity fell")"
          ))
      }
    }
  }

  // MARK: Parity

  private struct Told {
    let row: OfferScheduled.GateRow
    let message: String
    var isEqual: Bool { row.state == .passed }

    /// What broke under an offer that was `live`: its exception ended, or a gap opened that was not there then. Nil where neither did.
    func lapse(since live: Timestamp) -> Lapse? {
      switch row.code {
      case "parity_over": Lapse(at: row.since, isException: true)
      case "parity_gap", "parity_unapproved": row.since > live ? Lapse(at: row.since, isException: false) : nil
      default: nil
      }
    }
  }

  private struct Lapse {
    let at: Timestamp
    let isException: Bool
  }

  static func parity(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    while true {
      let next = try transaction.first(
        """
        SELECT offer_id FROM offer WHERE offer_id > ?1 AND reaches_from IS NOT NULL AND honoured_until >= ?2 ORDER BY offer_id LIMIT 1
        """, .text(round.cursor.key), .timestamp(round.since)
      ) { row in try row.text(0) }
      guard let next else { return true }
      guard pace.admitsRow() else { return false }
      round.cursor.enter(next, at: .first)
      guard let offer = try round.offer(Identifier(restoring: next), in: transaction), !offer.life.isHistorical else { continue }
      let told = try told(of: offer, in: transaction)
      if let found = try parity(of: offer, told, at: round.now, in: transaction) { round.find(found) }
      if let found = try lapse(of: offer, told, at: round.now, in: transaction) { round.find(found) }
    }
  }

  private static func parity(
    of offer: OfferInForce, _ told: Told?, at now: Timestamp, in reading: borrowing Transaction
  ) throws -> Register.Found? {
    let (id, version) = (offer.version.offer, Int64(offer.version.version))
    let approved = try reading.integer(
      "SELECT min(at) FROM seen WHERE offer_id = ?1 AND type = 'parity' AND version = ?2 AND word = 'yes' HAVING count(*) > 0",
      .text(id.text), .integer(version)
    ).map { Timestamp(milliseconds: $0) }
    let live = offer.life.effectiveFrom
    let matched = try matched(id, since: .first, in: reading)
    // What opened later was not there when it went live, and stands as a row of its own.
    let isEqual = told.map { $0.isEqual || $0.lapse(since: live)?.isException == false }
    let outcome = Contradiction.parity(
      Contradiction.Parity(isEqual: isEqual, liveSince: live, approvedAt: approved, matchedAt: matched?.at), at: now)
    guard let outcome else { return nil }
    let cause =
      switch outcome {
      case .prevented: "\(offer.name) gives existing customers no worse than new ones, or its exception was approved"
      case .repaired: "\(offer.name) treated existing customers worse; they were matched when it was found"
      case .slipped: "\(offer.name) is live for more than a day and treats existing customers worse, without an approved exception"
      case .unknown: "how \(offer.name) treats existing customers is not known: no gate of it was told"
      }
    return Register.Found(
      id: "parity/\(offer.name)", kind: .parity, outcome: outcome, offer: id, beganAt: live, cause: cause,
      evidence: [told?.message, matched?.message].compactMap(\.self))
  }

  /// An exception that ended under a live offer, or a gap that opened under it because another offer went away, and it went on for a day as
  /// it was. A stop, a rest or a new version within the day mends it without a word.
  private static func lapse(
    of offer: OfferInForce, _ told: Told?, at now: Timestamp, in reading: borrowing Transaction
  ) throws -> Register.Found? {
    guard let told, let lapse = told.lapse(since: offer.life.effectiveFrom) else { return nil }
    let lapsedAt = lapse.at
    let until = [offer.life.endedAt, offer.life.stoppedAt, offer.terms.endsAt].compactMap(\.self).min() ?? .last
    let matched = try matched(offer.version.offer, since: lapsedAt, in: reading)
    let rests = offer.life.pauses.filter { $0.upperBound > lapsedAt }.map { max($0.lowerBound, lapsedAt) }
    let known = Contradiction.Parity(
      isEqual: false, liveSince: lapsedAt, goneAt: (rests + [until]).min(), matchedAt: matched?.at)
    guard let outcome = Contradiction.parity(known, at: now) else { return nil }
    let what = lapse.isException ? "the exception of \(offer.name) ended" : "a gap opened under \(offer.name), which was live"
    let cause =
      outcome == .repaired
      ? "\(what); those who were there were matched when it was found"
      : "\(what), and for more than a day it went on to treat existing customers worse"
    return Register.Found(
      id: "parity/\(offer.name)/\(lapse.isException ? "over" : "gap")", kind: .parity, outcome: outcome, offer: offer.version.offer,
      beganAt: lapsedAt, cause: cause,
      evidence: [told.message, matched?.message].compactMap(\.self))
  }

  private struct Matched {
    let at: Timestamp
    let message: String
  }

  /// The first match that was asked for since `instant`, and given.
  private static func matched(
    _ offer: Identifier<Offer>, since instant: Timestamp, in reading: borrowing Transaction
  ) throws -> Matched? {
    try reading.first(
      """
      SELECT q.asked_at, q.message_id FROM remedy_asked q JOIN remedy_answer a ON a.request_id = q.request_id AND a.change <> 'declined'
      WHERE q.offer_id = ?1 AND q.asked_at >= ?2 AND instr(q.content, CAST('"basis":"parity"' AS BLOB)) > 0 ORDER BY q.asked_at LIMIT 1
      """, .text(offer.text), .timestamp(instant)
    ) { row in Matched(at: try row.timestamp(0), message: try row.text(1)) }
  }

  /// What the gate said last of it; nil where it said nothing.
  private static func told(of offer: OfferInForce, in reading: borrowing Transaction) throws -> Told? {
    let last = try reading.first(
      "SELECT content, message_id FROM seen WHERE offer_id = ?1 AND type = 'gate' AND version = ?2 ORDER BY at DESC, length(message_id) DESC, message_id DESC LIMIT 1",
      .text(offer.version.offer.text), .integer(Int64(offer.version.version))
    ) { row in (content: try row.blob(0), message: try row.text(1)) }
    guard let last, case .gateTurned(let gate)? = try DomainEvent.decode(type: GateTurned.type, data: last.content),
      let row = gate.rows.first(where: { $0.check == .parity })
    else { return nil }
    return Told(row: row, message: last.message)
  }
}
