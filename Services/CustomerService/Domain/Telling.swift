package import Contracts

/// Facts as an agent reads them: one sentence each, without a name, an address or an abbreviation.
package enum Telling {
  /// Nil for a fact that stands on no timeline.
  package static func sentence(_ event: DomainEvent) -> String? {
    switch event {
    case .orderCaptured(let order): ordered(order)
    case .orderShipped(let fact): "\(pieces(fact.lines)) of order \(fact.orderID) left the house"
    case .orderAmended(let fact):
      "added \(count(Int64(fact.lines.count), "line")) to order \(fact.orderID)\(sum(fact.lines.map(\.paid)).map { ", \($0)" } ?? "")"
        + (fact.under.map { ", under \($0)" } ?? "")
    case .orderCancelled(let fact):
      "cancelled \(fact.lines.isEmpty ? "order" : "\(pieces(fact.lines)) of order") \(fact.orderID)\(backed(fact.refund, fact.clawedBack))"
        + (fact.reason.map { ": \($0)" } ?? "")
    case .orderReturned(let fact):
      "returned \(pieces(fact.lines)) of order \(fact.orderID)\(fact.receiptOnly ? " on the receipt alone" : "")"
        + "\(backed(fact.refund, fact.clawedBack))\(fact.reason.map { ": \($0)" } ?? "")"
    case .remedyChanged(let remedy): remedy.sentence
    case .refundResolved(let fact): resolved(fact)
    case .subscriptionChanged(let fact): changed(fact)
    case .messageTurned(let fact): turned(fact)
    case .consentChanged(let fact):
      "\(fact.given ? "lets us send" : "no longer lets us send") \(fact.purpose.rawValue) by \(fact.channel) (told by \(fact.source))"
    case .customerRestricted(let fact): restricted(fact)
    case .caseTurned(let fact): turned(fact)
    case .holdTurned(let fact): turned(fact)
    case .remedyAsked(let fact): asked(fact)
    case .offerAskedAbout(let fact): asked(fact)
    case .questionAnswered(let fact): answered(fact)
    // What stands on no timeline is named by EntryKind, once.
    default: nil
    }
  }

  private static func ordered(_ order: OrderCaptured) -> String {
    let paid = sum(order.lines.map(\.paid) + order.charges.map(\.paid))
    let plan = order.subscriptionID.map { " for subscription \($0)" } ?? ""
    let day = order.placedPrecision == .day ? ", known only to the day" : ""
    return
      "ordered \(order.orderID)\(plan) (\(order.channel)): \(count(Int64(order.lines.count), "line"))\(paid.map { ", \($0)" } ?? "")\(day)"
  }

  private static func resolved(_ fact: RefundResolved) -> String {
    switch fact.outcome {
    case .confirmed: "\(fact.amount) arrived on \(fact.tender.words)\(fact.reference.map { " (\($0))" } ?? "")"
    case .refused: "\(fact.tender.words) refused \(fact.amount)\(fact.cause.map { ": \($0)" } ?? "")"
    }
  }

  private static func changed(_ fact: SubscriptionChanged) -> String {
    let plan = fact.toPlan?.text ?? fact.fromPlan?.text ?? "a plan"
    let from = fact.fromPlan.map { " from \($0)" } ?? ""
    let what =
      switch fact.change {
      case .started: "started \(plan)"
      case .upgraded: "upgraded\(from) to \(plan)"
      case .downgraded: "went\(from) down to \(plan)"
      case .renewed: "\(plan) was renewed"
      case .cancelled: "gave up \(plan)"
      }
    return "\(what) (subscription \(fact.subscriptionID))\(fact.carries.map { "; it carries \($0)" } ?? "")"
  }

  private static func turned(_ fact: MessageTurned) -> String {
    let note = fact.remedyID.map { "the note on remedy \($0)" }
    if fact.channel == MessageTurned.desk {
      return "\(note ?? "the note") of \(fact.offer) is left with the desk: nothing that reaches this customer is known, so tell them when "
        + "they come or call"
    }
    let what = note ?? "a \(fact.purpose.rawValue) message"
    switch fact.turn {
    case .planned: return "\(what) of \(fact.offer) by \(fact.channel) is planned: \(fact.verdict.rawValue), \(plain(fact.reason))"
    case .sent: return "\(what) of \(fact.offer) was sent by \(fact.channel) (\(plain(fact.reason)))"
    case .suppressed: return "\(what) of \(fact.offer) by \(fact.channel) was not sent: \(plain(fact.reason))"
    }
  }

  private static func restricted(_ fact: CustomerRestricted) -> String {
    switch fact.change {
    case .restricted: "nothing may be sent to this customer (\(fact.cause.rawValue))"
    case .unrestricted: "may be written to again (\(fact.cause.rawValue) no longer holds)"
    case .erased: "was erased; amounts stay under a pseudonym"
    }
  }

  // MARK: Words

  /// A code as words: `no_consent` is “no consent”.
  package static func plain(_ code: String) -> String { String(code.map { $0 == "_" ? " " : $0 }) }

  static func count(_ number: Int64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// The sum, where it can be counted in one currency.
  static func sum(_ amounts: [Money]) -> Money? {
    guard let first = amounts.first else { return nil }
    return try? amounts.dropFirst().reduce(first) { sum, amount throws(MoneyRefusal) in try sum.adding(amount) }
  }

  private static func pieces(_ lines: [LineQuantity]) -> String {
    let total = lines.reduce(Int64(0)) { sum, line in
      let (sum, past) = sum.addingReportingOverflow(line.quantity)
      return past ? .max : sum
    }
    return count(total, "piece")
  }

  private static func backed(_ refund: [TenderAmount], _ clawedBack: Money) -> String {
    var text = ""
    for part in refund where !part.amount.isZero { text += "\(text.isEmpty ? "; " : ", ")\(part.amount) back to \(part.kind.words)" }
    if !clawedBack.isZero { text += "; \(clawedBack) of an earlier remedy was taken back with it" }
    return text
  }
}

extension OrderCaptured.Tender.Kind {
  /// Such as “the card”.
  package var words: String {
    switch self {
    case .card: "the card"
    case .cash: "cash"
    case .invoice: "the invoice"
    case .unknown: "whatever paid"
    case .giftCard: "the gift card"
    case .customerCredit: "the customer credit"
    }
  }
}
