import Contracts

/// What was paid for each order, and what of it went back, as refund or as remedy: "you get back what you really paid", and no more.
struct MoneyWatch {
  private struct Sums {
    var paid: Int64 = 0
    var refunded: Int64 = 0
    var clawedBack: Int64 = 0
    /// What each remedy stands at.
    var remedies: [RemedyID: Int64] = [:]

    var back: Int64 { refunded + remedies.values.reduce(0, +) - clawedBack }
  }

  private var orders: [Identifier<Order>: Sums] = [:]

  mutating func captured(_ fact: OrderCaptured) {
    let sum = fact.lines.map(\.paid.minor).reduce(0, +) + fact.charges.map(\.paid.minor).reduce(0, +)
    orders[fact.orderID, default: Sums()].paid += sum
  }

  mutating func returned(_ fact: OrderReturned) {
    orders[fact.orderID, default: Sums()].refunded += fact.refund.map(\.amount.minor).reduce(0, +)
  }

  mutating func turned(_ fact: RemedyChanged) {
    guard let order = fact.orderID else { return }
    switch fact.change {
    case .granted, .posted: orders[order, default: Sums()].remedies[fact.remedyID] = fact.amount.minor
    case .voided, .expired: orders[order, default: Sums()].remedies[fact.remedyID] = nil
    case .clawedBack: orders[order, default: Sums()].clawedBack += fact.amount.minor
    case .declined: break
    }
  }

  /// An order of which more went back than came in, or which was taken in more than once.
  var overdrawn: String? {
    for (order, sums) in orders.sorted(by: { $0.key < $1.key }) where sums.back > sums.paid {
      return "of \(order) \(sums.back) cents went back, of \(sums.paid) that were paid"
    }
    return nil
  }
}
