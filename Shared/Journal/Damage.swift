package import Contracts

/// Bytes of the journal that do not verify although they were durable, and what is known to be gone with them.
package struct Damage: Hashable, Sendable, CustomStringConvertible {
  package enum Part: String, Sendable { case header, digest, checkpoint, records, segment }

  /// An event that the next segment's digest names.
  package struct LostEvent: Hashable, Sendable {
    package let position: Position
    package let producer: UInt32
    package let sequence: UInt64
    package let acceptedAt: Timestamp
    /// Of the record as it was written: with the event's bytes and the instant it proves that what is made anew is the same.
    package let checksum: UInt32
  }

  package let segment: UInt64
  package let part: Part
  package let range: Range<Position>
  /// The events that stood there, as far as anything tells.
  package let lost: [LostEvent]
  /// Whether they are all: a digest speaks of the whole range.
  package let isNamed: Bool

  package var description: String {
    let place = "segment \(segment), \(part.rawValue), bytes \(range.lowerBound) to \(range.upperBound)"
    guard let first = lost.first, let last = lost.last else {
      guard part == .records || part == .segment else { return "\(place): damaged" }
      return isNamed ? "\(place): damaged; no event stood there" : "\(place): damaged; nothing tells which events stood there"
    }
    let names = lost.count == 1 ? "" : " to producer \(last.producer) number \(last.sequence)"
    let more = isNamed ? "" : " and perhaps others"
    return "\(place): damaged; \(lost.count) events are gone\(more), producer \(first.producer) number \(first.sequence)\(names)"
  }
}

extension Damage {
  /// Names the damage at `offsets` of a segment by what its digest says stood there.
  init(segment: UInt64, part: Part, offsets: Range<Int>, base: Position, names: SegmentNames) {
    self.init(
      segment: segment, part: part, range: base.advanced(by: offsets.lowerBound)..<base.advanced(by: offsets.upperBound),
      lost: names.entries(in: offsets).map {
        LostEvent(
          position: base.advanced(by: Int($0.offset)), producer: $0.producer, sequence: $0.sequence, acceptedAt: $0.acceptedAt,
          checksum: $0.checksum)
      }, isNamed: names.cover(offsets))
  }
}
