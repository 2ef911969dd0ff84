/// Walks the records in bytes that were read from the journal, journal's own kinds left out, by the lengths in their heads.
///
/// For bytes that verified: from `JournalReader` or a released commit. Stops at the first place that does not name itself.
package struct RecordCursor {
  private let bytes: UnsafeRawBufferPointer
  private let base: Position
  private var offset = 0

  /// `bytes` begin at `base` in the journal.
  package init(_ bytes: UnsafeRawBufferPointer, base: Position) {
    self.bytes = bytes
    self.base = base
  }

  /// The next record; its payload points into the bytes. HOT.
  package mutating func next() -> Record? {
    while let record = RecordLayout.readUnverified(bytes, offset, position: base.advanced(by: offset)) {
      offset += record.byteCount
      if !record.kind.isJournals { return record }
    }
    return nil
  }

  /// The record that stands exactly at `position`; nil where none does.
  package static func record(at position: Position, in bytes: UnsafeRawBufferPointer, base: Position) -> Record? {
    guard position >= base, position.distance(from: base) < bytes.count else { return nil }
    return RecordLayout.readUnverified(bytes, position.distance(from: base), position: position)
  }
}
