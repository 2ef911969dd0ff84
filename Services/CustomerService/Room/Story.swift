import Contracts
import Host
import ServiceDomain
import Store

/// What customer service can tell of a message: on whose timeline it stands.
enum Story {
  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    guard let noted = try Timeline.noted(by: message, in: snapshot) else { return nil }
    return Department.Story(
      role: .handler, position: noted.position,
      sentences: ["heard it at position \(noted.position): on the timeline of \(noted.entry.person): \(noted.entry.sentence)"])
  }
}
