package import Contracts

/// How a department stands with the mesh, for status pages. Being offline is no reason to be unready: the department goes on.
/// A manifest that the broker refuses is one.
package struct MeshState: Sendable, Equatable {
  package struct Subscription: Sendable, Equatable {
    package let name: String
    /// The broker delivers.
    package let isOpen: Bool
    /// Deliveries received and not settled.
    package let inHand: Int
    /// What is in the way; nil where nothing is.
    package let trouble: String?
    /// The store cannot write what came: it takes a person, or room.
    package let isHeldBack: Bool
  }

  /// Between welcome and loss.
  package let isUp: Bool
  /// "connected for 3 min", "offline 4 min, 12 waiting: the broker cannot be reached (...)".
  package let words: String
  /// Facts without the broker's word.
  package let waiting: UInt64
  /// The outbox's number up to which the broker has everything.
  package let acceptedThrough: UInt64
  /// What a person must mend: a wrong credential, a store that is older than what it has told; nil where nothing is.
  package let needsPerson: String?
  /// Why the broker refuses this program's manifest; nil where it does not.
  package let manifestRefused: String?
  package let subscriptions: [Subscription]

  /// The state as JSON, for a status document.
  package var json: JSON {
    .object([
      .init("up", .bool(isUp)), .init("words", .string(words)), .init("waiting", .integer(Int64(clamping: waiting))),
      .init("needs_person", needsPerson.map(JSON.string) ?? .null),
      .init(
        "subscriptions",
        .array(
          subscriptions.map {
            .object([
              .init("name", .string($0.name)), .init("open", .bool($0.isOpen)), .init("in_hand", .integer(Int64($0.inHand))),
              .init("trouble", $0.trouble.map(JSON.string) ?? .null), .init("held_back", .bool($0.isHeldBack)),
            ])
          })),
    ])
  }
}
