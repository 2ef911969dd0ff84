/// How segments come to be on a disk.
enum SegmentWriting {
  /// Header block, digest and checkpoint as one run of bytes.
  static func head(_ header: SegmentHeader, digest: SegmentDigest, checkpoint: [UInt8], _ sum: Checksum) -> [UInt8] {
    var head = header.block()
    head.reserveCapacity(header.headEnd)
    func add(_ kind: RecordKind, flags: UInt8, _ payload: [UInt8]) {
      let at = head.count
      head.append(contentsOf: repeatElement(0, count: RecordLayout.byteCount(payload: payload.count)))
      head.withUnsafeMutableBytes { bytes in
        payload.withUnsafeBytes { Bytes.copy($0, bytes, at + RecordLayout.headBytes) }
        RecordLayout.seal(kind, flags: flags, payload: payload.count, position: header.base.advanced(by: at), sum, bytes, at)
      }
    }
    for payload in digest.payloads() { add(.digest, flags: 0, payload) }
    if header.checkpointBytes > 0 {
      let payloads = Checkpoint.payloads(of: checkpoint, sum)
      for (index, payload) in payloads.enumerated() {
        add(.checkpoint, flags: index == payloads.count - 1 ? Checkpoint.last : 0, payload)
      }
    }
    return head
  }

  /// A closing mark behind records that tell what a stretch before them holds.
  static func mark(at position: Position, trails: [[UInt8]], _ sum: Checksum) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, payload) in (trails + [[]]).enumerated() {
      let at = bytes.count
      let isMark = index == trails.count
      let count = isMark ? 8 : payload.count
      bytes.append(contentsOf: repeatElement(0, count: RecordLayout.byteCount(payload: count)))
      bytes.withUnsafeMutableBytes { all in
        let place = position.advanced(by: at)
        if isMark {
          // Not its own place: what is written with it may be torn while it stands.
          Bytes.put(position.value, all, at + RecordLayout.headBytes)
        } else {
          payload.withUnsafeBytes { Bytes.copy($0, all, at + RecordLayout.headBytes) }
        }
        RecordLayout.seal(isMark ? .closingMark : .trail, payload: count, position: place, sum, all, at)
      }
    }
    return bytes
  }

  /// Makes segment `number` current: durable head first, then its name.
  ///
  /// `.full` where there is no reserve and no room: what was begun is removed. Every other fault is fatal: a head half written, or a name
  /// of which nobody knows whether it is durable, must not be tried again under the same number.
  static func open<D: Disk>(
    _ number: UInt64, head: [UInt8], on disk: D, growthBytes: Int, segmentBytes: Int
  ) throws(JournalFault) -> (file: D.File, filled: Int) {
    do throws(DiskFault) {
      if let file = try disk.openIfThere(JournalFiles.reserve), try disk.size(file) == segmentBytes {
        try disk.write(head, to: file, at: 0)
        try disk.sync(file)
        try disk.rename(JournalFiles.reserve, to: JournalFiles.segment(number))
        try disk.syncDirectory()
        return (file, segmentBytes)
      }
    } catch { throw .fatal(error) }
    let filled = min((head.count + growthBytes - 1) / growthBytes * growthBytes, segmentBytes)
    let file: D.File
    do throws(DiskFault) {
      if try disk.openIfThere(JournalFiles.fillingSegment) != nil { try disk.remove(JournalFiles.fillingSegment) }
      file = try disk.create(JournalFiles.fillingSegment)
      try disk.write(head, to: file, at: 0)
      try disk.fill(file, from: head.count, to: filled)
      if filled == head.count { try disk.sync(file) }
    } catch {
      guard error.isFull else { throw .fatal(error) }
      // The fault that is thrown says more than a second one from tidying up; the next roll or start removes what stays.
      try? disk.remove(JournalFiles.fillingSegment)
      throw .full(error)
    }
    do throws(DiskFault) {
      try disk.rename(JournalFiles.fillingSegment, to: JournalFiles.segment(number))
      try disk.syncDirectory()
    } catch { throw .fatal(error) }
    return (file, filled)
  }
}
