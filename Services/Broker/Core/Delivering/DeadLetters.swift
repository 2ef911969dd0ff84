/// What a subscription has given up on, in the order of giving up. Kept until somebody decides.
struct DeadLetters: Sendable, Equatable {
  struct Letter: Sendable, Equatable {
    enum Cause: Sendable, Equatable {
      /// Too many counted attempts.
      case exhausted
      /// The consumer said so, and why.
      case never(String)
      /// An earlier event of the same key is dead, at this position.
      case behind(UInt64)
    }
    var position: UInt64
    var key: UInt64
    var sequence: UInt64
    var producer: UInt32
    var attempts: UInt32
    /// Milliseconds since 1970.
    var at: Int64
    var cause: Cause
    /// Number of the event's type; `unknownType` in letters of journals that did not say.
    var type = Letter.unknownType

    static let unknownType = UInt32.max
    /// Failed itself, and does not merely stand behind another.
    var isOwnFault: Bool { if case .behind = cause { false } else { true } }
  }

  private(set) var list: [Letter] = []
  /// Keys of the dead, and where the first of each stands.
  private var keys: [UInt64: UInt64] = [:]
  private var positions: Set<UInt64> = []

  var isEmpty: Bool { list.isEmpty }
  var count: Int { list.count }
  var keyCount: Int { keys.count }

  init(_ list: [Letter] = []) { for letter in list { add(letter) } }

  mutating func add(_ letter: Letter) {
    list.append(letter)
    positions.insert(letter.position)
    keys[letter.key] = min(keys[letter.key] ?? .max, letter.position)
  }

  /// Takes letters out; returns those that were there, by position.
  mutating func remove(_ gone: Set<UInt64>) -> [Letter] {
    let taken = list.filter { gone.contains($0.position) }
    if taken.isEmpty { return [] }
    self = DeadLetters(list.filter { !gone.contains($0.position) })
    return taken.sorted { $0.position < $1.position }
  }

  func contains(_ position: UInt64) -> Bool { !list.isEmpty && positions.contains(position) }

  func find(_ position: UInt64) -> Letter? { contains(position) ? list.first { $0.position == position } : nil }

  /// The dead event that later events of `key` stand behind: its first in the journal.
  func first(of key: UInt64) -> UInt64? { list.isEmpty ? nil : keys[key] }

  /// Whether an event of `key` at `position` stands behind a dead one.
  func isAhead(of position: UInt64, key: UInt64) -> Bool { first(of: key).map { $0 < position } ?? false }
}
