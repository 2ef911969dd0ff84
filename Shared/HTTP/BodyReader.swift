/// Takes a body from bytes that come in any pieces, by length, by chunks or up to the end of the stream (RFC 9112 6.3, 7.1).
///
///     chunked:  size line ─▶ data ─▶ CR LF ─▶ size line ... 0 ─▶ trailers ─▶ empty line ─▶ done
struct BodyReader {
  private enum State: Equatable {
    case data(left: Int)
    case chunkSize
    case chunkData(left: Int)
    case chunkEnd
    case trailers(bytes: Int)
    case untilClose
    case done
  }

  private(set) var body: [UInt8] = []
  private let bytesMax: Int
  private var state: State
  private var lines = LineReader()

  /// A body framed by `framing` of at most `bytesMax` bytes; one declared longer is refused at once.
  init(_ framing: BodyFraming, bytesMax: Int) throws(HTTPRefusal) {
    self.bytesMax = bytesMax
    switch framing {
    case .none: state = .done
    case .length(let length):
      guard length <= bytesMax else { throw .bodyTooLarge(limit: bytesMax) }
      state = length == 0 ? .done : .data(left: length)
      // A promise alone gets little memory.
      body.reserveCapacity(min(length, 64 * 1024))
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  var isDone: Bool { state == .done }
  /// True where the end of the stream is the end of the body.
  var endsWithStream: Bool { state == .untilClose }

  /// Takes bytes from `bytes[offset...]` up to the body's end, moving `offset` over them.
  mutating func read(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) throws(HTTPRefusal) {
    while state != .done, offset < bytes.count {
      switch state {
      case .data(let left):
        let taken = take(left, bytes, &offset)
        state = taken == left ? .done : .data(left: left - taken)
      case .chunkData(let left):
        let taken = take(left, bytes, &offset)
        state = taken == left ? .chunkEnd : .chunkData(left: left - taken)
      case .untilClose:
        guard bytes.count - offset <= bytesMax - body.count else { throw .bodyTooLarge(limit: bytesMax) }
        _ = take(bytes.count - offset, bytes, &offset)
      case .chunkSize:
        guard try readLine(bytes, &offset) else { return }
        let size = try Self.chunkSize(lines.line)
        guard size <= bytesMax - body.count else { throw .bodyTooLarge(limit: bytesMax) }
        state = size == 0 ? .trailers(bytes: 0) : .chunkData(left: size)
      case .chunkEnd:
        guard try readLine(bytes, &offset) else { return }
        guard lines.line.isEmpty else { throw .malformedChunk }
        state = .chunkSize
      case .trailers(let seen):
        guard try readLine(bytes, &offset) else { return }
        if lines.line.isEmpty {
          state = .done
        } else {
          // Trailers are checked and thrown away (RFC 9110 6.5.1).
          _ = try FieldParser.field(lines.line)
          guard seen + lines.line.count <= 8 * HTTPLimits.chunkLineBytesMax else { throw .malformedChunk }
          state = .trailers(bytes: seen + lines.line.count)
        }
      case .done: return
      }
    }
  }

  private mutating func take(_ wanted: Int, _ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Int {
    let count = min(wanted, bytes.count - offset)
    body.append(contentsOf: bytes[offset..<(offset + count)])
    offset += count
    return count
  }

  private mutating func readLine(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) throws(HTTPRefusal) -> Bool {
    switch lines.read(bytes, &offset, limit: HTTPLimits.chunkLineBytesMax) {
    case .more: return false
    case .line: return true
    case .tooLong: throw .malformedChunk
    case .bareLineFeed: throw .bareLineFeed
    }
  }

  /// The hexadecimal size before blanks and extensions; extensions mean nothing here (RFC 9112 7.1.1).
  private static func chunkSize(_ line: [UInt8]) throws(HTTPRefusal) -> Int {
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    guard line[digits.endIndex...].first(where: { $0 != 0x20 && $0 != 0x09 }) ?? UInt8(ascii: ";") == UInt8(ascii: ";"),
      !line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F })
    else { throw .malformedChunk }
    guard (1...15).contains(digits.count) else { throw .malformedChunk }
    var size = 0
    for digit in digits {
      guard let value = Percent.hex(digit) else { throw .malformedChunk }
      size = size << 4 | value
    }
    return size
  }
}
