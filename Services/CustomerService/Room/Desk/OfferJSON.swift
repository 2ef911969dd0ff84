import Contracts
import ServiceDomain
import Terms

/// What lies on a desk, as the doors give it.
enum OfferJSON {
  /// `read`: what whoever asks has read. Of an offer whose briefing they have not, the row says that and nothing more. `say`: from which
  /// words to speak of it.
  static func row(_ row: Desk.Row, locale: String?, _ read: Briefings.Read, say: JSON, at now: Timestamp) -> JSON {
    if let version = read.locks(row.offer) { return locked(row, version) }
    let document = row.offer.terms.document
    var members: [JSON.Member] = [.init("kind", .string(row.kind.rawValue)), .init("offer", .string(row.offer.offer.description))]
    members += name(row.name)
    members += [
      .init("also_called", .array(document.alsoCalled.map { .string($0) })), .init("yes", .bool(row.yes)),
      .init("reason", .string(row.reason)), .init("sentence", .string(row.sentence)),
    ]
    members += money(given: row.given, wouldBe: row.wouldBe, destination: row.destination)
    members.append(.init("who_pays", .string(row.payer)))
    members.append(.init("say", say))
    members += times(row.offer)
    if let next = row.offer.known.change(at: now) {
      members.append(.init("changes", .object(change(next, of: row.offer.known.id))))
    }
    members.append(.init("orders", .array(row.orders.map(order))))
    return .object(members)
  }

  /// What takes the place of the version in force, and when; `at` is there where that is an instant.
  static func change(_ change: KnownOffer.Change, of id: Identifier<Offer>) -> [JSON.Member] {
    [.init("version", .integer(Int64(change.version))), .init("offer", .string("\(id)@\(change.version)"))]
      + (change.at.map { [.init("at", .string($0.description))] } ?? []) + [.init("when", .string(change.words))]
  }

  /// A customer's table: `members`, then the rows, which are JSON already.
  static func table(_ members: [JSON.Member], _ rows: [[UInt8]]) -> [UInt8] {
    var bytes = Array(JSON.object(members).bytes.dropLast())
    bytes.reserveCapacity(bytes.count + rows.reduce(32) { $0 + $1.count + 1 })
    bytes += #","offers":["#.utf8
    for (number, row) in rows.enumerated() {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += row
    }
    bytes += "]}".utf8
    return bytes
  }

  private static func locked(_ row: Desk.Row, _ version: OfferVersion) -> JSON {
    .object(
      [.init("kind", .string(row.kind.rawValue)), .init("offer", .string(version.description))] + name(row.name) + [
        .init("locked", true), .init("reason", "briefing_due"),
        .init(
          "sentence",
          .string(
            "you have not read its briefing: `accord briefing show \(version)`, then `accord briefing acknowledge \(version)`; its card opens then"
          )),
      ])
  }

  /// What the customer asked about and nobody knows: last on the table.
  static func unknown(_ asked: AskedOffers.Kept, at now: Timestamp) -> JSON {
    let sentence: String
    if let answer = asked.answer {
      sentence = "marketing says: \(answer.sentence)"
    } else {
      let due = asked.dueAt.map { " by \($0)" } ?? ""
      sentence = asked.isOverdue(at: now) ? "marketing was to say\(due) what it is, and has not" : "marketing says\(due) what it is"
    }
    return .object([
      .init("kind", .string(Desk.Kind.unknown.rawValue)), .init("offer", .string(asked.asked.text)),
      .init("name", .string(asked.words ?? asked.asked.text)), .init("yes", .bool(false)),
      .init("reason", .string(asked.answer?.answer.rawValue ?? "unknown")), .init("sentence", .string(sentence)),
      .init("case_id", .string(asked.matter.text)), .init("overdue", .bool(asked.isOverdue(at: now))),
    ])
  }

  static func why(_ why: WhyNot, captured message: String, locale: String?, at now: Timestamp) -> JSON {
    let answer = why.answer
    var members: [JSON.Member] = [
      .init("order_id", .string(answer.order.text)), .init("offer", .string(why.offer.offer.description)),
    ]
    members += name(why.offer.name(in: locale))
    members += [
      .init("state", .string(why.offer.known.state.rawValue)), .init("at", .string(now.description)), .init("yes", .bool(answer.yes)),
      .init("reason", .string(answer.reason.rawValue)), .init("sentence", .string(answer.sentence)),
    ]
    members += money(given: answer.given, wouldBe: answer.wouldBe, destination: answer.destination)
    members += [
      .init("who_pays", .string("campaign \(why.offer.terms.document.campaignID)")),
      .init("day_precision", .bool(answer.outcome.dayPrecision)),
    ]
    if let interval = answer.outcome.interval { members.append(.init("interval", .string(interval.rawValue))) }
    members += times(why.offer)
    members.append(
      .init(
        "inputs", .array(why.inputs.map { .object([.init("name", .string($0.name)), .init("sentence", .string($0.sentence))]) })))
    members.append(.init("lines", .array(why.items.map(item))))
    members.append(.init("remedies", .array(answer.remedies.map { remedy($0, answer.outcome.currency) })))
    members.append(.init("message_id", .string(message)))
    return .object(members)
  }

  private static func order(_ answer: Desk.OrderAnswer) -> JSON {
    var members: [JSON.Member] = [
      .init("order_id", .string(answer.order.text)), .init("yes", .bool(answer.yes)), .init("reason", .string(answer.reason.rawValue)),
      .init("sentence", .string(answer.sentence)),
    ]
    members += money(given: answer.given, wouldBe: answer.wouldBe, destination: answer.destination)
    members.append(.init("remedies", .array(answer.remedies.map { remedy($0, answer.outcome.currency) })))
    return .object(members)
  }

  private static func item(_ item: WhyNot.Item) -> JSON {
    var members: [JSON.Member] = [.init("id", .string(item.id)), .init("counts", .bool(item.counts))]
    if let reason = item.reason { members.append(.init("reason", .string(reason.rawValue))) }
    members.append(.init("sentence", .string(item.sentence)))
    return .object(members)
  }

  private static func remedy(_ given: Given, _ currency: Currency) -> JSON {
    .object([
      .init("remedy_id", .string(given.remedyID.description)), .init("state", .string(given.state.rawValue)),
      .init("amount", .money(Money(minor: given.amount, currency))), .init("clawed_back", .money(Money(minor: given.clawedBack, currency))),
      .init("by", .string(given.by)), .init("at", .string(given.at.description)),
    ])
  }

  /// A fallback is labelled, so that nobody takes it for the customer's language.
  private static func name(_ name: DeskOffer.Name) -> [JSON.Member] {
    [
      .init("name", .string(name.text)), .init("name_locale", .string(name.locale)), .init("name_is_fallback", .bool(name.isFallback)),
    ]
  }

  /// `amount` is what the ledger gave; `would_be` is only what the terms come to.
  private static func money(given: Money?, wouldBe: Money?, destination: String?) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let given { members.append(.init("amount", .money(given))) }
    if let wouldBe { members.append(.init("would_be", .money(wouldBe))) }
    if let destination { members.append(.init("destination", .string(destination))) }
    return members
  }

  private static func times(_ offer: DeskOffer) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("starts_at", .string(offer.terms.startsAt.description))]
    let end = offer.terms.end(offer.life)
    if end != .last { members.append(.init("ends_at", .string(end.description))) }
    let until = offer.terms.honourUntil(offer.life)
    if until != .last { members.append(.init("honoured_until", .string(until.description))) }
    return members
  }
}
