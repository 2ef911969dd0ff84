import Contracts
import LedgerDomain

/// The books as the doors tell them. Signed amounts are debits above zero.
enum BooksJSON {
  static func balance(_ account: Account, _ balance: Balance) -> JSON {
    .object([
      .init("currency", .string(account.currency.code)), .init("posted_minor", .integer(balance.signed)),
      .init("pending_minor", .integer(balance.pendingSigned)), .init("available_minor", .integer(balance.available(account.role))),
      .init("posted_debit_minor", .integer(balance.postedDebit)), .init("posted_credit_minor", .integer(balance.postedCredit)),
      .init("pending_debit_minor", .integer(balance.pendingDebit)), .init("pending_credit_minor", .integer(balance.pendingCredit)),
      .init("available", .string(Money(minor: balance.available(account.role), account.currency).description)),
    ])
  }

  static func line(_ line: AccountHistory.Line) -> JSON {
    .object([.init("leg", .integer(line.leg)), .init("amount_minor", .integer(line.amount))] + members(line.entry))
  }

  static func entry(_ entry: EntryRows.Kept, _ legs: [Leg]) -> JSON {
    let legs = legs.map { leg -> JSON in
      .object([.init("account", .string(leg.account.path)), .init("amount_minor", .integer(leg.signed))])
    }
    return .object(members(entry) + [.init("hash", .string(Hex.encode(entry.hash))), .init("legs", .array(legs))])
  }

  private static func members(_ entry: EntryRows.Kept) -> [JSON.Member] {
    var members: [JSON.Member] = [
      .init("entry", .integer(entry.number)), .init("kind", .string(entry.kind)), .init("state", .string(entry.state.rawValue)),
    ]
    if let of = entry.of { members.append(.init("of", .integer(of))) }
    members += [
      .init("currency", .string(entry.currency.code)), .init("effective_at", .string(entry.effectiveAt.description)),
      .init("recorded_at", .string(entry.recordedAt.description)),
      .init("accounting_day", .string(CivilDate(daysSinceEpoch: entry.accountingDay).description)),
      .init("message_id", .string(entry.meta.messageID.text)), .init("correlation", .string(entry.meta.correlation)),
      .init("actor", .string(entry.meta.actor)), .init("actor_kind", .string(entry.meta.actorKind)),
    ]
    let rest: [(String, String?)] = [
      ("causation", entry.meta.causation), ("rule_version", entry.meta.ruleVersion), ("campaign_id", entry.about.campaign),
      ("offer", entry.about.offer), ("order_id", entry.about.order), ("remedy_id", entry.about.remedy), ("reason", entry.about.reason),
    ]
    for (name, value) in rest { if let value { members.append(.init(name, .string(value))) } }
    return members
  }
}
