import Contracts
import Feed
import Glibc
import Host

/// Rows of a feed parted by what they belong to, in files that nobody else sees: the rows of one order lie in one part, however far
/// they stood from each other, and each part fits into memory.
///
/// ```
///   file ─▸ row ─▸ hash of its key ─▸ part 0 │ part 1 │ ... ─▸ a part at a time into memory ─▸ sorted by key
///                                     too large: parted again by other bits of the hash
/// ```
/// The files have no name from the moment they are open: a kill leaves nothing behind.
struct Spool: ~Copyable {
  /// Bytes of a part that are read at once: with its index about 70 MB.
  static let partBytesMax = 48 << 20
  private static let bufferBytes = 256 << 10

  private var parts: [Part]
  private let depth: Int
  private let folder: String

  private struct Part {
    let file: Int32
    var waiting: [UInt8] = []
    var byteCount: Int64 = 0
  }

  /// `bytes` is what is expected; nil where nobody knows.
  init(beside data: String, expecting bytes: Int64?, depth: Int = 0) throws(Complaint) {
    let count = bytes.map { max(1, min(64, Int($0 / (24 << 20)) + 1)) } ?? 16
    folder = data
    self.depth = depth
    parts = []
    for number in 0..<count {
      let path = "\(data).import-\(getpid())-\(depth)-\(number)"
      let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else {
        let code = errno
        for part in parts { close(part.file) }
        throw .system("no room beside \(data) to sort the rows (\(path))", code)
      }
      unlink(path)
      parts.append(Part(file: file))
    }
  }

  deinit { for part in parts { close(part.file) } }

  /// Where the rows of a key go.
  func place(of key: [UInt8]) -> Int { Int(Self.hash(key) >> UInt64(16 * depth) & 0xFFFF) % parts.count }

  /// Appends a row to a part; `write` appends it to the bytes that it is given.
  mutating func append(to place: Int, _ write: (inout [UInt8]) -> Void) throws(Complaint) {
    write(&parts[place].waiting)
    if parts[place].waiting.count >= Self.bufferBytes { try flush(place) }
  }

  private mutating func flush(_ place: Int) throws(Complaint) {
    var done = 0
    let count = parts[place].waiting.count
    while done < count {
      let written = parts[place].waiting.withUnsafeBytes {
        Glibc.write(parts[place].file, UnsafeRawBufferPointer(rebasing: $0[done...]).baseAddress, count - done)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw Complaint(
          code: .inputOutput,
          happened: "the rows cannot be kept beside \(folder) while they are sorted: \(SystemText.of(errno)); nothing was changed",
          advice: "make room there, then run it again")
      }
      done += written
    }
    parts[place].byteCount += Int64(count)
    parts[place].waiting.removeAll(keepingCapacity: true)
  }

  /// Lends each part's rows, sorted by key and within a key as they stood in the file.
  consuming func forEachPart(_ body: (borrowing SpooledRows) throws(Complaint) -> Void) throws(Complaint) {
    for place in parts.indices {
      try flush(place)
      parts[place].waiting = []
    }
    for part in parts where part.byteCount > 0 {
      if part.byteCount <= Int64(Self.partBytesMax) || depth == 3 {
        let rows = try SpooledRows(part.file, Int(part.byteCount))
        try body(rows)
      } else {
        try split(part).forEachPart(body)
      }
      ftruncate(part.file, 0)
    }
  }

  private func split(_ part: Part) throws(Complaint) -> Spool {
    var finer = try Spool(beside: folder, expecting: part.byteCount, depth: depth + 1)
    var at: Int64 = 0
    while at < part.byteCount {
      let rows = try SpooledRows(part.file, Int(min(part.byteCount - at, Int64(Self.partBytesMax))), from: at, sorted: false)
      guard rows.byteCount > 0 else { break }
      for index in 0..<rows.count {
        let row = rows[index]
        try finer.append(to: finer.place(of: Array(row.key))) { $0.append(contentsOf: row.bytes) }
      }
      at += Int64(rows.byteCount)
    }
    return finer
  }

  /// FNV-1a, mixed once more so that any of its bits part well.
  private static func hash(_ key: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash ^= hash >> 32
    hash = hash &* 0x9E37_79B9_7F4A_7C15
    return hash ^ hash >> 29
  }
}

/// Rows of one part in memory.
struct SpooledRows: ~Copyable {
  /// Bytes that whole rows fill.
  private(set) var byteCount = 0
  private let bytes: UnsafeMutableRawBufferPointer
  private var index: [Entry] = []

  /// A row by the first bytes of its key, as a number, and its place.
  private struct Entry {
    let prefix: UInt64
    let offset: Int
  }

  init(_ file: Int32, _ count: Int, from start: Int64 = 0, sorted: Bool = true) throws(Complaint) {
    bytes = .allocate(byteCount: count, alignment: 16)
    var filled = 0
    while filled < count {
      let got = pread(
        file, UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]).baseAddress, count - filled, off_t(start) + off_t(filled))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw .system("the sorted rows cannot be read back", errno) }
      filled += got
    }
    index.reserveCapacity(count / 48)
    while let row = FeedRow(UnsafeRawBufferPointer(bytes), at: byteCount) {
      index.append(Entry(prefix: Self.prefix(row.key), offset: byteCount))
      byteCount += row.byteCount
    }
    guard sorted else { return }
    let base = UnsafeRawBufferPointer(bytes)
    index.sort { a, b in
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      let (one, other) = (Self.key(base, a.offset), Self.key(base, b.offset))
      for at in 0..<min(one.count, other.count) where one[at] != other[at] { return one[at] < other[at] }
      return one.count == other.count ? a.offset < b.offset : one.count < other.count
    }
  }

  deinit { bytes.deallocate() }

  var count: Int { index.count }

  /// The row at a place of the order.
  subscript(place: Int) -> FeedRow {
    guard let row = FeedRow(UnsafeRawBufferPointer(bytes), at: index[place].offset) else {
      preconditionFailure("a row that was found once is there")
    }
    return row
  }

  /// Where the rows end that have the key of the row at `place`.
  func end(from place: Int) -> Int {
    let key = self[place].key
    var end = place + 1
    while end < index.count, index[end].prefix == index[place].prefix, self[end].key.sameBytes(as: key) { end += 1 }
    return end
  }

  private static func key(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UnsafeRawBufferPointer {
    let count = Int(bytes[offset + 12]) | Int(bytes[offset + 13]) << 8
    return UnsafeRawBufferPointer(rebasing: bytes[offset + 14..<offset + 14 + count])
  }

  /// The first eight bytes, so that their order as a number is their order as text.
  private static func prefix(_ key: UnsafeRawBufferPointer) -> UInt64 {
    var prefix: UInt64 = 0
    for at in 0..<8 { prefix = prefix << 8 | (at < key.count ? UInt64(key[at]) : 0) }
    return prefix
  }
}
