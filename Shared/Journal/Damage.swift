/// Bytes of the journal that do not verify although they were durable, and what is known to be gone with them.
package struct Damage: Hashable, Sendable, CustomStringConvertible {
  package enum Part: String, Sendable { case header, digest, checkpoint, records, segment }

  /// An event that the next segment's digest names.
  package struct LostEvent: Hashable, Sendable {
    package let position: Position
    package let producer: UInt32
    package let sequence: UInt64
  }

  package let segment: UInt64
  package let part: Part
  package let range: Range<Position>
  /// The events that stood there; empty also where no digest tells.
  package let lost: [LostEvent]

  package var description: String {
    let place = "segment \(segment), \(part.rawValue), bytes \(range.lowerBound) to \(range.upperBound)"
    guard let first = lost.first, let last = lost.last else { return "\(place): damaged" }
    let names = lost.count == 1 ? "" : " to producer \(last.producer) number \(last.sequence)"
    return "\(place): damaged; \(lost.count) events are gone, producer \(first.producer) number \(first.sequence)\(names)"
  }
}

extension Damage {
  /// Names the damage at `offsets` of a segment by what its digest says stood there.
  init(segment: UInt64, part: Part, offsets: Range<Int>, base: Position, digest: [SegmentDigest.Entry]) {
    self.init(
      segment: segment, part: part, range: base.advanced(by: offsets.lowerBound)..<base.advanced(by: offsets.upperBound),
      lost: digest.filter { offsets.contains(Int($0.offset)) }.map {
        LostEvent(position: base.advanced(by: Int($0.offset)), producer: $0.producer, sequence: $0.sequence)
      })
  }
}
