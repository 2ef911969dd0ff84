/// What a contract asks of a value beyond being JSON, each broken in its own way.
package enum ContractRule: Sendable, Equatable, CustomStringConvertible {
  case missing(String)
  /// A value of another kind stands where one of `wanted` was asked for.
  case anotherKind(JSONFault.Wanted)
  case identifier(InvalidIdentifier)
  case timestamp(InvalidTimestamp)
  case duration(InvalidDuration)
  case currency(String)
  /// A word that is not one of those that the contract lists.
  case unknownWord(String, allowed: [String])
  /// A word with other characters than a to z, 0 to 9, `.`, `_` and `-`, or too long.
  case notAWord(String)
  case country(String)
  case offerVersion(String)
  case remedyID(String)
  case notADigest(String)
  case empty
  case tooLong(bytes: Int, max: Int)
  case tooMany(Int, max: Int)
  case outOfRange(Int64, ClosedRange<Int64>)
  case repeated(String)
  /// It names a line that the order does not have.
  case unknownLine(String)
  case currencies(Currency, Currency)
  // The envelope's own (CloudEvents 1.0).
  case specVersion(String)
  case attributeName(String)
  case escapedName(String)
  case notAURI(String)
  case dataTwice
  case notBase64

  package var description: String {
    switch self {
    case .missing(let name): "\"\(name)\" is missing; send it"
    case .anotherKind(let wanted): "\(wanted.rawValue) was expected; write one"
    case .identifier(let reason): reason.description
    case .timestamp(let reason): reason.description
    case .duration(let reason): reason.description
    case .currency(let code): "\"\(code)\" is no currency of ISO 4217; write three capital letters like EUR"
    case .unknownWord(let word, let allowed): "\"\(word)\" is not known here; write one of \(allowed.joined(separator: ", "))"
    case .notAWord(let word):
      "\"\(word)\" is no plain word; write 1 to \(Limits.wordBytesMax) of a to z, 0 to 9, point, underscore and hyphen"
    case .country(let code): "\"\(code)\" is no country code; write two capital letters of ISO 3166 like DE"
    case .offerVersion(let text): "\"\(text)\" names no version of an offer; write it like spring-sale@2"
    case .remedyID(let text): "\"\(text)\" names no remedy; write it like spring-sale/order-7#1"
    case .notADigest(let text): "\"\(text)\" is no digest; write 64 hexadecimal digits in small letters"
    case .empty: "it is empty; fill it or leave it out"
    case .tooLong(let bytes, let max): "it has \(bytes) bytes, at most \(max) are taken; shorten it"
    case .tooMany(let count, let max): "there are \(count), at most \(max) are taken; split them"
    case .outOfRange(let value, let range): "\(value) is not within \(range.lowerBound) to \(range.upperBound); correct it"
    case .repeated(let name): "\"\(name)\" is given twice; give each its own"
    case .unknownLine(let name): "the order has no line \"\(name)\"; name one of its lines or none"
    case .currencies(let a, let b): "\(a) and \(b) stand in one fact; it has one currency, split it"
    case .specVersion(let version): "CloudEvents \"\(version)\" is not understood here; send specversion 1.0"
    case .attributeName(let name): "\"\(name)\" is no attribute's name; write 1 to 20 of a to z and 0 to 9"
    case .escapedName(let name): "the name \"\(name)\" is written with escapes; two readers might read two names, write it plainly"
    case .notAURI(let text): "\"\(text)\" is no URI reference (RFC 3986); escape what is not allowed in one"
    case .dataTwice: "data and data_base64 are both given; send one of them"
    case .notBase64: "data_base64 is not Base64 (RFC 4648 4, with padding); encode it again"
    }
  }
}
