extension JournalReader {
  /// Looks through one segment as a whole: everything that does not verify before `before`, with what is known to have stood there.
  ///
  /// The segment in use too: what stands before `durableThrough` was durable. Nothing where the segment was let go of, which is what is older
  /// than the oldest that is there; `keptFrom` says better: what stands from there on was never let go of, and is missing.
  package func examine(segment number: UInt64, before: Position, keptFrom: Position? = nil) throws(JournalFault) -> [Damage] {
    do throws(DiskFault) {
      let base = base(number)
      guard number > 0, before > base else { return [] }
      let next = try head(number + 1)
      let limit = before.distance(from: base)
      let sealedEnd = next?.header.map { max(0, Int($0.sealedEnd.value) - Int(base.value)) }
      guard let file = try disk.openIfThere(JournalFiles.segment(number)) else {
        let kept = try disk.list().compactMap(JournalFiles.number(segment:))
        guard let oldest = kept.min(), oldest < number || keptFrom.map({ $0 <= base }) ?? false else { return [] }
        let all = 0..<(sealedEnd ?? segmentBytes)
        let names = next?.head.digest.map { SegmentNames(digest: $0, through: all.upperBound) } ?? .none
        return [Damage(segment: number, part: .segment, offsets: all, base: base, names: names)]
      }
      let image = try SegmentImage(disk, file, limit: min(limit, segmentBytes))
      defer { extendLifetime(image) }
      let scan = SegmentScan(bytes: image.bytes, base: base, sum: sum)
      let header: SegmentHeader? = if case .intact(let header, _) = SegmentHeader.read(image.bytes) { header } else { nil }
      let head = SegmentHead(scan, number: number, header: header)
      var ranges: [Range<Int>] = []
      _ = scan.walk(from: head.end, sealedEnd: sealedEnd ?? min(limit, segmentBytes), isSealed: next != nil) { step in
        if case .damaged(let range) = step { ranges.append(range) }
      }
      var names = next?.head.digest.map { SegmentNames(digest: $0, through: sealedEnd ?? segmentBytes) } ?? .none
      names.complete(scan, number, from: head.end, for: ranges)
      return head.damaged.map { Damage(segment: number, part: $0.part, offsets: $0.range, base: base, names: .none) }
        + ranges.map { Damage(segment: number, part: .records, offsets: $0, base: base, names: names) }
    } catch { throw .disk(error) }
  }

  /// The numbers of the segments that are there, oldest to newest.
  package func segments() throws(JournalFault) -> [UInt64] {
    do throws(DiskFault) { return try disk.list().compactMap(JournalFiles.number(segment:)).sorted() } catch { throw .disk(error) }
  }

  /// The head of segment `number` as far as it verifies; nil where there is no such segment.
  private func head(_ number: UInt64) throws(DiskFault) -> (header: SegmentHeader?, head: SegmentHead)? {
    guard let file = try disk.openIfThere(JournalFiles.segment(number)) else { return nil }
    let header = try header(file)
    let image = try SegmentImage(disk, file, limit: header.map { $0.headEnd } ?? .max)
    defer { extendLifetime(image) }
    return (header, SegmentHead(SegmentScan(bytes: image.bytes, base: base(number), sum: sum), number: number, header: header))
  }
}
