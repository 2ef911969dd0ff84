/// The event types ever published, by number, and which subscriptions listen to each. HOT.
struct Types: Sendable {
  private(set) var names: [String] = []
  private var index = HashIndex()

  /// Attached subscriptions per type: a slice of `listeners` each.
  private(set) var slices: [Range<Int>] = []
  private(set) var listeners: [UInt32] = []

  var count: Int { names.count }

  /// The number of the type spelled in `bytes`, whose hash is `hash`.
  func find(_ bytes: UnsafeRawBufferPointer, hash: UInt64) -> Int? {
    var probe = hash
    while let type = index.find(probe) {
      if Self.spells(names[type], bytes) { return type }
      // Another name with this hash: the next number, as `add` did.
      probe &+= 1
    }
    return nil
  }

  func find(_ name: String, hash: UInt64) -> Int? {
    var name = name
    return name.withUTF8 { find(UnsafeRawBufferPointer($0), hash: hash) }
  }

  mutating func add(_ name: String, hash: UInt64) {
    place(names.count, hash)
    names.append(name)
  }

  /// Begins the name of a type whose record is gone and that nobody has named yet.
  static let lost = "?"

  func isLost(_ type: Int) -> Bool { names[type].hasPrefix(Self.lost) }

  /// Gives a type its name back. Who looks for it by the other one finds another spelling there.
  mutating func rename(_ type: Int, _ name: String, hash: UInt64) {
    place(type, hash)
    names[type] = name
  }

  private mutating func place(_ type: Int, _ hash: UInt64) {
    var probe = hash
    while index.find(probe) != nil { probe &+= 1 }
    index.insert(probe, type)
  }

  /// Works out anew who listens to what; after a type, a filter, or who is attached has changed.
  mutating func listen(_ subscriptions: [Subscription]) {
    slices.removeAll(keepingCapacity: true)
    listeners.removeAll(keepingCapacity: true)
    for type in names.indices {
      let from = listeners.count
      for (number, subscription) in subscriptions.enumerated() where subscription.isAttached && subscription.wants(type: type) {
        listeners.append(UInt32(number))
      }
      slices.append(from..<listeners.count)
    }
  }

  static func spells(_ name: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var name = name
    return name.withUTF8 { $0.count == bytes.count && (bytes.isEmpty || UnsafeRawBufferPointer($0).elementsEqual(bytes)) }
  }
}

/// A set of type numbers.
struct TypeSet: Sendable {
  private var words: [UInt64] = []

  func contains(_ type: Int) -> Bool {
    let word = type >> 6
    return word < words.count && words[word] & 1 << UInt64(type & 63) != 0
  }

  mutating func insert(_ type: Int) {
    let word = type >> 6
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(type & 63)
  }
}
