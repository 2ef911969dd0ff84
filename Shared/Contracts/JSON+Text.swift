/// The tree from and to bytes.
extension JSON {
  /// Reads one value with nothing but white space around it. Names that stand twice in one object are refused (RFC 7493 2.3).
  package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    var reader = JSONReader(bytes)
    self = try reader.value()
    try reader.end()
  }

  package init(parsing bytes: [UInt8]) throws(JSONFault) {
    // Typed throws do not pass through withUnsafeBytes yet, so the outcome does.
    let outcome = bytes.withUnsafeBytes { buffer in Result { () throws(JSONFault) in try JSON(parsing: buffer) } }
    self = try outcome.get()
  }

  package init(parsing text: String) throws(JSONFault) { try self.init(parsing: Array(text.utf8)) }

  /// The value without white space, members in their order.
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// One spelling for one value, for hashing: no white space, names sorted by their UTF-16 units, as RFC 8785 has it.
  ///
  /// Throws `.notCanonical` for a number with fraction or exponent. Unlike RFC 8785 integers beyond 53 bits stand as they are.
  package func canonical() throws(JSONFault) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(try sorted())
    return writer.bytes
  }

  private func sorted() throws(JSONFault) -> JSON {
    switch self {
    case .null, .bool, .integer, .string: return self
    case .number: throw JSONFault(.notCanonical, at: 0)
    case .array(let elements):
      var result: [JSON] = []
      result.reserveCapacity(elements.count)
      for element in elements { result.append(try element.sorted()) }
      return .array(result)
    case .object(let members):
      var result: [Member] = []
      result.reserveCapacity(members.count)
      for member in members { result.append(Member(member.name, try member.value.sorted())) }
      result.sort { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
      return .object(result)
    }
  }
}

extension JSONReader {
  /// The value that stands next, as a tree.
  package mutating func value() throws(JSONFault) -> JSON {
    switch try peek() {
    case .braceOpen:
      var members: [JSON.Member] = []
      try beginObject()
      while let name = try nextName() {
        let text = name.description
        members.append(JSON.Member(text, try value()))
      }
      return .object(members)
    case .bracketOpen:
      var elements: [JSON] = []
      try beginArray()
      while try nextElement() { elements.append(try value()) }
      return .array(elements)
    case .quote: return .string(try string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try bool())
    case .minus, .zero ... .nine: return try number()
    default:
      guard try null() else { throw JSONFault(.unexpected(bytes[offset], wanted: .value), at: offset) }
      return .null
    }
  }

  /// A number: an integer where it is one that fits and has no sign without value, else as it is written.
  private mutating func number() throws(JSONFault) -> JSON {
    let written = String(decoding: bytes[try raw()], as: UTF8.self)
    if written != "-0", let integer = Int64(written) { return .integer(integer) }
    return .number(written)
  }
}
