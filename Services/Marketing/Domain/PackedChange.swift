package import Contracts

/// What a remedy's fact changed about an order, as marketing keeps it: what bears on offers and nothing else, an eighth of its JSON.
///
/// ```
/// version 1 | change, kind, basis, state, destination: a byte each | remedy | offer? | amount | currency | units | reason
///   n lines: line? | amount
/// ```
/// PackedBytes says how numbers and texts are written. No JSON begins with a byte of 1, so a row tells which of both it holds. Accounts,
/// entries, taxes and tenders are left out: they bear on money, which the ledger decides.
package enum PackedChange {
  private static let format: UInt8 = 1

  /// Whether a row's content is packed.
  package static func isPacked(_ content: [UInt8]) -> Bool { content.first == format }

  /// HOT. Nil where a word is newer than this format: then the fact is kept as it was told.
  package static func pack(_ fact: RemedyChanged) -> [UInt8]? {
    guard let change = code(fact.change, changes), let kind = code(fact.kind, kinds), let basis = code(fact.basis, bases),
      let state = code(fact.state, states), let destination = code(fact.destination.kind, destinations)
    else { return nil }
    var out = PackedBytes(reserving: 128)
    out.byte(format)
    for word in [change, kind, basis, state, destination] { out.byte(word) }
    out.text(fact.remedyID.description)
    out.optional(fact.offer?.description)
    out.signed(fact.amount.minor)
    out.text(fact.amount.currency.code)
    out.optional(fact.inputs?["used"]?["units"]?.integer)
    out.text(fact.reason)
    out.unsigned(UInt64(fact.lines.count))
    for share in fact.lines {
      out.optional(share.lineID?.text)
      out.signed(share.amount.minor)
    }
    return out.bytes
  }

  /// The fact of `pack`, about `order`. Throws where the bytes are not of this format.
  package static func unpack(_ bytes: [UInt8], order: Identifier<Order>) throws -> RemedyChanged {
    try bytes.withUnsafeBytes { bytes in
      var read = PackedReader(bytes)
      return try fact(&read, order)
    }
  }

  private static func fact(_ read: inout PackedReader, _ order: Identifier<Order>) throws(PackedFault) -> RemedyChanged {
    guard try read.byte() == format else { throw .format }
    let (change, kind, basis) = (try word(changes, &read), try word(kinds, &read), try word(bases, &read))
    let (state, destination) = (try word(states, &read), try word(destinations, &read))
    guard let id = RemedyID(try read.text()) else { throw .format }
    let offer = try read.optionalText()
    let minor = try read.signed()
    guard let currency = Currency(try read.text()) else { throw .format }
    let (units, reason) = (try read.optionalNumber(), try read.text())
    var lines: [RemedyChanged.Share] = []
    for _ in 0..<(try read.count()) {
      let line = try read.optionalText().map(Identifier<OrderLine>.init(restoring:))
      lines.append(.init(lineID: line, amount: Money(minor: try read.signed(), currency)))
    }
    guard read.isAtEnd else { throw .format }
    return RemedyChanged(
      change: change, remedyID: id, offer: offer.flatMap { OfferVersion($0) }, orderID: order, kind: kind, basis: basis,
      amount: Money(minor: minor, currency), lines: lines, destination: .init(destination), state: state, reason: reason,
      inputs: units.map { .object([.init("used", .object([.init("units", .integer($0))]))]) })
  }

  // A word's code is its place here: words are only ever added behind.
  private static let changes: [RemedyChanged.Change] = [.granted, .posted, .voided, .expired, .clawedBack, .declined]
  private static let kinds: [RemedyChanged.Kind] = [.priceAdjustment, .shippingRefund, .renewalDiscount, .parityMatch, .goodwill]
  private static let bases: [RemedyChanged.Basis] = [.lookBack, .gap, .inWindow, .late, .desk, .honourFor, .parity, .goodwill]
  private static let states: [RemedyChanged.State] = [.pending, .posted, .voided, .expired, .clawedBack, .declined]
  private static let destinations: [RemedyChanged.Destination.Kind] = [.originalTender, .customerCredit, .receipt]

  /// Nil where `words` lacks the word.
  private static func code<Word: Equatable>(_ word: Word, _ words: [Word]) -> UInt8? { words.firstIndex(of: word).map { UInt8($0) } }

  private static func word<Word>(_ words: [Word], _ read: inout PackedReader) throws(PackedFault) -> Word {
    let code = Int(try read.byte())
    guard code < words.count else { throw .format }
    return words[code]
  }
}
