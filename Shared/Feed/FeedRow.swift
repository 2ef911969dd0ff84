/// One row of a feed as it waits in a spool: its line, the key of what it belongs to, and the mapped columns.
///
/// ```
///   | u32 bytes that follow | u64 line | u16 count, key | u16 count, column 0 | u16 count, column 1 | ...     little-endian
/// ```
package struct FeedRow {
  package let line: Int64
  package let key: UnsafeRawBufferPointer
  private let columns: UnsafeRawBufferPointer
  /// The whole row as it stands in the spool.
  package let bytes: UnsafeRawBufferPointer
  package var byteCount: Int { bytes.count }

  /// The row that begins at `offset`; nil where `bytes` end before it does.
  package init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    guard offset + 14 <= bytes.count else { return nil }
    let rest = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    guard rest >= 10, offset + 4 + rest <= bytes.count else { return nil }
    line = Int64(truncatingIfNeeded: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt64.self)))
    let count = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt16.self)))
    guard 10 + count <= rest else { return nil }
    key = UnsafeRawBufferPointer(rebasing: bytes[offset + 14..<offset + 14 + count])
    columns = UnsafeRawBufferPointer(rebasing: bytes[offset + 14 + count..<offset + 4 + rest])
    self.bytes = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 4 + rest])
  }

  /// Lends each column in its order.
  @inline(__always)
  package func forEachColumn(_ body: (Int, UnsafeRawBufferPointer) throws(FieldFault) -> Void) throws(FieldFault) {
    var (at, index) = (0, 0)
    while at &+ 2 <= columns.count {
      let count = Int(UInt16(littleEndian: columns.loadUnaligned(fromByteOffset: at, as: UInt16.self)))
      at &+= 2
      guard at &+ count <= columns.count else { return }
      try body(index, UnsafeRawBufferPointer(rebasing: columns[at..<at &+ count]))
      at &+= count
      index &+= 1
    }
  }

  /// Appends a row to `spool`; `write` appends its columns with `appendColumn`. Each is at most `FeedLimits.fieldBytesMax` long.
  package static func append(line: Int64, key: [UInt8], to spool: inout [UInt8], columns write: (inout [UInt8]) -> Void) {
    let start = spool.count
    spool.append(contentsOf: [0, 0, 0, 0])
    withUnsafeBytes(of: UInt64(line).littleEndian) { spool.append(contentsOf: $0) }
    key.withUnsafeBytes { appendColumn($0, to: &spool) }
    write(&spool)
    let count = UInt32(spool.count - start - 4)
    for shift in 0..<4 { spool[start + shift] = UInt8(truncatingIfNeeded: count >> UInt32(8 * shift)) }
  }

  /// Appends one column, at most 65,535 bytes, to the row under way.
  @inline(__always)
  package static func appendColumn(_ bytes: UnsafeRawBufferPointer, to spool: inout [UInt8]) {
    spool.append(UInt8(truncatingIfNeeded: bytes.count))
    spool.append(UInt8(truncatingIfNeeded: bytes.count >> 8))
    spool.append(contentsOf: bytes)
  }
}
