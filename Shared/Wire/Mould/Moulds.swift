import Contracts

/// The few moulds of one connection, the one that fits most often first, and the patience to try them. HOT.
///
/// Where events are never alike, trying costs more than it saves: then the moulds rest, and one event in some hundreds asks again.
package struct Moulds: Sendable {
  private var kept: [PublishMould] = []
  /// The contracts under which these were made; others make them void.
  private var revision: UInt64 = 0
  /// Grows with what fits, falls with what does not.
  private var patience = WireLimits.mouldPatience
  /// Events that pass without a try.
  private var rest = 0

  private struct Found {
    let publish: Publish
    let index: Int
  }

  package init() {}

  /// The publish that `payload` is, where it fills a mould made under these contracts. Nil says nothing: decode it.
  @inline(__always)
  package mutating func publish(_ payload: UnsafeRawBufferPointer, revision: UInt64) -> Publish? {
    guard !kept.isEmpty, rest == 0 else { return nil }
    guard revision == self.revision else {
      kept = []
      return nil
    }
    // Lent, so that no reference is counted.
    let found: Found? = unsafe kept.withUnsafeBufferPointer { kept in
      for index in 0..<kept.count {
        let publish = unsafe Unmanaged.passUnretained(kept[index])._withUnsafeGuaranteedRef { unsafe $0.publish(payload) }
        if let publish { return Found(publish: publish, index: index) }
      }
      return nil
    }
    guard let found else { return nil }
    if found.index > 0 { kept.swapAt(found.index, found.index - 1) }
    if patience < WireLimits.mouldPatience { patience += 1 }
    return found.publish
  }

  /// Notes that a publish went the long way and was taken, its data held to `schema`; makes a mould of it where that may pay.
  @inline(__always)
  package mutating func learn(_ payload: UnsafeRawBufferPointer, _ publish: Publish, _ schema: DataSchema?, revision: UInt64) {
    guard rest == 0 else { return rest -= 1 }
    unsafe learnSlowly(payload, publish, schema, revision: revision)
  }

  @inline(never)
  private mutating func learnSlowly(
    _ payload: UnsafeRawBufferPointer, _ publish: Publish, _ schema: DataSchema?, revision: UInt64
  ) {
    if revision != self.revision { kept = [] }
    self.revision = revision
    patience -= kept.count
    guard patience > 0 else {
      kept = []
      patience = WireLimits.mouldPatience
      return rest = WireLimits.mouldRest
    }
    guard payload.count <= WireLimits.mouldBytesMax else { return }
    var maker = unsafe MouldMaker(Array(payload), publish, schema)
    guard let mould = maker.mould() else { return }
    if kept.count == WireLimits.mouldsMax { kept.removeLast() }
    kept.append(mould)
  }
}
