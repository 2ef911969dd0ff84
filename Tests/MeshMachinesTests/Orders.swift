/// Ways to bring the same messages in another order: what a handler must stand without a change of its final state.
enum Orders {
  /// Each message at least once and up to `copies` times; a copy comes after the first of it, keeping the order within each key.
  ///
  /// What a consumer without an inbox would see after crashes: runs of a key from some message on, once more.
  static func duplicated<M>(
    _ messages: [M], key: (M) -> some Hashable, copies: Int = 2, using random: inout some RandomNumberGenerator
  ) -> [M] {
    var result: [M] = []
    for (index, message) in messages.enumerated() {
      result.append(message)
      for _ in 1..<copies where Bool.random(using: &random) {
        // The connection was lost somewhere before: this key's last few come again.
        let from = Int.random(in: max(0, index - 8)...index, using: &random)
        result += messages[from...index].filter { key($0) == key(message) }
      }
    }
    return result
  }

  /// The same messages with keys woven together at random; within each key the order stays.
  static func shuffledAcrossKeys<M>(_ messages: [M], key: (M) -> some Hashable, using random: inout some RandomNumberGenerator) -> [M] {
    var lanes: [[M]] = Dictionary(grouping: messages.enumerated(), by: { AnyHashable(key($0.element)) })
      .values.sorted { $0[0].offset < $1[0].offset }.map { $0.map(\.element) }
    var result: [M] = []
    while !lanes.isEmpty {
      let lane = Int.random(in: 0..<lanes.count, using: &random)
      result.append(lanes[lane].removeFirst())
      if lanes[lane].isEmpty { lanes.remove(at: lane) }
    }
    return result
  }
}
