package import Contracts
package import Terms

extension ParityMatch {
  /// What an order on the desk gets to match the offer.
  package func amount(_ judged: Desk.Judged, life: Life, given: Given, at now: Timestamp) -> Money? {
    amount(judged.matter.purchase, judged.history, life: life, given: given, at: now)
  }
}
