import Contracts
import Host
import Mesh
import ServiceDomain
import Store

/// Customer service's own facts: taken in as they are told, and again in the same way when the store is rebuilt from the journal.
enum OwnFacts {
  /// What a fact says beside its data.
  struct Meta {
    let message: Identifier<Message>
    let at: Timestamp
    let by: String
    /// Who is behind it, for what falls due because of it.
    let origin: Origin

    /// The number of the message in its outbox, which its id ends with: it rises in the order of telling, here and in a rebuilt store.
    var number: UInt64 { message.text.split(separator: "-").last.flatMap { UInt64($0) } ?? 0 }
  }

  static func fold(_ event: DomainEvent, _ meta: Meta, in transaction: borrowing Transaction) throws {
    switch event {
    case .caseTurned(let fact): try Cases.fold(fact, meta, in: transaction)
    case .holdTurned(let fact): try Holds.fold(fact, meta, in: transaction)
    case .promiseAnswered(let fact): if try WordFacts.keep(event, meta, in: transaction) { try Promises.fold(fact, in: transaction) }
    case .capacityChanged(let fact): if try WordFacts.keep(event, meta, in: transaction) { try Promises.fold(fact, in: transaction) }
    case .remedyAsked(let fact): try Requests.fold(fact, meta, in: transaction)
    case .offerAskedAbout(let fact): try AskedOffers.fold(fact, in: transaction)
    case .rosterPublished(let fact): if try WordFacts.keep(event, meta, in: transaction) { try Rosters.fold(fact, in: transaction) }
    case .briefingAcknowledged(let fact):
      if try WordFacts.keep(event, meta, in: transaction) { try Briefings.fold(fact, in: transaction) }
    case .answerTurned(let fact): if try WordFacts.keep(event, meta, in: transaction) { try Answers.fold(fact, meta, in: transaction) }
    case .sheetTurned(let fact): if try WordFacts.keep(event, meta, in: transaction) { try Sheets.waitForReview(fact, in: transaction) }
    case .counterpartNamed, .parityApproved: try WordFacts.keep(event, meta, in: transaction)
    // What others tell is not customer service's own.
    default: break
    }
    if let place = ServiceDomain.place(event) { try Heard.keep(place, event, meta, in: transaction) }
  }

  /// One of them out of the journal: nothing is told again.
  static func retrace(_ received: Received, in transaction: inout Transaction) throws -> Disposition {
    guard let event = received.event else { return .done }
    let envelope = received.envelope
    let by = envelope.authID ?? "unknown"
    let origin = Origin(
      principal: by, principalKind: envelope.authType ?? "unknown",
      correlation: envelope.correlationID ?? envelope.causationID ?? envelope.id.text)
    try fold(event, Meta(message: envelope.id, at: envelope.recordedTime, by: by, origin: origin), in: transaction)
    return .done
  }
}
