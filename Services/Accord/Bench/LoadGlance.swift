import Glibc

/// Reads the parts of a text protocol one after the other; nothing is copied. For loaders: it trusts what the server wrote.
struct LoadGlance {
  let bytes: UnsafeRawBufferPointer
  var at: Int

  init(_ bytes: UnsafeRawBufferPointer, from at: Int = 0) {
    self.bytes = bytes
    self.at = at
  }

  /// Steps over `text` where it stands here.
  mutating func skip(_ text: StaticString) -> Bool {
    guard stands(text), bytes.count >= at + text.utf8CodeUnitCount else { return false }
    at += text.utf8CodeUnitCount
    return true
  }

  /// Whether `text` stands here.
  func stands(_ text: StaticString) -> Bool {
    guard let base = bytes.baseAddress, bytes.count >= at + text.utf8CodeUnitCount else { return false }
    return memcmp(base + at, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// Steps behind the next `byte`, or to the end where there is none.
  mutating func skip(past byte: UInt8) {
    while at < bytes.count {
      at += 1
      if bytes[at - 1] == byte { return }
    }
  }

  /// The digits that stand here.
  mutating func number() -> UInt64 {
    var number: UInt64 = 0
    while at < bytes.count, case let digit = bytes[at] &- 48, digit < 10 {
      number = number &* 10 &+ UInt64(digit)
      at += 1
    }
    return number
  }

  /// The line that begins here, without its CR LF, and steps behind it; nil and no step while it is not whole.
  mutating func line() -> Range<Int>? {
    guard let base = bytes.baseAddress, at < bytes.count, let end = memchr(base + at, 10, bytes.count - at) else { return nil }
    let feed = UnsafeRawPointer(end) - base
    defer { at = feed + 1 }
    return at..<max(at, feed - 1)
  }

  /// The text of `range`.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// Writes parts of a text protocol one behind the other into room that was found large enough before.
struct LoadPen {
  var at: UnsafeMutableRawPointer

  init(_ at: UnsafeMutableRawPointer) { self.at = at }

  mutating func write(_ text: StaticString) {
    at.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    at += text.utf8CodeUnitCount
  }

  mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { write($0) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    at.copyMemory(from: base, byteCount: bytes.count)
    at += bytes.count
  }

  /// An event as it is published, and the end of its line.
  mutating func write(_ events: LoadEvents, publisher: Int, sequence: UInt64) {
    events.render(publisher: publisher, sequence: sequence, into: at)
    at += events.byteCount
    write("\r\n")
  }

  mutating func write(_ number: UInt64) {
    var rest = number
    var digits = 1
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    rest = number
    for index in stride(from: digits - 1, through: 0, by: -1) {
      at.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    }
    at += digits
  }
}
