import Contracts

/// What it means for a message about an offer that the person has bought while the offer reached them.
package enum Bought: Sendable, Equatable {
  /// They have the benefit.
  case hasIt
  /// They bought the same thing and got nothing: praising the offer would annoy.
  case annoys
  /// It bears on nothing.
  case nothing

  /// By the evaluator's word on the order; `isSame` where the order holds what the offer applies to.
  package static func weigh(_ reason: Reason, isSame: Bool) -> Bought {
    switch reason {
    case .alreadyGiven, .inCheckout: .hasIt
    // Not in an interval of this offer, or not an order at all.
    case .wrongCurrency, .notCaptured, .cancelled, .outsideWindow: .nothing
    // The order was not looked into: whether it held the thing is another question.
    case .recordedTooLate, .wrongChannel, .wrongCountry, .anonymousNotCovered, .notEligibleCustomer: isSame ? .annoys : .nothing
    // Nothing of ours in it that the offer applies to.
    case .otherSeller, .excludedItem: .nothing
    // A grant that the ledger has not told of is on its way: nothing leaves before it.
    case .returned, .belowMinimum, .betterAlready, .eligibleZero, .capOrder, .capCustomer, .capTotal, .grantedCut, .granted: .annoys
    }
  }

  /// Whether the order holds something that the offer applies to and does not exclude.
  package static func isSame(_ purchase: Purchase, as document: OfferDocument) -> Bool {
    let isShipping = document.include.contains { selection in
      guard case .shipping(let methods) = selection else { return false }
      return purchase.charges.contains { methods.isEmpty || methods.contains($0.method) }
    }
    return isShipping
      || purchase.lines.contains { line in
        document.include.contains { covers($0, line) } && !document.exclude.contains { covers($0, line) }
      }
  }

  private static func covers(_ selection: OfferDocument.Selection, _ line: Purchase.Line) -> Bool {
    switch selection {
    case .all: true
    case .sku(let ids), .plan(let ids): line.sku.map { ids.contains($0.text) } ?? false
    case .category(let ids): line.categories.contains { ids.contains($0) }
    case .brand(let ids): line.brand.map { ids.contains($0) } ?? false
    case .shipping: false
    }
  }
}
