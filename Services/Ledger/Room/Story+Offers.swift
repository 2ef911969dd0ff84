import Contracts
import Host
import LedgerDomain
import Store
import Terms

extension Story {
  /// What the ledger can tell of a message about an order after its capture, about a look-back, or about a remedy: what it said, which
  /// decision stands behind it with what it looked at, and where it stands in the books.
  static func tellOffers(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    if let row = try snapshot.first(
      "SELECT type, content, recorded_at FROM order_event WHERE message_id = ?1", .text(message.text),
      read: { row in Said(type: try row.text(0), content: try row.blob(1), at: try row.timestamp(2)) }),
      let event = try DomainEvent.decode(type: row.type, data: row.content)
    {
      return Department.Story(role: .publisher, position: nil, sentences: try sentences(event, row.at, in: snapshot))
    }
    guard
      let row = try snapshot.first(
        "SELECT content, recorded_at FROM look_back WHERE message_id = ?1", .text(message.text),
        read: { row in Said(type: LookBackCompleted.type, content: try row.blob(0), at: try row.timestamp(1)) }),
      case .lookBackCompleted(let fact)? = try DomainEvent.decode(type: row.type, data: row.content)
    else { return nil }
    return Department.Story(
      role: .publisher, position: nil,
      sentences: [
        "the look-back of \(fact.offerID)@\(fact.version) over \(fact.from) to \(fact.to) was completed at \(row.at)",
        "it considered \(fact.considered) orders and gave \(fact.sum) to \(fact.granted) of them"
          + (fact.entries.map { ", entries \($0.first) to \($0.last)" } ?? ""),
      ])
  }

  private struct Said {
    let type: String
    let content: [UInt8]
    let at: Timestamp
  }

  private static func sentences(_ event: DomainEvent, _ at: Timestamp, in snapshot: borrowing Snapshot) throws -> [String] {
    switch event {
    case .remedyChanged(let fact): return try sentences(fact, at, in: snapshot)
    case .orderReturned(let fact):
      return [
        "\(fact.lines.reduce(0) { $0 + $1.quantity }) pieces of order \(fact.orderID) came back at \(fact.returnedAt)",
        fact.clawedBack.isZero
          ? "\(fact.price) is paid back" : "\(fact.price) had been paid; \(fact.clawedBack) of earlier remedies went back with it",
      ]
    case .orderCancelled(let fact):
      return ["\(fact.lines.isEmpty ? "order \(fact.orderID)" : "a part of order \(fact.orderID)") was cancelled at \(fact.cancelledAt)"]
    case .orderShipped(let fact): return ["goods of order \(fact.orderID) left the house at \(fact.shippedAt)"]
    case .orderAmended(let fact):
      return ["\(fact.lines.count) lines were added to order \(fact.orderID)\(fact.under.map { " under \($0)" } ?? "")"]
    case .refundResolved(let fact):
      return ["the \(fact.tender.rawValue) \(fact.outcome == .confirmed ? "took" : "refused") \(fact.amount) of remedy \(fact.remedyID)"]
    case .subscriptionChanged(let fact): return ["subscription \(fact.subscriptionID) was \(fact.change.rawValue) at \(fact.changedAt)"]
    default: return []
    }
  }

  private static func sentences(_ fact: RemedyChanged, _ at: Timestamp, in snapshot: borrowing Snapshot) throws -> [String] {
    var sentences: [String] = []
    let what = fact.offer.map { "under \($0) of campaign \(fact.campaignID?.text ?? "?")" } ?? "without an offer"
    sentences.append("remedy \(fact.remedyID) \(what): \(fact.change.rawValue.replacingUnderscores) \(fact.amount) at \(at)")
    if let id = fact.orderID, let order = try Orders.find(id, in: snapshot) {
      sentences.append("for order \(id), placed at \(order.order.placedAt) and captured by message \(order.messageID)")
    }
    let reason = Reason(rawValue: fact.reason).map { RemedyText.sentence($0, fact.offer?.description ?? "goodwill", amount: fact.amount) }
    sentences.append("decided as \(fact.reason), \(fact.basis.rawValue.replacingUnderscores)\(reason.map { ": \($0)" } ?? "")")
    if let inputs = fact.inputs { sentences.append("it looked at \(String(decoding: inputs.bytes, as: UTF8.self))") }
    if let already = fact.already { sentences.append("\(already.by) had given \(already.amount) at \(already.at)") }
    if let rule = try rule(of: fact, in: snapshot), let words = try Policies.sentence(rule, in: snapshot) { sentences.append(words) }
    if let entry = fact.entry, fact.change != .declined {
      let by = fact.of.map { ", which is about entry \($0)" } ?? ""
      sentences.append("it stands in the books as entry \(entry)\(by)")
    }
    return sentences
  }
}

extension Story {
  /// The version of the rule that a remedy was decided by, as its entry has it.
  private static func rule(of fact: RemedyChanged, in snapshot: borrowing Snapshot) throws -> String? {
    guard let entry = fact.entry else { return nil }
    return try snapshot.first("SELECT rule_version FROM entry WHERE number = ?1 AND rule_version IS NOT NULL", .integer(entry)) { row in
      try row.text(0)
    }
  }
}

extension String {
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
