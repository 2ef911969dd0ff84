/// Little-endian bytes in the making, for records and checkpoints.
struct ByteWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  mutating func put(_ value: UInt8) { bytes.append(value) }
  mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }
  mutating func put(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
  mutating func put(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
  mutating func put(_ value: Int64) { put(UInt64(bitPattern: value)) }
  mutating func put(count: Int) { put(UInt32(count)) }
  mutating func put(bytes more: [UInt8]) { bytes.append(contentsOf: more) }

  /// Length and UTF-8; texts in records are short.
  mutating func put(_ text: String) {
    put(count: text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func put<Element>(_ list: [Element], _ each: (inout ByteWriter, Element) -> Void) {
    put(count: list.count)
    for element in list { each(&self, element) }
  }
}

/// Reads what a `ByteWriter` wrote; a fault where it ends early.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }

  private mutating func take(_ count: Int) throws(MemoryFault) -> Int {
    guard count <= bytes.count - at else { throw .short(offset: at) }
    defer { at += count }
    return at
  }

  /// The next `count` bytes, to be read by themselves.
  mutating func part(_ count: Int) throws(MemoryFault) -> ByteReader {
    let from = try take(count)
    return ByteReader(UnsafeRawBufferPointer(rebasing: bytes[from..<from + count]))
  }

  mutating func u8() throws(MemoryFault) -> UInt8 { bytes[try take(1)] }
  mutating func bool() throws(MemoryFault) -> Bool { try u8() != 0 }
  mutating func u32() throws(MemoryFault) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: try take(4), as: UInt32.self))
  }
  mutating func u64() throws(MemoryFault) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: try take(8), as: UInt64.self))
  }
  mutating func i64() throws(MemoryFault) -> Int64 { Int64(bitPattern: try u64()) }

  mutating func text() throws(MemoryFault) -> String {
    let count = Int(try u32())
    let from = try take(count)
    return String(decoding: bytes[from..<from + count], as: UTF8.self)
  }

  /// A list whose elements take at least one byte each, so that a wrong count cannot ask for more memory than there are bytes.
  mutating func list<Element>(
    _ each: (inout ByteReader) throws(MemoryFault) -> Element
  ) throws(MemoryFault) -> [Element] {
    let count = Int(try u32())
    guard count <= bytes.count - at else { throw .short(offset: at) }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try each(&self)) }
    return elements
  }
}

/// What the journal gave back does not make sense as the broker's memory, though its checksums agree.
package enum MemoryFault: Error, Equatable, CustomStringConvertible {
  case short(offset: Int)
  case version(UInt32)
  /// Bytes are left over at the end.
  case long
  case kind(UInt8)
  /// A record speaks of something that no earlier one made.
  case unknown(String, UInt32)
  case value(String, UInt64)

  package var description: String {
    switch self {
    case .short(let offset): "the broker's memory ends early, at byte \(offset); the journal was written by another program, use that one"
    case .version(let version): "the broker's memory has format \(version), this program knows 1 and 2; start the program that wrote it"
    case .long: "the broker's memory has bytes left over; the journal was written by another program, use that one"
    case .kind(let kind): "the journal holds a record of kind \(kind), unknown to this program; start the program that wrote it"
    case .unknown(let what, let number):
      "a record speaks of \(what) \(number), which no earlier one made; restore the data folder from a backup"
    case .value(let what, let value): "a record says \(what) \(value), which has no meaning; start the program that wrote it"
    }
  }
}
