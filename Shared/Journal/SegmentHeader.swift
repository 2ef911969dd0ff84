package import Contracts

// A segment's file.
//
//   0 ............ 4096 ........... ............. ......................................... segment bytes
//   | header block | digest records | checkpoint  | commit | commit | mark | commit | ... zeros or stale
//                                   | records     |
//
// The header block holds the same 512 bytes twice, at 0 and at 2048, so that one bad sector leaves one of them.
//
//     0   8  "ACCORDJL"
//     8   4  format, 1
//    12   4  zero
//    16  16  journal id
//    32   8  segment number
//    40   8  segment bytes
//    48   8  created, milliseconds since 1970
//    56   8  sealed end: the place behind the last record of the segment before; all before it was synced (0 in segment 1)
//    64   8  bytes of the digest records of the segment before
//    72   8  bytes of the checkpoint records
//    80 428  zeros
//   508   4  CRC-32C of the 508 bytes before, seed 0
//
// Later formats keep the places of the magic, the format and the CRC. A segment gets its name only when header block, digest and
// checkpoint are durable. Segment 1 has neither digest nor checkpoint: before it there was nothing.

/// The first block of a segment.
package struct SegmentHeader: Hashable, Sendable {
  package var journalID: [UInt8]
  package var number: UInt64
  package var segmentBytes: Int
  package var created: Timestamp
  package var sealedEnd: Position
  package var digestBytes: Int
  package var checkpointBytes: Int

  package static let format: UInt32 = 1
  package static let blockBytes = 4096
  static let copyBytes = 512
  static let copyPlaces = [0, 2048]
  static let magic = Array("ACCORDJL".utf8)

  /// Where the segment begins.
  var base: Position { Position(number * UInt64(segmentBytes)) }
  /// Offset of the first commit.
  var headEnd: Int { Self.blockBytes + digestBytes + checkpointBytes }

  /// What a header block turned out to be.
  enum Reading {
    /// `copies` of the two verify.
    case intact(SegmentHeader, copies: Int)
    case newer(format: UInt32)
    case damaged
  }

  /// Reads the first block of a segment's file, which may be short.
  static func read(_ block: UnsafeRawBufferPointer) -> Reading {
    var found: SegmentHeader?
    var copies = 0
    for place in copyPlaces where place + copyBytes <= block.count {
      let copy = UnsafeRawBufferPointer(rebasing: block[place..<place + copyBytes])
      guard copy.prefix(magic.count).elementsEqual(magic),
        Checksum()(UnsafeRawBufferPointer(rebasing: copy[..<508])) == Bytes.u32(copy, 508)
      else { continue }
      let format = Bytes.u32(copy, 8)
      guard format == Self.format else { return .newer(format: format) }
      guard let header = SegmentHeader(copy) else { continue }
      found = found ?? header
      copies += 1
    }
    guard let found else { return .damaged }
    return .intact(found, copies: copies)
  }

  /// The block as it goes to the disk.
  func block() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.blockBytes)
    block.withUnsafeMutableBytes { bytes in
      for place in Self.copyPlaces {
        let copy = UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + Self.copyBytes])
        Self.magic.withUnsafeBytes { Bytes.copy($0, copy, 0) }
        Bytes.put(Self.format, copy, 8)
        journalID.withUnsafeBytes { Bytes.copy($0, copy, 16) }
        Bytes.put(number, copy, 32)
        Bytes.put(UInt64(segmentBytes), copy, 40)
        Bytes.put(UInt64(bitPattern: created.milliseconds), copy, 48)
        Bytes.put(sealedEnd.value, copy, 56)
        Bytes.put(UInt64(digestBytes), copy, 64)
        Bytes.put(UInt64(checkpointBytes), copy, 72)
        Bytes.put(Checksum()(UnsafeRawBufferPointer(rebasing: copy[..<508])), copy, 508)
      }
    }
    return block
  }

  init(
    journalID: [UInt8], number: UInt64, segmentBytes: Int, created: Timestamp, sealedEnd: Position, digestBytes: Int, checkpointBytes: Int
  ) {
    self.journalID = journalID
    self.number = number
    self.segmentBytes = segmentBytes
    self.created = created
    self.sealedEnd = sealedEnd
    self.digestBytes = digestBytes
    self.checkpointBytes = checkpointBytes
  }

  /// Takes what a verified copy says; nil where its numbers are impossible.
  private init?(_ copy: UnsafeRawBufferPointer) {
    let segmentBytes = Bytes.u64(copy, 40)
    let digestBytes = Bytes.u64(copy, 64)
    let checkpointBytes = Bytes.u64(copy, 72)
    guard segmentBytes <= UInt64(JournalLimits.segmentBytesMax), digestBytes <= segmentBytes, checkpointBytes <= segmentBytes,
      UInt64(Self.blockBytes) + digestBytes + checkpointBytes <= segmentBytes, Bytes.u64(copy, 32) > 0
    else { return nil }
    self.init(
      journalID: Array(copy[16..<32]), number: Bytes.u64(copy, 32), segmentBytes: Int(segmentBytes),
      created: Timestamp(milliseconds: Int64(bitPattern: Bytes.u64(copy, 48))), sealedEnd: Position(Bytes.u64(copy, 56)),
      digestBytes: Int(digestBytes), checkpointBytes: Int(checkpointBytes))
  }
}
