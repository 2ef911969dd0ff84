import Contracts
import Host
import Store

/// What the ledger can tell of a message: it said it, about which order, and for whom.
enum Story {
  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    guard let told = try Orders.told(by: message, in: snapshot) else { return try tellOffers(message, in: snapshot) }
    let whose = told.person.map { "of \($0)" } ?? "without a person"
    return Department.Story(
      role: .publisher, position: nil,
      sentences: [
        "\(told.actor) had order \(told.order) \(whose) captured at \(told.capturedAt)",
        "it was written together with this message",
      ])
  }
}
