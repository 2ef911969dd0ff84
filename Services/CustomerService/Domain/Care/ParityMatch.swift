package import Contracts
package import Terms

/// What a customer who is there already gets to match an offer for new ones: nobody has to know of it in order to ask.
///
/// Its campaign pays, up to what the exception of the offer allows.
package struct ParityMatch: Sendable {
  /// The offer's own, as if it were for everyone.
  private let terms: Terms
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
  init?(_ terms: Terms) {
    guard case .new = terms.document.eligibility.customers, let match = terms.document.parityException?.match, !match.isNull,
      case .object(var members) = terms.document.json, let place = members.firstIndex(where: { $0.name == "eligibility" }),
      case .object(let eligibility) = members[place].value
    else { return nil }
    members[place].value = .object(
      eligibility.filter { $0.name != "customers" && $0.name != "new_means" } + [.init("customers", "everyone")])
    guard let document = try? OfferDocument(.object(members)), let open = try? Terms(document, zone: terms.zone) else { return nil }
    self.terms = open
    usesMax = match["per_customer"]?["uses"]?.integer
    amountMax = match["per_customer"]?["amount"]?["amount_minor"]?.integer ?? match["per_customer"]?["amount"]?.integer
    max = match["max"]?["amount_minor"]?.integer
  }

  /// What the order gets; nil where somebody new would get nothing either, or the match is used up.
  package func amount(_ judged: Desk.Judged, life: Life, given: Given, at now: Timestamp) -> Money? {
    if let usesMax, given.uses >= usesMax { return nil }
    let outcome = terms.evaluate(judged.matter.purchase, judged.history, life: life, at: now)
    guard outcome.isGranted else { return nil }
    let left = Swift.min(amountMax.map { $0 - given.amount } ?? .max, max.map { $0 - given.total } ?? .max)
    let amount = Swift.min(outcome.amount, left)
    return amount > 0 ? Money(minor: amount, outcome.currency) : nil
  }
}
