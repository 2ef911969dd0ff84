import Contracts
import Host
import Store

/// What marketing can tell of a message: whom it counted because of it.
enum Story {
  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    guard let counted = try Buyers.counted(by: message, in: snapshot) else { return nil }
    let effect =
      counted.person.map { "order \(counted.order) counts for \($0)" } ?? "order \(counted.order) counts for nobody: it names no person"
    return Department.Story(role: .handler, position: counted.position, sentences: ["heard it at position \(counted.position): \(effect)"])
  }
}
