/// The rules that an order keeps whoever made it; the first that is broken is named with its place.
extension OrderCaptured {
  func check() throws(ContractFault) {
    try Rules.word(channel, at: "/channel")
    if let country { try Rules.country(country, at: "/country") }
    guard !lines.isEmpty else { throw .broken(.empty, at: "/lines") }
    try Rules.count(lines.count, max: Limits.orderLinesMax, at: "/lines")
    try Rules.count(charges.count, max: Limits.orderChargesMax, at: "/charges")
    try Rules.count(tenders.count, max: Limits.orderTendersMax, at: "/tenders")
    try Rules.count(discounts.count, max: Limits.orderDiscountsMax, at: "/discounts")
    var named: Set<Identifier<OrderLine>> = []
    for (index, line) in lines.enumerated() {
      try Self.check(line, at: index, in: currency)
      guard named.insert(line.lineID).inserted else { throw .broken(.repeated(line.lineID.text), at: "/lines/\(index)/line_id") }
    }
    for (index, charge) in charges.enumerated() {
      if let rule = Rules.broken(byWord: charge.method) { throw .broken(rule, at: "/charges/\(index)/method") }
      if let rule = broken(by: charge.paid) { throw .broken(rule, at: "/charges/\(index)/paid") }
      try Self.check(charge.tax, "/charges", index, in: currency)
    }
    for (index, tender) in tenders.enumerated() {
      if let rule = broken(by: tender.amount) { throw .broken(rule, at: "/tenders/\(index)/amount") }
    }
    for (index, discount) in discounts.enumerated() {
      if let rule = broken(by: discount.amount) { throw .broken(rule, at: "/discounts/\(index)/amount") }
      if let line = discount.lineID, !named.contains(line) {
        throw .broken(.unknownLine(line.text), at: "/discounts/\(index)/line_id")
      }
    }
    if subscriptionID != nil, period == nil { throw .broken(.missing("period"), at: "") }
    if period != nil, subscriptionID == nil { throw .broken(.missing("subscription_id"), at: "") }
    if let imported {
      try Rules.text(imported.file, at: "/import/file")
      try Rules.range(imported.line, 1...Int64.max, at: "/import/line")
    }
  }

  /// The rules of lines that stand in a fact of their own, under `/lines`.
  static func check(_ lines: [Line], in currency: Currency) throws(ContractFault) {
    var named: Set<Identifier<OrderLine>> = []
    for (index, line) in lines.enumerated() {
      try check(line, at: index, in: currency)
      guard named.insert(line.lineID).inserted else { throw .broken(.repeated(line.lineID.text), at: "/lines/\(index)/line_id") }
    }
  }

  private static func check(_ line: Line, at index: Int, in currency: Currency) throws(ContractFault) {
    // Places are spelled only for what is broken: most orders are right, and text costs more than all these comparisons.
    if line.categories.count > Limits.lineCategoriesMax {
      throw .broken(.tooMany(line.categories.count, max: Limits.lineCategoriesMax), at: "/lines/\(index)/categories")
    }
    for (number, category) in line.categories.enumerated() {
      if let rule = Rules.broken(byText: category) { throw .broken(rule, at: "/lines/\(index)/categories/\(number)") }
    }
    if let brand = line.brand, let rule = Rules.broken(byText: brand) { throw .broken(rule, at: "/lines/\(index)/brand") }
    if let rule = Rules.broken(by: line.quantity, 0...Limits.quantityMax) { throw .broken(rule, at: "/lines/\(index)/quantity") }
    if let list = line.list, let rule = Rules.broken(by: list, in: currency) { throw .broken(rule, at: "/lines/\(index)/list") }
    if let rule = Rules.broken(by: line.paid, in: currency) { throw .broken(rule, at: "/lines/\(index)/paid") }
    try check(line.tax, "/lines", index, in: currency)
  }

  private static func check(_ taxes: [Tax], _ container: String, _ index: Int, in currency: Currency) throws(ContractFault) {
    if taxes.count > Limits.taxesMax {
      throw .broken(.tooMany(taxes.count, max: Limits.taxesMax), at: "\(container)/\(index)/tax")
    }
    for (number, tax) in taxes.enumerated() {
      if let rule = Rules.broken(by: tax.amount, in: currency) { throw .broken(rule, at: "\(container)/\(index)/tax/\(number)/amount") }
      if let rule = Rules.broken(byWord: tax.jurisdiction) {
        throw .broken(rule, at: "\(container)/\(index)/tax/\(number)/jurisdiction")
      }
    }
  }

  private func broken(by amount: Money) -> ContractRule? { Rules.broken(by: amount, in: currency) }
}
