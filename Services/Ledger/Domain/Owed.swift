import Contracts
import Terms

/// What an order as it stands owes back of one remedy: what of it belongs to goods and shipping that are gone, less what was taken before.
struct Owed {
  let remedy: RemedyStanding
  private(set) var shares: [Outcome.Share]

  private var amount: Int64 { shares.reduce(0) { $0 + $1.amount } }

  /// All that is owed on `after`, in the order in which it was given. Goodwill without an offer never is, nor what an offer's `rules` leave
  /// with the customer.
  ///
  /// Whether it is too little to ask for is judged on everything under the remedy's key, that which was taken before included: goods that
  /// come back in ten parcels leave no more than goods that come back in one.
  static func all(of after: OrderStanding, _ rules: [OfferVersion: TakingBack.Rule]) -> [Owed] {
    func rule(_ remedy: RemedyStanding) -> TakingBack.Rule? { remedy.offer.flatMap { rules[$0] }.flatMap { $0.onReturn ? $0 : nil } }
    let remedies = after.remedies.filter { $0.isActive && rule($0) != nil }
    var excess = shippingExcess(remedies, after)
    var owed = remedies.map { Owed(remedy: $0, shares: shares($0, after, &excess)) }
    for line in after.lines where line.gone > 0 { even(line, &owed) }
    owed.removeAll { $0.amount <= 0 }
    var totals: [RemedyKey: Int64] = [:]
    for one in owed { totals[one.remedy.id.key, default: taken(one.remedy.id.key, after)] += one.amount }
    return owed.filter { totals[$0.remedy.id.key, default: 0] >= rule($0.remedy)?.waiveBelow ?? 0 }
  }

  /// Price and shares are rounded each for itself, so of a line that was given whole a cent more could stay than is still paid for it: the
  /// remedy that was given last makes up for that.
  private static func even(_ line: OrderStanding.Line, _ owed: inout [Owed]) {
    let (id, paid) = (line.line.lineID, line.line.paid.minor)
    func kept(_ one: Owed) -> Int64 {
      let given = one.remedy.shares.filter { $0.lineID == id }.reduce(0) { $0 + $1.amount - $1.clawedBack }
      return given - one.shares.filter { $0.lineID == id }.reduce(0) { $0 + $1.amount }
    }
    var over = owed.reduce(0) { $0 + kept($1) } - (paid - (Rounding.share(of: paid, line.gone, by: line.line.quantity) ?? 0))
    for at in owed.indices.reversed() where over > 0 {
      let more = min(over, kept(owed[at]))
      guard more > 0 else { continue }
      let before = owed[at].shares.first { $0.lineID == id }?.amount ?? 0
      owed[at].shares.removeAll { $0.lineID == id }
      owed[at].shares.append(Outcome.Share(lineID: id, amount: before + more))
      over -= more
    }
  }

  /// How much more of the shipping was given by remedies than is still paid for it: the first of the shipping that goes back is what they
  /// left to be paid, all of them together.
  private static func shippingExcess(_ remedies: [RemedyStanding], _ after: OrderStanding) -> Int64 {
    let given = remedies.flatMap(\.shares).filter { $0.lineID == nil }.reduce(0) { $0 + $1.amount }
    return max(0, given - (after.shippingPaid - after.shippingBack))
  }

  private static func shares(_ remedy: RemedyStanding, _ after: OrderStanding, _ excess: inout Int64) -> [Outcome.Share] {
    remedy.shares.compactMap { share in
      let whole: Int64
      if let id = share.lineID {
        let gone = after.index(of: id).map { after.lines[$0].gone } ?? share.goneBefore
        guard share.kept > 0, gone > share.goneBefore else { return nil }
        whole = Rounding.share(of: share.amount, min(gone - share.goneBefore, share.kept), by: share.kept) ?? 0
      } else {
        // Of several remedies on the shipping the first goes back first, and none twice.
        whole = min(share.amount, excess)
        excess -= whole
      }
      let amount = whole - share.clawedBack
      return amount > 0 ? Outcome.Share(lineID: share.lineID, amount: amount) : nil
    }
  }

  /// What was taken of a key's remedies before: clawed back, or left out when one that waited was given anew for less.
  private static func taken(_ key: RemedyKey, _ standing: OrderStanding) -> Int64 {
    let remedies = standing.remedies.filter { $0.id.key == key }
    return remedies.enumerated().reduce(0) { sum, one in
      guard one.element.state == .voided else { return sum + one.element.clawedBack }
      let next = remedies.dropFirst(one.offset + 1).first?.amount ?? 0
      return sum + max(0, one.element.amount - next)
    }
  }
}
