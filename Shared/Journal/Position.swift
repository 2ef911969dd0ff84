/// A place in the journal: segment number times segment size plus the offset in the segment's file, in bytes.
///
/// Strictly rising, never dense, never used twice: a file that is recycled gets a new segment number. Zero is before everything.
package struct Position: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let value: UInt64

  package static let zero = Position(0)

  package init(_ value: UInt64) { self.value = value }

  /// The place `bytes` further on.
  package func advanced(by bytes: Int) -> Position { Position(value + UInt64(bytes)) }

  /// How many bytes lie between `earlier` and this; never ask with a later place.
  package func distance(from earlier: Position) -> Int { Int(value - earlier.value) }

  package static func < (a: Position, b: Position) -> Bool { a.value < b.value }
  package var description: String { String(value) }
}
