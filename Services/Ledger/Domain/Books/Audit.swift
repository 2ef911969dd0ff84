package import Contracts

/// Goes through all entries from the first to the last and holds them to every rule of the books and to the identities (i) to (v), also after
/// each single entry. Pure: it is given what is stored and answers sentences.
///
/// It works the balances out by itself, so that what is stored as a balance can be held against them.
package struct Audit {
  /// What does not hold, in sentences; bounded, since one wrong entry makes many followers wrong.
  package private(set) var findings: [String] = []
  /// Each account as the entries have made it.
  package private(set) var balances: [Account: Balance] = [:]
  /// What the entries that count have moved, by currency.
  package private(set) var turnover: [Currency: Int64] = [:]
  /// What each campaign owes customer service, by `campaign currency`.
  package private(set) var outstanding: [String: Int64] = [:]
  /// The number and the digest of the last entry.
  package private(set) var last: Int64 = 0
  package private(set) var head = Entry.noHash

  private var recordedAt = Timestamp.first
  private var pending: [Int64: Legs] = [:]
  /// What can still be taken back of entries that goodwill was paid by, account by account.
  private var left: [Int64: [Account: Int64]] = [:]
  /// What should stand on a reserve by the movements that belong there.
  private var reserves: [Account: Int64] = [:]
  /// What funds gave to remedies, less what came back.
  private var given: [Currency: Int64] = [:]
  private var orders: [String: OrderSums] = [:]
  private let watched: Set<String>
  private let waivers: [String: Waiver]

  private struct OrderSums {
    var paid: Int64 = 0
    var refunded: Int64 = 0
    var remedies: Int64 = 0
    /// What the terms may leave with the customer although the goods came back: of each remedy once, whatever the number of returns.
    var waived: Int64 = 0
  }

  /// What an offer's terms leave with a customer who returns the goods.
  package enum Waiver: Sendable, Equatable {
    /// Nothing is ever taken back.
    case all
    /// A claw-back below this is not made.
    case below(Int64)
  }

  /// `orders` are those that remedies were given for: identity (iv) is held for them, but for what the terms waive by `offer@version`.
  package init(orders: Set<String>, waivers: [String: Waiver] = [:]) {
    watched = orders
    self.waivers = waivers
  }

  /// Adds a sentence of somebody who looks beside it: what is stored and is no entry.
  package mutating func find(_ sentence: String) {
    if findings.count < Self.findingsMax { findings.append(sentence) }
  }

  private static let findingsMax = 20

  /// Takes the next entry as it is stored, with the digest that is stored of it.
  package mutating func take(_ entry: Entry, hash: [UInt8]) {
    let number = entry.number
    if number != last + 1 { find("entry \(number) follows entry \(last): some are missing") }
    if entry.recordedAt <= recordedAt, last > 0 { find("entry \(number) was recorded no later than the one before it") }
    if entry.hash(after: head) != hash {
      find("entry \(number) does not bear the digest of its content after entry \(last): it was changed")
    }
    (last, head, recordedAt) = (number, hash, entry.recordedAt)
    do throws(BooksRefusal) { try move(entry) } catch { find("entry \(number) would be refused: \(error)") }
    count(entry)
    for leg in entry.draft.legs.each { confirm(leg.account, after: number) }
  }

  // MARK: Balances

  private mutating func move(_ entry: Entry) throws(BooksRefusal) {
    let draft = entry.draft
    if draft.state.resolves {
      guard let of = draft.of, let held = pending.removeValue(forKey: of) else {
        find("entry \(entry.number) resolves entry \(draft.of ?? 0), which does not wait")
        return
      }
      for leg in held.each { try balances[leg.account, default: Balance()].add(-leg.amount, leg.side, isPending: true) }
      for leg in draft.legs.each {
        let amount = held.each.first { $0.account == leg.account && $0.side == leg.side }?.amount ?? 0
        if leg.amount > amount || (draft.state != .post && leg.amount < amount) {
          find("entry \(entry.number) resolves entry \(of) by another amount on \(leg.account)")
        }
      }
    } else if let of = draft.of {
      takeBack(draft, from: of, by: entry.number)
    }
    switch draft.state {
    case .posted, .post:
      for leg in draft.legs.each { try balances[leg.account, default: Balance()].add(leg.amount, leg.side, isPending: false) }
      let (sum, past) = turnover[draft.legs.currency, default: 0].addingReportingOverflow(draft.legs.total)
      guard !past else { throw .tooLarge }
      turnover[draft.legs.currency] = sum
      if draft.of == nil || draft.state == .post, draft.legs.each.contains(where: { $0.account.role.isFund && $0.side == .debit }) {
        var debits: [Account: Int64] = [:]
        for leg in draft.legs.each where leg.side == .debit { debits[leg.account] = leg.amount }
        left[entry.number] = debits
      }
    case .pending:
      for leg in draft.legs.each { try balances[leg.account, default: Balance()].add(leg.amount, leg.side, isPending: true) }
      pending[entry.number] = draft.legs
    case .void, .expire: break
    }
  }

  private mutating func takeBack(_ draft: EntryDraft, from of: Int64, by number: Int64) {
    // Only what funds gave is kept in mind; nothing else is ever taken back by name.
    guard let given = left[of] else { return }
    for leg in draft.legs.each where leg.side == .credit {
      let rest = (given[leg.account] ?? 0) - leg.amount
      if rest < 0 { find("entry \(number) takes back more from entry \(of) on \(leg.account) than that gave") }
      left[of]?[leg.account] = rest
    }
  }

  private mutating func confirm(_ account: Account, after number: Int64) {
    guard account.role.isBounded, let balance = balances[account] else { return }
    let available = balance.available(account.role)
    if available < 0 { find("after entry \(number) \(account) has \(available) available; it may never fall below zero") }
  }

  // MARK: Identities

  /// Counts the entry where the identities look at it.
  private mutating func count(_ entry: Entry) {
    let draft = entry.draft
    let isCounted = draft.state == .posted || draft.state == .post
    for leg in draft.legs.each where isCounted {
      switch leg.account.role {
      case .reserved:
        guard draft.kind.hasPrefix("remedy.") || draft.kind == "order.captured" || Self.reserveKinds.contains(draft.kind) else {
          find("entry \(entry.number), \(draft.kind), moves \(leg.account), which only reserves and remedies do")
          continue
        }
        reserves[leg.account, default: 0] -= leg.signed
      case .campaignGoodwill, .serviceReserve, .companyGoodwill, .tender, .sales, .shipping, .tax, .customerCredit: break
      }
      if leg.account.role.isFund, !draft.kind.hasPrefix("budget.") { given[draft.legs.currency, default: 0] += leg.signed }
    }
    if isCounted, let campaign = draft.about.campaign, draft.kind == "budget.advanced" || draft.kind == "budget.repaid" {
      let name = "\(campaign) \(draft.legs.currency)"
      outstanding[name, default: 0] += draft.kind == "budget.advanced" ? draft.legs.total : -draft.legs.total
      if outstanding[name, default: 0] < 0 {
        find("(v) after entry \(entry.number) campaign \(campaign) has repaid more than it was advanced")
      }
    }
    if isCounted { countOrder(draft) }
  }

  private static let reserveKinds: Set<String> = ["budget.reserved", "budget.released", "budget.advanced", "budget.repaid"]

  private mutating func countOrder(_ draft: EntryDraft) {
    guard let order = draft.about.order, watched.contains(order) else { return }
    let funds = draft.legs.each.filter { $0.account.role == .reserved }.reduce(0) { $0 + $1.signed }
    switch draft.kind {
    case "order.captured", "order.amended":
      orders[order, default: OrderSums()].paid += draft.legs.total - funds
      orders[order, default: OrderSums()].remedies += funds
    case "order.returned", "order.cancelled":
      orders[order, default: OrderSums()].refunded += draft.legs.total
    case let kind where kind.hasPrefix("remedy."):
      // Goodwill without an offer is nobody's price: it is never taken back.
      let waiver = draft.about.offer.flatMap { waivers[$0] }
      guard funds != 0, waiver != .all else { return }
      if case .below(let amount) = waiver, funds > 0 { orders[order, default: OrderSums()].waived += amount }
      orders[order, default: OrderSums()].remedies += funds > 0 ? draft.legs.total : -draft.legs.total
    case _: break
    }
  }

  /// What holds once all entries are taken, or after any whole transaction.
  package mutating func finish() {
    var sums: [Currency: Balance] = [:]
    var funds: [Currency: Int64] = [:]
    for (account, balance) in balances {
      do throws(BooksRefusal) {
        var sum = sums[account.currency, default: Balance()]
        try sum.add(balance.postedDebit, .debit, isPending: false)
        try sum.add(balance.postedCredit, .credit, isPending: false)
        try sum.add(balance.pendingDebit, .debit, isPending: true)
        try sum.add(balance.pendingCredit, .credit, isPending: true)
        sums[account.currency] = sum
      } catch { find("(i) \(account.currency): \(error)") }
      if account.role.isFund || account.role == .companyGoodwill { funds[account.currency, default: 0] += balance.signed }
      guard account.role == .reserved else { continue }
      if reserves[account, default: 0] != -balance.signed {
        find("(iii) \(account) does not hold what its reserves and remedies left there")
      }
      if -balance.signed < balance.pendingDebit { find("(iii) more waits on \(account) than stands there") }
    }
    for (currency, sum) in sums {
      if sum.signed != 0 { find("(i) posted debits and credits of \(currency) differ by \(sum.signed)") }
      if sum.pendingSigned != 0 { find("(i) pending debits and credits of \(currency) differ by \(sum.pendingSigned)") }
    }
    for (currency, sum) in funds where sum != given[currency, default: 0] {
      find("(ii) company/goodwill less all funds is \(sum) in \(currency), remedies less claw-backs are \(given[currency, default: 0])")
    }
    for (order, sums) in orders {
      guard sums.remedies < 0 || sums.remedies > max(0, sums.paid - sums.refunded) + sums.waived else { continue }
      find("(iv) order \(order) paid \(sums.paid), got \(sums.refunded) back and has \(sums.remedies) of remedies")
    }
  }
}
