package import Contracts

/// What a customer who is there already gets to match an offer for new ones: nobody has to know of it in order to ask. Prompted at the desk,
/// and by itself at a plan's next renewal.
///
/// Its campaign pays, up to what the exception of the offer allows.
package struct ParityMatch: Sendable {
  /// The offer's own, and as if it were for everyone; in both it does not lie with the checkout, which gives it to new customers alone.
  private let own: Terms
  private let open: Terms
  private let usesMax: Int64?
  private let amountMax: Int64?
  /// Over all customers.
  private let max: Int64?

  /// What was matched already: over all, and for this customer.
  package struct Given: Sendable, Equatable {
    package var total: Int64
    package var amount: Int64
    package var uses: Int64

    package init(total: Int64 = 0, amount: Int64 = 0, uses: Int64 = 0) {
      self.total = total
      self.amount = amount
      self.uses = uses
    }
  }

  /// Nil for an offer that is not for new customers alone, or whose exception promises no match.
  package init?(_ terms: Terms) {
    guard case .new = terms.document.eligibility.customers, let match = terms.document.parityException?.match, !match.isNull,
      let own = Self.terms(terms, { _ in }),
      let open = Self.terms(
        terms,
        {
          $0.removeAll { $0.name == "customers" || $0.name == "new_means" || $0.name == "no_captured_order_for" };
          $0.append(.init("customers", "everyone"))
        })
    else { return nil }
    self.own = own
    self.open = open
    usesMax = match["per_customer"]?["uses"]?.integer
    amountMax = match["per_customer"]?["amount"]?["amount_minor"]?.integer ?? match["per_customer"]?["amount"]?.integer
    max = match["max"]?["amount_minor"]?.integer
  }

  /// `terms` with another eligibility, given by whoever keeps the books.
  private static func terms(_ terms: Terms, _ change: (inout [JSON.Member]) -> Void) -> Terms? {
    guard case .object(var members) = terms.document.json else { return nil }
    var eligibility = terms.document.json["eligibility"]?.object ?? []
    change(&eligibility)
    let inWindow = (terms.document.json["in_window"]?.object ?? []).filter { $0.name != "applied_by" && $0.name != "code" }
    members.removeAll { $0.name == "eligibility" || $0.name == "in_window" }
    members.append(.init("eligibility", .object(eligibility)))
    members.append(.init("in_window", .object(inWindow + [.init("applied_by", "ledger")])))
    guard let document = try? OfferDocument(.object(members)) else { return nil }
    return try? Terms(document, zone: terms.zone)
  }

  /// What the order gets; nil where its customer is new, where somebody new would get nothing either, or where the match is used up.
  package func amount(_ purchase: Purchase, _ history: History, life: Life, given: Given, at now: Timestamp) -> Money? {
    if let usesMax, given.uses >= usesMax { return nil }
    var purchase = purchase
    // What the checkout took off is known as well as it will be: this was not among it.
    purchase.discountsKnown = true
    guard own.evaluate(purchase, history, life: life, at: now).reason == .notEligibleCustomer else { return nil }
    let outcome = open.evaluate(purchase, history, life: life, at: now)
    guard outcome.isGranted else { return nil }
    let left = Swift.min(amountMax.map { $0 - given.amount } ?? .max, max.map { $0 - given.total } ?? .max)
    let amount = Swift.min(outcome.amount, left)
    return amount > 0 ? Money(minor: amount, outcome.currency) : nil
  }
}
