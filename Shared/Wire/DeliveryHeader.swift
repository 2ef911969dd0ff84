import Contracts

/// What stands in front of a delivered event. HOT: straight into the connection's output buffer, nothing allocated.
///
/// ```
///   '----------------------- render -----------------------------'        '-- the shell --'
///   00 00 02 8B {"op":"deliver","handle":1, ... ,"event":          {...}   }
///   length      payload                                            event as published
/// ```
/// The frame is whole once the shell has put `eventBytes` bytes of event and one `}` behind it.
package enum DeliveryHeader {
  /// Room that a header takes at most, with so many bytes of producer.
  package static func bytesMax(producer count: Int) -> Int { fixedBytesMax + count }

  /// The four bytes of length, the names (97 bytes), and six numbers of at most 20 digits.
  private static let fixedBytesMax = 4 + 128 + 6 * 20

  /// A producer's name as `render` wants it: escaped, without quotation marks. Keep it, one per producer.
  package static func producer(_ name: String) -> [UInt8] {
    var writer = JSONWriter(reserving: name.utf8.count + 2)
    writer.string(name)
    return Array(writer.bytes.dropFirst().dropLast())
  }

  /// Writes the header and returns how many bytes it took. `buffer` holds at least `bytesMax(producer:)`.
  @inline(__always)
  package static func render(
    handle: UInt32, number: UInt64, position: UInt64, attempt: UInt32, producer: UnsafeRawBufferPointer, sequence: UInt64,
    eventBytes: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    precondition(buffer.count >= bytesMax(producer: producer.count), "a delivery's header needs bytesMax(producer:) bytes of room")
    guard let base = buffer.baseAddress else { preconditionFailure("a delivery's header needs room") }
    var pen = unsafe Pen(at: base + WireLimits.lengthBytes)
    pen.write("{\"op\":\"deliver\",\"handle\":")
    pen.write(UInt64(handle))
    pen.write(",\"number\":")
    pen.write(number)
    pen.write(",\"position\":")
    pen.write(position)
    pen.write(",\"attempt\":")
    pen.write(UInt64(attempt))
    pen.write(",\"producer\":\"")
    unsafe pen.write(producer)
    pen.write("\",\"sequence\":")
    pen.write(sequence)
    pen.write(",\"event\":")
    let count = unsafe pen.at - base
    let payload = count - WireLimits.lengthBytes + eventBytes + 1
    unsafe base.storeBytes(of: UInt32(payload).bigEndian, as: UInt32.self)
    return count
  }
}

/// Writes bytes one behind the other into memory that was found large enough before.
@safe
private struct Pen {
  private(set) var at: UnsafeMutableRawPointer

  @inline(__always)
  init(at start: UnsafeMutableRawPointer) { unsafe at = start }

  @inline(__always)
  mutating func write(_ text: StaticString) {
    unsafe at.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    unsafe at += text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    unsafe at.copyMemory(from: start, byteCount: bytes.count)
    unsafe at += bytes.count
  }

  @inline(__always)
  mutating func write(_ number: UInt64) {
    var limit: UInt64 = 10
    var digits = 1
    while digits < 20, number >= limit {
      digits += 1
      let (next, over) = limit.multipliedReportingOverflow(by: 10)
      limit = over ? UInt64.max : next
      if over { break }
    }
    var rest = number
    var index = digits - 1
    while index >= 0 {
      unsafe at.storeBytes(of: .zero + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
      index -= 1
    }
    unsafe at += digits
  }
}
