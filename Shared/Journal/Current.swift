/// The segment that is being written.
struct Current<D: Disk> {
  var file: D.File
  let number: UInt64
  /// Where the segment begins.
  let base: Position
  var end: Position
  var durableThrough: Position
  /// Bytes of the file that are written ahead.
  var filled: Int
  /// The last thing written is a closing mark, or nothing was written yet.
  var isClosed: Bool
  /// Nothing is added to a segment that was found damaged.
  var isDamaged = false
  var digest: SegmentDigest

  /// Offset of the first free place.
  var offset: Int { end.distance(from: base) }

  /// Takes up a durable record in the segment's digest. HOT.
  mutating func note(_ record: Record) {
    guard record.kind == .event, record.payload.count >= EventHead.byteCount else { return }
    digest.add(EventHead(record.payload), checksum: record.checksum, offset: record.position.distance(from: base))
  }
}
