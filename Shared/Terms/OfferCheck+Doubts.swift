import Contracts

/// What is doubtful in an offer document, not wrong.
extension OfferCheck {
  mutating func doubts(_ document: OfferDocument) {
    prices(document)
    locales(document)
    if let period = context.returnPeriod, document.lookBack.duration > period {
      warn(
        "/look_back/duration",
        "it reaches back \(Saying.duration(document.lookBack.duration)), goods may be returned for \(Saying.duration(period))",
        next: "shorten it, or expect claims for goods that cannot be returned any more")
    }
    let hasPlans = document.include.contains { if case .plan = $0 { true } else { false } }
    if document.course.length != .once, !hasPlans {
      warn("/duration", "only plans carry an offer on, and it applies to none", next: "write { \"kind\": \"once\" }, or include a plan")
    }
    if let exception = document.parityException, document.window.endsAt.map({ exception.endsAt < $0 }) ?? true {
      warn(
        "/parity_exception/ends_at",
        "the exception ends at \(exception.endsAt), the offer \(document.window.endsAt.map { "at \($0)" } ?? "has no end"): in between customers who are "
          + "there already pay more, and nobody has said why",
        next: "let the exception last as long as the offer, or end the offer with it")
    }
    if document.eligibility.anonymousOrders, document.eligibility.customers != .everyone {
      warn(
        "/eligibility/anonymous_orders",
        "of an order without a person nobody knows whether it is one of these customers, so it gets nothing",
        next: "write false")
    }
  }

  /// A fixed price above the list price: plans stand in the price list by their names.
  private mutating func prices(_ document: OfferDocument) {
    guard let lists = context.catalogue?.lists, case .fixedPrice(let price, _) = document.benefit else { return }
    for selection in document.include {
      let ids: [String]
      switch selection {
      case .sku(let skus): ids = skus
      case .plan(let plans): ids = plans
      case .all, .category, .brand, .shipping: continue
      }
      for id in ids {
        guard let list = lists[id], list.currency == document.currency, price > list.minor else { continue }
        warn(
          "/benefit/price", "\(Money(minor: price, document.currency)) is more than the list price of \(id), \(list)",
          next: "lower it, or leave \(id) out")
      }
    }
  }

  private mutating func locales(_ document: OfferDocument) {
    guard let targeting = document.targeting else { return }
    for text in document.title where !targeting.locales.contains(text.locale) {
      warn(
        "/title/\(text.locale)", "nobody is told in \(text.locale): it is not targeted",
        next: "add it to /targeting/locales, or leave the title out"
      )
    }
    for (place, locale) in targeting.locales.enumerated() where !document.title.contains(where: { $0.locale == locale }) {
      warn(
        "/targeting/locales/\(place)", "people are told in \(locale), and there is no title in it", next: "write one in /title/\(locale)")
    }
    for (place, sheet) in document.sheetsRequired.enumerated() where !targeting.locales.contains(sheet.locale) {
      warn(
        "/sheets_required/\(place)/locale", "a sheet is wanted in \(sheet.locale), which is not targeted",
        next: "add it to /targeting/locales, or do without the sheet")
    }
  }
}
