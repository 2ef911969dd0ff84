package import Contracts

/// Whether customers who are there already pay more than new ones: for each thing that is sold, one unit at its list price, under the best
/// that each of both may have. Shipping is compared apart. Offers for a segment or a list are nobody's right, so they do not count for
/// those who are there.
package enum Parity {
  /// One thing that is sold.
  package struct Item: Sendable, Equatable {
    package let sku: String
    package let list: Money
    package let categories: [String]
    package let brand: String?
    package let isPlan: Bool

    package init(sku: String, list: Money, categories: [String] = [], brand: String? = nil, isPlan: Bool = false) {
      self.sku = sku
      self.list = list
      self.categories = categories
      self.brand = brand
      self.isPlan = isPlan
    }
  }

  /// Where new customers are better off.
  package struct Gap: Sendable, Equatable {
    /// Nil: shipping.
    package let sku: String?
    package let isPlan: Bool
    /// What one unit costs each of them; for shipping what is taken off at most, nil where there is no bound.
    package let forNew: Int64?
    package let forExisting: Int64?
    /// By how much they differ; nil where there is no bound.
    package let difference: Int64?
    package let currency: Currency

    /// Such as `KETTLE-17 (29.00 USD for new customers, 39.00 USD for those who are there)`.
    package var sentence: String {
      func money(_ minor: Int64?) -> String { minor.map { "\(Money(minor: $0, currency))" } ?? "all of it" }
      guard let sku else { return "shipping (\(money(forNew)) off for new customers, \(money(forExisting)) for those who are there)" }
      return "\(sku) (\(money(forNew)) for new customers, \(money(forExisting)) for those who are there)"
    }
  }

  /// The gaps that `offer` opens beside `others` that can be had at the same time, in the order of `items`, shipping last. Empty for an
  /// offer that is not for new customers alone.
  package static func gaps(of offer: OfferDocument, beside others: [OfferDocument], items: [Item]) -> [Gap] {
    guard case .new = offer.eligibility.customers else { return [] }
    let all = others.filter { $0.currency == offer.currency && $0.offerID != offer.offerID }
    let forNew = [offer] + all.filter { isFor($0, isNew: true) }
    let forExisting = all.filter { isFor($0, isNew: false) }
    var gaps: [Gap] = []
    for item in items where item.list.currency == offer.currency && covers(offer, item) {
      let (new, existing) = (price(of: item, under: forNew), price(of: item, under: forExisting))
      guard new < existing else { continue }
      gaps.append(
        Gap(
          sku: item.sku, isPlan: item.isPlan, forNew: new, forExisting: existing, difference: existing - new, currency: offer.currency))
    }
    if let gap = shipping(offer, forNew, forExisting) { gaps.append(gap) }
    return gaps
  }

  private static func isFor(_ offer: OfferDocument, isNew: Bool) -> Bool {
    switch offer.eligibility.customers {
    case .everyone: true
    case .new: isNew
    case .existing: !isNew
    case .segment, .list: false
    }
  }

  /// One unit's price: of each group the best deal, those of different groups together.
  private static func price(of item: Item, under offers: [OfferDocument]) -> Int64 {
    var best: [String: Int64] = [:]
    for offer in offers where covers(offer, item) { best[offer.group] = max(best[offer.group] ?? 0, benefit(of: offer, on: item)) }
    return max(0, best.values.reduce(item.list.minor) { $0 - min($1, $0) })
  }

  /// What one unit at its list price gets of an offer.
  private static func benefit(of offer: OfferDocument, on item: Item) -> Int64 {
    let list = item.list.minor
    if case .quantity(let least) = offer.minimum, least > 1 { return 0 }
    if case .subtotal(let least) = offer.minimum, least > list { return 0 }
    let full: Int64 =
      switch offer.benefit {
      case .percentOff(let basisPoints): Rounding.percent(basisPoints, of: list) ?? 0
      case .amountOff(let amount, _): min(amount, list)
      case .fixedPrice(let price, _): max(0, list - price)
      // Shipping is compared apart; what is only described has no price.
      case .freeShipping, .described: 0
      }
    return min(full, offer.limits.perOrder?.amount ?? full)
  }

  private static func covers(_ offer: OfferDocument, _ item: Item) -> Bool {
    func holds(_ selection: OfferDocument.Selection) -> Bool {
      switch selection {
      case .all: true
      case .sku(let ids): !item.isPlan && ids.contains(item.sku)
      case .plan(let ids): item.isPlan && ids.contains(item.sku)
      case .category(let names): item.categories.contains { names.contains($0) }
      case .brand(let names): item.brand.map { names.contains($0) } ?? false
      case .shipping: false
      }
    }
    return offer.include.contains(where: holds) && !offer.exclude.contains(where: holds)
  }

  /// How much of the shipping is taken off: unbounded beats every bound.
  private static func shipping(_ offer: OfferDocument, _ forNew: [OfferDocument], _ forExisting: [OfferDocument]) -> Gap? {
    guard offer.benefit.isShipping else { return nil }
    let (new, existing) = (mostOff(forNew), mostOff(forExisting))
    switch (new, existing) {
    case (_, .all), (.none, _): return nil
    case (.all, .none): return gap(nil, 0, offer.currency)
    case (.all, .some(let bound)): return gap(nil, bound, offer.currency)
    case (.some(let bound), .none): return gap(bound, 0, offer.currency)
    case (.some(let more), .some(let less)): return more > less ? gap(more, less, offer.currency) : nil
    }
  }

  private static func gap(_ new: Int64?, _ existing: Int64, _ currency: Currency) -> Gap {
    Gap(sku: nil, isPlan: false, forNew: new, forExisting: existing, difference: new.map { $0 - existing }, currency: currency)
  }

  private enum Shipping { case none, some(Int64), all }

  private static func mostOff(_ offers: [OfferDocument]) -> Shipping {
    var most = Shipping.none
    for offer in offers {
      guard case .freeShipping(let bound) = offer.benefit else { continue }
      guard let bound else { return .all }
      if case .some(let before) = most { most = .some(max(before, bound)) } else { most = .some(bound) }
    }
    return most
  }
}
