/// The target of a request taken apart: path segments and query, percent-decoded (RFC 3986 2.1, RFC 9112 3.2).
struct RequestTarget: Equatable {
  let path: String
  let segments: [String]
  let query: [Request.QueryItem]
  /// The authority of the absolute form, which replaces the Host header (RFC 9112 3.2.2).
  let authority: String?

  init(_ target: ArraySlice<UInt8>) throws(HTTPRefusal) {
    var rest = target
    guard rest.allSatisfy(Self.isAllowed) else { throw .malformedTarget }
    var authority: String?
    if rest.elementsEqual([UInt8(ascii: "*")]) {
      (path, segments, query, self.authority) = ("*", [], [], nil)
      return
    }
    if rest.first != UInt8(ascii: "/") {
      let scheme = Array("http://".utf8)
      guard rest.count > scheme.count, Headers.same(String(decoding: rest.prefix(scheme.count), as: UTF8.self), "http://") else {
        throw .malformedTarget
      }
      rest = rest.dropFirst(scheme.count)
      let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
      authority = String(decoding: host, as: UTF8.self)
      rest = rest[host.endIndex...]
      if rest.first != UInt8(ascii: "/") { rest = [UInt8(ascii: "/")] + rest }
    }
    self.authority = authority
    let pathBytes = rest.prefix { $0 != UInt8(ascii: "?") }
    path = String(decoding: pathBytes, as: UTF8.self)
    var segments: [String] = []
    for part in pathBytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      segments.append(try Percent.decoded(part))
    }
    self.segments = segments == [""] ? [] : segments
    query = try Self.items(rest[pathBytes.endIndex...].dropFirst())
  }

  /// `name=value&name=value` as browsers write forms (WHATWG URL 5.1).
  static func items(_ text: ArraySlice<UInt8>) throws(HTTPRefusal) -> [Request.QueryItem] {
    var items: [Request.QueryItem] = []
    for part in text.split(separator: UInt8(ascii: "&")) {
      let name = part.prefix { $0 != UInt8(ascii: "=") }
      let value = part[name.endIndex...].dropFirst()
      items.append(
        Request.QueryItem(name: try Percent.decoded(name, plusIsSpace: true), value: try Percent.decoded(value, plusIsSpace: true)))
    }
    return items
  }

  /// Visible ASCII without the fragment's sign and what RFC 3986 2 leaves out in a way that harms (quotes, angle brackets, backslash).
  private static func isAllowed(_ byte: UInt8) -> Bool {
    guard byte > 0x20, byte < 0x7F else { return false }
    return byte != UInt8(ascii: "#") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
      && byte != UInt8(ascii: "\\")
  }
}

/// Percent-encoding (RFC 3986 2.1).
package enum Percent {
  /// The text behind `bytes`. Throws on wrong escapes, a zero byte and what is no UTF-8.
  static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) throws(HTTPRefusal) -> String {
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.endIndex, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2]) else { throw .malformedTarget }
        plain.append(UInt8(high << 4 | low))
        index += 3
      } else {
        plain.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
        index += 1
      }
    }
    guard !plain.contains(0), let text = String(validating: plain, as: UTF8.self) else { throw .malformedTarget }
    return text
  }

  /// `text` as one path segment or query value: everything but unreserved characters is escaped.
  package static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func hex(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x41 + 10
    case 0x61...0x66: Int(byte) - 0x61 + 10
    default: nil
    }
  }
}
