import Contracts
import Mesh
import Store

/// What the others told that bears on the register of disconnects: when it was, whom and which offer it concerns, and no more than is asked.
/// A message's name ends with its producer's sequence: of two with one time the longer name, then the higher one, was told later.
enum Seen {
  /// What is listened to beside offers and requests.
  static let types =
    MessageTurned.types.filter { !$0.hasSuffix("planned.v1") } + CaseTurned.types + HoldTurned.types + AnswerTurned.types
    + SheetTurned.types.filter { $0.hasSuffix("staled.v1") } + BriefingAcknowledged.types + PromiseDeclared.types + PromiseAnswered.types
    + OfferAskedAbout.types + QuestionAnswered.types + CounterpartNamed.types + RosterPublished.types + GateTurned.types
    + ParityApproved.types + CapacityChanged.types

  private struct Row {
    let type: String
    let subject: String
    var offer: Identifier<Offer>?
    var version: Int?
    var person: Identifier<Person>?
    var word: String?
    var at: Timestamp
    var keepsFact = false
  }

  /// Notes what was heard; the same message again is the same.
  static func keep(_ received: Received, in transaction: borrowing Transaction) throws {
    guard let event = received.event, let row = row(of: event, at: received.envelope.time) else { return }
    try transaction.run(
      """
      INSERT INTO seen (message_id, type, subject, offer_id, version, person_id, word, at, content)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
      """, .text(received.envelope.id.text), .text(row.type), .text(row.subject), .optional(row.offer?.text),
      .optional(row.version.map(Int64.init)), .optional(row.person?.text), .optional(row.word), .timestamp(row.at),
      row.keepsFact ? .blob(event.encode()) : .null)
    guard case .rosterPublished(let shift) = event else { return }
    try transaction.run(
      """
      INSERT INTO shift_seen (message_id, shift_id, from_at, to_at, channels, absent, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT DO NOTHING
      """, .text(received.envelope.id.text), .text(shift.shiftID.text), .timestamp(shift.from), .timestamp(shift.to),
      .text(" \(shift.channels.joined(separator: " ")) "), .integer(shift.absent ? 1 : 0), .timestamp(shift.at))
  }

  private static func row(of event: DomainEvent, at time: Timestamp) -> Row? {
    switch event {
    case .messageTurned(let fact):
      // Of a million who are not written to only those count who would have been wronged.
      // Behind would_annoy the ledger's own reason follows.
      let reason = fact.reason.split(separator: ".").first.map(String.init) ?? fact.reason
      let isTelling = fact.turn == .sent || fact.turn == .suppressed && ["hold", "has_it", "would_annoy"].contains(reason)
      guard isTelling else { return nil }
      let word = fact.turn == .sent ? "\(fact.purpose.rawValue)/\(fact.verdict.rawValue)/\(fact.channel)" : reason
      return Row(
        type: fact.turn.rawValue, subject: fact.messageID.text, offer: fact.offer.offer, version: fact.offer.version, person: fact.personID,
        word: word, at: time)
    case .caseTurned(let fact):
      let offer = fact.cause?.kind == .offer ? fact.cause.flatMap { try? Identifier<Offer>($0.id) } : nil
      return Row(
        type: "case.\(fact.turn.rawValue)", subject: fact.caseID.text, offer: offer, person: fact.personID, word: fact.kind.rawValue,
        at: fact.at)
    case .holdTurned(let fact):
      let word = fact.scopeID.map { "\(fact.scope.rawValue)/\($0)" } ?? fact.scope.rawValue
      return Row(
        type: "hold.\(fact.turn.rawValue)", subject: fact.holdID.text, person: fact.personID, word: word, at: fact.at, keepsFact: true)
    case .answerTurned(let fact):
      return Row(
        type: "answer.\(fact.turn.rawValue)", subject: fact.answerID.text, offer: fact.offer.offer, version: fact.offer.version,
        person: fact.personID, word: fact.agentID.text, at: fact.at, keepsFact: true)
    case .sheetTurned(let fact):
      return Row(
        type: "sheet.\(fact.turn.rawValue)", subject: fact.sheetID.text, offer: fact.offerID, version: fact.offerVersion,
        word: String(fact.sheetVersion), at: fact.at, keepsFact: true)
    case .briefingAcknowledged(let fact):
      // One whose answer was wrong is none.
      guard fact.answerCorrect != false else { return nil }
      return Row(type: "briefing", subject: fact.agentID.text, offer: fact.offerID, version: fact.version, at: fact.at)
    case .offerAskedAbout(let fact):
      return Row(
        type: "asked", subject: fact.askedID.text, offer: fact.offerID, person: fact.personID, word: fact.known ? "known" : "unknown",
        at: fact.at, keepsFact: true)
    case .questionAnswered(let fact):
      return Row(type: "question.answered", subject: fact.askedID.text, offer: fact.offerID, word: fact.answer.rawValue, at: fact.at)
    case .promiseDeclared(let fact):
      return Row(
        type: "promise.declared", subject: fact.promiseID.text, offer: fact.offerID, version: fact.version, word: fact.kind.rawValue,
        at: fact.at, keepsFact: true)
    case .promiseAnswered(let fact):
      return Row(
        type: "promise.answered", subject: fact.promiseID.text, offer: fact.offerID, version: fact.version, word: fact.answer.rawValue,
        at: fact.at, keepsFact: true)
    case .counterpartNamed(let fact):
      return Row(type: "counterpart", subject: fact.channel, word: fact.counterpart, at: fact.at, keepsFact: true)
    case .rosterPublished(let fact): return Row(type: "roster", subject: fact.shiftID.text, at: fact.at, keepsFact: true)
    case .capacityChanged(let fact):
      return Row(type: "capacity", subject: fact.slotID.text, word: fact.kind.rawValue, at: fact.at, keepsFact: true)
    case .gateTurned(let fact):
      return Row(type: "gate", subject: fact.offerID.text, offer: fact.offerID, version: fact.version, at: fact.at, keepsFact: true)
    case .parityApproved(let fact):
      return Row(
        type: "parity", subject: fact.offerID.text, offer: fact.offerID, version: fact.version, word: fact.approved ? "yes" : "no",
        at: fact.at)
    default: return nil
    }
  }
}
