/// The name of one thing, typed by what it names, so that an order's id is never taken for a person's.
///
/// 1 to 128 printable ASCII characters without space, quotation mark or backslash: an identifier goes into JSON, URLs and logs unescaped.
package struct Identifier<Subject>: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  /// Takes `text` as an identifier. Throws where it is empty, too long or holds a character that would need escaping.
  package init(_ text: String) throws(InvalidIdentifier) {
    guard (1...Limits.identifierBytesMax).contains(text.utf8.count) else { throw .length(text.utf8.count) }
    for byte in text.utf8 where byte <= 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { throw .character(byte) }
    self.text = text
  }

  /// Whether these bytes are an identifier's. HOT.
  static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard (1...Limits.identifierBytesMax).contains(bytes.count) else { return false }
    for byte in bytes where byte <= 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
    return true
  }

  /// Takes back an identifier that was checked when it was written.
  package init(restoring text: String) { self.text = text }

  package var description: String { text }
  package static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}

/// Why a text is no identifier.
package enum InvalidIdentifier: Error, Equatable, CustomStringConvertible {
  case length(Int)
  case character(UInt8)

  package var description: String {
    switch self {
    case .length(let count): "an id has 1 to \(Limits.identifierBytesMax) characters, this has \(count); shorten it"
    case .character(let byte): "an id has no spaces, quotation marks, backslashes or characters beyond ASCII (byte \(byte)); leave it out"
    }
  }
}

// What identifiers name.
package enum Message {}
package enum Person {}
package enum Order {}
package enum Offer {}
package enum Campaign {}
package enum Subscription {}
package enum Case {}
package enum Product {}
package enum OrderLine {}
package enum Seller {}
package enum Return {}
package enum ConsentProof {}
/// Goods that were listed together.
package enum Listing {}
/// A message to a customer; `Message` names an event.
package enum Letter {}
/// Somebody who works here.
package enum Colleague {}
package enum Period {}
package enum OfferPromise {}
/// A stretch of time with what can be done in it.
package enum CapacitySlot {}
package enum Shift {}
/// An answer sheet.
package enum Sheet {}
/// What a customer was told.
package enum SheetAnswer {}
/// What a customer asked about.
package enum Asked {}
package enum Hold {}
package enum RemedyRequest {}
package enum Disconnect {}
/// A list of people who are told of offers.
package enum Audience {}
