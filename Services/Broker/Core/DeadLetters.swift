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
  }

  private(set) var list: [Letter] = []
  /// Keys of the dead, and where the first of each stands.
  private var keys: [UInt64: UInt64] = [:]
  private var positions: Set<UInt64> = []

  var isEmpty: Bool { list.isEmpty }
  var count: Int { list.count }

  init(_ list: [Letter] = []) { for letter in list { add(letter) } }

  mutating func add(_ letter: Letter) {
    list.append(letter)
    positions.insert(letter.position)
    if keys[letter.key] == nil { keys[letter.key] = letter.position }
  }

  func contains(_ position: UInt64) -> Bool { !list.isEmpty && positions.contains(position) }

  /// The dead event that events of `key` stand behind.
  func first(of key: UInt64) -> UInt64? { list.isEmpty ? nil : keys[key] }
}
