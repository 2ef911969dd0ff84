import Contracts
import Host
import ServiceDomain
import Store

/// What customer service can tell of a message: what it made of it, and what it has to do with.
enum Story {
  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    if let fact = try Heard.by(message, in: snapshot) { return try tell(fact, in: snapshot) }
    return nil
  }

  private static func tell(_ fact: Heard.Fact, in snapshot: borrowing Snapshot) throws -> Department.Story {
    let whose = fact.person.map { "on the timeline of \($0)" } ?? "nobody's by name, found by its order"
    return Department.Story(
      role: .handler, position: fact.position,
      sentences: ["heard it at position \(fact.position): \(whose): \(Timeline.sentence(fact))"])
  }
}
