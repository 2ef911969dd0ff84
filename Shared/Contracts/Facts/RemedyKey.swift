/// What a remedy is given for, once and for ever: `offer/order`, or `offer/subscription/period` for plans.
package struct RemedyKey: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(offer: Identifier<Offer>, order: Identifier<Order>) { text = offer.text + "/" + order.text }

  package init(offer: Identifier<Offer>, subscription: Identifier<Subscription>, period: Identifier<Period>) {
    text = "\(offer.text)/\(subscription.text)/\(period.text)"
  }

  /// Goodwill without an offer, by the name of what it was given for.
  package init<Cause>(goodwill cause: Identifier<Cause>) { text = "goodwill/\(cause.text)" }

  /// Takes `text` as a key; nil where it is empty, too long, or holds what an identifier may not hold.
  package init?(_ text: String) {
    guard (1...Limits.remedyKeyBytesMax).contains(text.utf8.count), Self.isPlain(text) else { return nil }
    self.text = text
  }

  /// Takes back a key that was checked when it was written.
  package init(restoring text: String) { self.text = text }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != .quote && $0 != .backslash }
  }

  package var description: String { text }
}

/// One grant under a key, `key#ordinal`: each grant, top-up or re-grant takes the next ordinal.
package struct RemedyID: Hashable, Sendable, CustomStringConvertible {
  package let key: RemedyKey
  /// From 1 on.
  package let ordinal: Int

  package init(key: RemedyKey, ordinal: Int) {
    precondition(ordinal >= 1, "remedies under a key are counted from 1 on")
    self.key = key
    self.ordinal = ordinal
  }

  /// Reads `spring-sale/order-7#2`; nil where it is written otherwise.
  package init?(_ text: String) {
    // By bytes: a key is ASCII, and what is not is refused below.
    guard let mark = text.utf8.lastIndex(of: UInt8(ascii: "#")), let key = RemedyKey(String(text[..<mark])) else { return nil }
    let digits = text.utf8[text.utf8.index(after: mark)...]
    guard (1...18).contains(digits.count), let first = digits.first, first != .zero else { return nil }
    var ordinal = 0
    for digit in digits {
      guard digit &- .zero <= 9 else { return nil }
      ordinal = ordinal * 10 + Int(digit &- .zero)
    }
    self.init(key: key, ordinal: ordinal)
  }

  /// HOT: it stands in facts, entries and marks. Joined, not interpolated.
  package var description: String { ordinal == 1 ? key.text + "#1" : key.text + "#" + String(ordinal) }
}

extension Shape where Value == RemedyID {
  static var remedyID: Shape {
    let max = Int64(Limits.remedyKeyBytesMax + 20)
    return Shape(
      schema: ["type": "string", "minLength": 3, "maxLength": .integer(max)], sample: RemedyID(key: RemedyKey(restoring: "a"), ordinal: 1)
    ) { json throws(ContractFault) in
      guard let text = json.string else { throw .broken(.anotherKind(.string), at: "") }
      guard let id = RemedyID(text) else { throw .broken(.remedyID(text), at: "") }
      return id
    }
  }
}
