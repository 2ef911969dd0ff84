package import Contracts

/// How a journal is opened.
package struct JournalOptions: Sendable {
  /// Size of a new journal's segments; a journal that exists keeps its own.
  package var segmentBytes = JournalLimits.segmentBytes
  /// What a segment without a reserve is grown by.
  package var growthBytes = JournalLimits.growthBytes
  /// The most that one input writes; a segment with less room left wants to be followed by the next.
  package var inputBytesMax = JournalLimits.inputBytesMax
  /// 16 random bytes that a new journal takes as its id.
  package var newID: [UInt8]
  /// What a new segment says of its making.
  package var now: Timestamp

  package init(newID: [UInt8], now: Timestamp) {
    precondition(newID.count == 16, "a journal's id has 16 bytes")
    self.newID = newID
    self.now = now
  }
}
