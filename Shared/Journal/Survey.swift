/// The segments of a folder by name and header: what recovery, readers and verification begin with.
struct Survey {
  struct Segment {
    let number: UInt64
    /// Nil where the header block does not verify.
    let header: SegmentHeader?
    /// How many of the header's two copies verify.
    let copies: Int
  }

  /// Oldest to newest; never empty.
  let segments: [Segment]
  let journalID: [UInt8]
  let segmentBytes: Int

  var oldest: UInt64 { segments.first?.number ?? 1 }
  var newest: UInt64 { segments.last?.number ?? 1 }
  func segment(_ number: UInt64) -> Segment? { segments.first { $0.number == number } }

  /// Looks through the folder; nil where it holds no segment.
  init?<D: Disk>(_ disk: D) throws(JournalFault) {
    let numbers: [UInt64]
    do throws(DiskFault) { numbers = try disk.list().compactMap(JournalFiles.number(segment:)).sorted() } catch { throw .disk(error) }
    guard let newest = numbers.last else { return nil }
    var segments: [Segment] = []
    for number in numbers {
      switch try Self.header(of: number, on: disk) {
      case .newer(let format):
        throw .newerFormat(file: JournalFiles.segment(number), found: format, known: SegmentHeader.format)
      case .intact(let header, let copies): segments.append(Segment(number: number, header: header, copies: copies))
      case .damaged: segments.append(Segment(number: number, header: nil, copies: 0))
      }
    }
    guard let known = segments.last(where: { $0.header != nil })?.header else { throw .noHeader(file: JournalFiles.segment(newest)) }
    for segment in segments {
      guard let header = segment.header else { continue }
      let file = JournalFiles.segment(segment.number)
      guard header.journalID == known.journalID else { throw .foreignSegment(file: file, reason: "it is part of another journal") }
      guard header.number == segment.number else { throw .misnamedSegment(file: file, holds: header.number) }
      guard header.segmentBytes == known.segmentBytes else {
        throw .foreignSegment(file: file, reason: "its segments have \(header.segmentBytes) bytes, the others \(known.segmentBytes)")
      }
    }
    self.segments = segments
    journalID = known.journalID
    segmentBytes = known.segmentBytes
  }

  /// Reads one segment's header block.
  static func header<D: Disk>(of number: UInt64, on disk: D) throws(JournalFault) -> SegmentHeader.Reading {
    let image = try SegmentImage(disk, segment: number, limit: SegmentHeader.blockBytes)
    defer { extendLifetime(image) }
    return SegmentHeader.read(image.bytes)
  }
}
