import Contracts

/// Which lines and charges an offer means: its selections, prepared for looking up.
struct Selecting: Sendable {
  private let include: Goods
  private let exclude: Goods
  private let included: Methods
  private let excluded: Methods

  /// Methods of shipping.
  private enum Methods: Sendable {
    case none
    case some(Set<String>)
    case all

    init(_ selections: [OfferDocument.Selection]) {
      var names: Set<String> = []
      for case .shipping(let methods) in selections {
        if methods.isEmpty {
          self = .all
          return
        }
        names.formUnion(methods)
      }
      self = names.isEmpty ? .none : .some(names)
    }

    func holds(_ method: String) -> Bool {
      switch self {
      case .none: false
      case .some(let names): names.contains(method)
      case .all: true
      }
    }
  }

  private struct Goods: Sendable {
    var isAll = false
    var skus: Set<String> = []
    var plans: Set<String> = []
    var categories: Set<String> = []
    var brands: Set<String> = []

    init(_ selections: [OfferDocument.Selection]) {
      for selection in selections {
        switch selection {
        case .all: isAll = true
        case .sku(let ids): skus.formUnion(ids)
        case .plan(let ids): plans.formUnion(ids)
        case .category(let names): categories.formUnion(names)
        case .brand(let names): brands.formUnion(names)
        case .shipping: continue
        }
      }
    }

    var isEmpty: Bool { !isAll && skus.isEmpty && plans.isEmpty && categories.isEmpty && brands.isEmpty }

    func holds(_ line: Purchase.Line, isPlan: Bool) -> Bool {
      if isAll { return true }
      if let sku = line.sku?.text {
        if !skus.isEmpty, skus.contains(sku) { return true }
        if isPlan, !plans.isEmpty, plans.contains(sku) { return true }
      }
      if !brands.isEmpty, let brand = line.brand, brands.contains(brand) { return true }
      if categories.isEmpty { return false }
      for category in line.categories where categories.contains(category) { return true }
      return false
    }
  }

  init(include: [OfferDocument.Selection], exclude: [OfferDocument.Selection]) {
    self.include = Goods(include)
    self.exclude = Goods(exclude)
    included = Methods(include)
    excluded = Methods(exclude)
  }

  /// Whether goods are named, so that a shipping offer asks for them.
  var namesGoods: Bool { !include.isEmpty }

  func includes(_ line: Purchase.Line, isPlan: Bool) -> Bool {
    include.holds(line, isPlan: isPlan) && !excludes(line, isPlan: isPlan)
  }

  /// Whether the offer is for the line, left out by another name or not.
  func names(_ line: Purchase.Line, isPlan: Bool) -> Bool { include.holds(line, isPlan: isPlan) }

  func excludes(_ line: Purchase.Line, isPlan: Bool) -> Bool { !exclude.isEmpty && exclude.holds(line, isPlan: isPlan) }

  func includes(_ charge: Purchase.Charge) -> Bool { included.holds(charge.method) && !excluded.holds(charge.method) }
}

extension Terms {
  /// Whether `purchase` holds anything that the offer is for, left out by another name or not; one on shipping is for every order. HOT: for
  /// each order of a customer and each offer on a table.
  package func isFor(anythingOf purchase: Purchase) -> Bool {
    if document.benefit.isShipping { return true }
    for line in purchase.lines where selecting.names(line, isPlan: purchase.subscriptionID != nil) { return true }
    return false
  }

  /// Whether the offer leaves out something of `purchase` by name; a purchase without anything that it is for holds nothing left out.
  package func leavesOut(anythingOf purchase: Purchase) -> Bool {
    purchase.lines.contains { $0.quantity > 0 && selecting.excludes($0, isPlan: purchase.subscriptionID != nil) }
  }
}
