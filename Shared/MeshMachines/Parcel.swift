package import Wire

/// One delivery in a consumer's hands: what the machine needs to know of it, and its contents, which the machine never looks at.
package struct Parcel<Contents: Sendable>: Sendable {
  /// The delivery's number on this connection.
  package let number: UInt64
  /// The event's place in the journal: its name for ever.
  package let position: UInt64
  /// A hash of the event's key: what shares it is handled in order.
  package let key: UInt64
  /// 1 for the first try.
  package let attempt: UInt32
  /// What it took of the credit.
  package let bytes: Int
  package let contents: Contents

  package init(number: UInt64, position: UInt64, key: UInt64, attempt: UInt32, bytes: Int, contents: Contents) {
    self.number = number
    self.position = position
    self.key = key
    self.attempt = attempt
    self.bytes = bytes
    self.contents = contents
  }

  /// The hash of a key's UTF-8 (FNV-1a, 64 bits): spreads well enough that two live keys of one consumer never meet in practice.
  package static func hash(key bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  /// HOT. The same hash of bytes in memory, which are not asked for one by one through a protocol.
  package static func hash(key bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }
}

/// How a handler ended with one message.
package enum Verdict: Sendable, Equatable {
  case done
  /// Again, not before `after`; nil leaves the wait to the broker.
  case later(after: Duration?)
  /// It will never succeed: to the dead letters.
  case never(reason: String)
}

/// The messages of one transaction, in the order in which they are handled.
package struct Batch<Contents: Sendable>: Sendable {
  /// Names this batch to the machine; never used twice.
  package let token: UInt64
  package let parcels: [Parcel<Contents>]
  /// What a dead letter does to those behind it with the same key.
  package let deadKey: Subscribe.DeadKey

  package init(token: UInt64, parcels: [Parcel<Contents>], deadKey: Subscribe.DeadKey) {
    self.token = token
    self.parcels = parcels
    self.deadKey = deadKey
  }
}

/// What became of a batch, or of its first part: the rest comes again in the next batch.
package struct Verdicts: Sendable, Equatable {
  package let token: UInt64
  /// One per parcel from the first on; nil where a parcel was passed over behind a failed one of its key.
  package let each: [Verdict?]
}

/// Walks through a batch: which message is next, who is passed over, what became of each.
///
/// After `later` for one message those behind it with the same key are passed over, and after `never` where dead letters hold their key:
/// the broker takes them back and sends them again in their order.
package struct BatchWalk<Contents: Sendable>: Sendable {
  private let batch: Batch<Contents>
  private var each: [Verdict?] = []
  private var failedKeys: Set<UInt64> = []

  package init(_ batch: Batch<Contents>) {
    self.batch = batch
    each.reserveCapacity(batch.parcels.count)
  }

  /// The next message to handle; `record` its verdict before asking for another. Nil at the end. HOT.
  @specialized(where Contents == Delivery)
  package mutating func next() -> Parcel<Contents>? {
    while each.count < batch.parcels.count {
      let parcel = batch.parcels[each.count]
      if failedKeys.isEmpty || !failedKeys.contains(parcel.key) { return parcel }
      each.append(nil)
    }
    return nil
  }

  /// Notes what became of the next parcel; one that failed holds back the later ones of its key. HOT.
  @specialized(where Contents == Delivery)
  package mutating func record(_ verdict: Verdict) {
    switch (verdict, batch.deadKey) {
    case (.done, _), (.never, .pass): break
    case (.later, _), (.never, .park): failedKeys.insert(batch.parcels[each.count].key)
    }
    each.append(verdict)
  }

  /// What became of the messages so far.
  package var verdicts: Verdicts { Verdicts(token: batch.token, each: each) }
}

/// The proof that verdicts were written durably. The store's committed transaction is one; a machine settles for nothing less.
package protocol Proof {
  var verdicts: Verdicts { get }
}
