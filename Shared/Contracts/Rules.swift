/// Rules that several facts share.
enum Rules {
  static func broken(byWord word: String) -> ContractRule? {
    let isPlain = word.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (.zero ... .nine).contains($0) || "._-".utf8.contains($0)
    }
    return isPlain && (1...Limits.wordBytesMax).contains(word.utf8.count) ? nil : .notAWord(word)
  }

  static func broken(byText text: String) -> ContractRule? {
    guard !text.isEmpty else { return .empty }
    return text.utf8.count <= Limits.textBytesMax ? nil : .tooLong(bytes: text.utf8.count, max: Limits.textBytesMax)
  }

  static func broken(by value: Int64, _ range: ClosedRange<Int64>) -> ContractRule? {
    range.contains(value) ? nil : .outOfRange(value, range)
  }

  /// No amount is negative, and all amounts of a fact have one currency.
  static func broken(by amount: Money, in currency: Currency) -> ContractRule? {
    guard amount.currency == currency else { return .currencies(currency, amount.currency) }
    return broken(by: amount.minor, 0...Limits.amountMax)
  }

  /// The one at `pointer`, where there is one.
  static func currency(_ currency: Currency, of amount: Money?, at pointer: String) throws(ContractFault) {
    if let amount, let rule = broken(by: amount, in: currency) { throw .broken(rule, at: pointer) }
  }

  static func currency(_ currency: Currency, of refund: [TenderAmount], at pointer: String) throws(ContractFault) {
    for (index, tender) in refund.enumerated() { try self.currency(currency, of: tender.amount, at: "\(pointer)/\(index)/amount") }
  }

  static func currency(_ currency: Currency, of taxes: [OrderCaptured.Tax], at pointer: String) throws(ContractFault) {
    for (index, tax) in taxes.enumerated() {
      try self.currency(currency, of: tax.amount, at: "\(pointer)/\(index)/amount")
      try word(tax.jurisdiction, at: "\(pointer)/\(index)/jurisdiction")
    }
  }

  static func word(_ word: String, at pointer: String) throws(ContractFault) {
    if let rule = broken(byWord: word) { throw .broken(rule, at: pointer) }
  }

  static func text(_ text: String, at pointer: String) throws(ContractFault) {
    if let rule = broken(byText: text) { throw .broken(rule, at: pointer) }
  }

  static func range(_ value: Int64, _ range: ClosedRange<Int64>, at pointer: String) throws(ContractFault) {
    if let rule = broken(by: value, range) { throw .broken(rule, at: pointer) }
  }

  static func count(_ count: Int, max: Int, at pointer: String) throws(ContractFault) {
    guard count <= max else { throw .broken(.tooMany(count, max: max), at: pointer) }
  }

  static func country(_ code: String, at pointer: String) throws(ContractFault) {
    guard code.utf8.count == 2, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      throw .broken(.country(code), at: pointer)
    }
  }
}
