/// Why bytes are not the JSON that was asked for, and where.
package struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    case endsEarly
    case afterEnd
    case tooDeep
    case unexpected(UInt8, wanted: Wanted)
    case controlCharacter(UInt8)
    case unknownEscape(UInt8)
    /// Half of a surrogate pair names no character.
    case loneSurrogate
    case notUTF8
    case leadingZero
    /// A value of another kind stands where `Wanted` was asked for.
    case notA(Wanted)
    /// A number with fraction or exponent, or beyond 64 bits.
    case notAnInteger
    case duplicateName(String)
    /// Numbers with fraction or exponent have no canonical form here.
    case notCanonical
    /// Readable, but not what the contract asks for.
    case rule(ContractRule)
  }
  package enum Wanted: String, Sendable {
    case value = "a value"
    case name = "a name in quotation marks"
    case colon = "a colon"
    case commaOrBrace = "a comma or }"
    case commaOrBracket = "a comma or ]"
    case digit = "a digit"
    case hexDigit = "a hexadecimal digit"
    case string = "a string"
    case integer = "a whole number"
    case bool = "true or false"
    case null = "null"
    case object = "an object"
    case array = "an array"
  }

  package let kind: Kind
  /// Bytes from the start of what was read.
  package let offset: Int

  package init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  package var description: String { "\(reason) at byte \(offset)" }

  /// The sentence without the place.
  package var reason: String {
    switch kind {
    case .endsEarly: "the JSON ends in the middle of a value; send all of it"
    case .afterEnd: "something follows after the JSON value; send one value"
    case .tooDeep: "the JSON is nested deeper than \(Limits.jsonDepthMax) levels; flatten it"
    case .unexpected(let byte, let wanted): "\(wanted.rawValue) was expected, not \(Self.name(of: byte)); see RFC 8259"
    case .controlCharacter(let byte): "\(Self.name(of: byte)) stands bare in a string; write it as an escape"
    case .unknownEscape(let byte): "JSON has no escape \\ with \(Self.name(of: byte)); double the backslash to mean one"
    case .loneSurrogate: "an escape is half of a surrogate pair and names no character; send both halves"
    case .notUTF8: "the bytes are not UTF-8; encode the text as UTF-8"
    case .leadingZero: "a number begins with a needless zero; leave it out"
    case .notA(let wanted): "\(wanted.rawValue) was expected"
    case .notAnInteger: "a whole number within 64 bits was expected; write it without fraction and exponent"
    case .duplicateName(let name): "the name \"\(name)\" stands twice in one object; two readers would see two values, send one"
    case .notCanonical: "only whole numbers within 64 bits can be hashed; scale the number to an integer"
    case .rule(let rule): rule.description
    }
  }

  private static func name(of byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Unicode.Scalar(byte))'" }
    return byte == 0x20 ? "a space" : "byte 0x\(Hex.encode([byte]))"
  }
}
