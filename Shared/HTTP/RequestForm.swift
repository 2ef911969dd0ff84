import Contracts

/// What may stand at one place of a request: in its path, or under a name of its query.
package enum RequestForm: Sendable, Equatable {
  /// An identifier, whatever it names; `NAME@2` too.
  case id
  /// What is made of identifiers, such as a remedy's or the place where a page begins; nothing at all is the first page.
  case longID
  /// A whole number in these bounds.
  case number(ClosedRange<Int64>)
  /// As in RFC 3339.
  case instant
  /// `true` or `false`.
  case flag
  /// A language tag (BCP 47, RFC 5646 2.1), or nothing where nobody knows it.
  case language
  case oneOf([String])
  /// Anything of at most so many bytes; the door looks closer.
  case text(max: Int)

  /// Ids that are put together of others with signs between them.
  package static let longIDBytesMax = Limits.remedyKeyBytesMax + 12

  /// What is wrong with `text`, as what follows its name in a sentence; nil where nothing is.
  package func lack(of text: String) -> String? {
    switch self {
    case .id:
      do throws(InvalidIdentifier) { _ = try Identifier<RequestForm>(text) } catch { return "is no id: \(error)" }
      return nil
    case .longID:
      let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
      return isPlain && text.utf8.count <= Self.longIDBytesMax
        ? nil : "is no id: ids have visible ASCII characters, at most \(Self.longIDBytesMax) of them; correct it"
    case .number(let range):
      return Int64(text).map(range.contains) == true
        ? nil : "is a whole number from \(range.lowerBound) to \(range.upperBound), not “\(Self.short(text))”; correct it"
    case .instant:
      do throws(InvalidTimestamp) { _ = try Timestamp(rfc3339: text) } catch { return "is no instant: \(error)" }
      return nil
    case .flag: return text == "true" || text == "false" ? nil : "is true or false, not “\(Self.short(text))”; write one of these"
    case .language: return text.isEmpty || Self.isLanguage(text) ? nil : "is no language: “\(Self.short(text))”; write a tag such as en-US"
    case .oneOf(let words):
      return words.contains(text)
        ? nil : "is one of \(words.joined(separator: ", ")), not “\(Self.short(text))”; write one of these"
    case .text(let max):
      return text.utf8.count <= max ? nil : "has \(text.utf8.count) bytes, \(max) are the most; shorten it"
    }
  }

  /// Enough of a wrong value to know it by.
  private static func short(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }

  private static func isLanguage(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    guard let first = parts.first, (2...8).contains(first.count), first.allSatisfy(isLetter) else { return false }
    return parts.allSatisfy { part in (1...8).contains(part.count) && part.allSatisfy { isLetter($0) || $0 &- 0x30 < 10 } }
  }
}
