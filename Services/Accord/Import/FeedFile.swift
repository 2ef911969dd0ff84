import Contracts
import Feed
import Glibc
import Host

/// A shop's export as it is read: record by record through one buffer, whatever its length, from a file or from standard input.
struct FeedFile: ~Copyable {
  /// As it goes into the facts: without its folder.
  let name: String
  /// Bytes of a regular file; nil where the end is not known before it comes.
  let byteCount: Int64?
  /// Bytes read so far.
  private(set) var bytesRead: Int64 = 0
  private let file: Int32
  private var text: DelimitedText
  private let buffer: UnsafeMutableRawBufferPointer
  private var filled = 0
  private var offset = 0
  private var isAtEnd = false

  /// Opens `path`, `-` for standard input.
  init(_ path: String, _ separator: DelimitedText.Separator) throws(Complaint) {
    file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw Complaint(
        code: .noInput, happened: "\(path) cannot be read: \(SystemText.of(errno))", advice: "check its name and its permissions")
    }
    var status = stat()
    fstat(file, &status)
    guard status.st_mode & S_IFMT != S_IFDIR else {
      if file != STDIN_FILENO { close(file) }
      throw Complaint(code: .noInput, happened: "\(path) is a folder", advice: "name the export in it")
    }
    byteCount = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    name = path == "-" ? "stdin" : String(path.split(separator: "/").last ?? "file")
    text = DelimitedText(separator)
    buffer = .allocate(byteCount: 2 * FeedLimits.recordBytesMax + 4_096, alignment: 16)
  }

  deinit {
    buffer.deallocate()
    if file != STDIN_FILENO { close(file) }
  }

  /// Lends the next record to `body`: its line, where its fields stand, and the bytes in which they do. False once there is none.
  mutating func next<E: Error>(
    _ body: (Int64, [DelimitedText.Field], UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(FeedFailure<E>) -> Bool {
    while true {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
      let found: DelimitedText.Record?
      do throws(FeedFault) { found = try text.next(in: bytes, from: offset, isLast: isAtEnd) } catch { throw .feed(error) }
      if let found {
        offset = found.next
        do throws(E) { try body(found.line, text.fields, bytes) } catch { throw .body(error) }
        return true
      }
      guard !isAtEnd else { return false }
      do throws(Complaint) { try refill() } catch { throw .read(error) }
    }
  }

  /// Finds the columns of `settings` in the header, which is the first record.
  mutating func columns(_ settings: ImportSettings) throws(Complaint) -> FeedColumns {
    var header: [String] = []
    let text = self.text
    do throws(FeedFailure<Complaint>) {
      _ = try next { (_, fields, bytes) throws(Complaint) in
        header = fields.map { String(decoding: text.bytes(of: $0, in: bytes), as: UTF8.self) }
      }
    } catch { throw error.complaint(name) }
    do throws(FeedFault) {
      guard !header.isEmpty else { throw .empty }
      return try FeedColumns(settings.pairs, header: header, separator: settings.separator) { Nearest.of($0, among: $1) }
    } catch { throw FeedFailure<Complaint>.feed(error).complaint(name) }
  }

  /// A field's bytes, doubled quotation marks undone.
  func plain(_ field: DelimitedText.Field, in bytes: UnsafeRawBufferPointer) -> [UInt8] { text.bytes(of: field, in: bytes) }

  private mutating func refill() throws(Complaint) {
    if offset > 0 {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[offset..<filled]))
      filled -= offset
      offset = 0
    }
    while filled < buffer.count {
      let count = read(file, UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).baseAddress, buffer.count - filled)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EBADF {
        throw Complaint(code: .noInput, happened: "\(name) is closed, nothing was changed", advice: "pipe the export in, or name its file")
      }
      guard count >= 0 else { throw .system("\(name) cannot be read on", errno) }
      guard count > 0 else {
        isAtEnd = true
        return
      }
      filled += count
      bytesRead += Int64(count)
      if filled >= FeedLimits.recordBytesMax { return }
    }
  }
}

/// What can end the reading of a feed.
enum FeedFailure<Inner: Error>: Error {
  case feed(FeedFault)
  case read(Complaint)
  case body(Inner)
}

extension FeedFailure where Inner == Complaint {
  /// The complaint about the file `name`: nothing of it was taken in.
  func complaint(_ name: String) -> Complaint {
    switch self {
    case .feed(let fault):
      Complaint(code: .refused, happened: "\(name) is not taken in, nothing was changed: \(fault)", advice: "")
    case .read(let complaint), .body(let complaint): complaint
    }
  }
}
