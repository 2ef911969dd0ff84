import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// How many may call in each hour of the first days of a rehearsed launch, and how many customer service can answer by what it told: by those
/// who have read the offer, and by how many more once whoever else is there has.
struct RehearsedContacts {
  let terms: Terms
  let now: Timestamp
  /// When it goes live.
  let from: Timestamp

  private static let hour = Duration.seconds(3_600)

  func members(messages: Int64, recipients: Int64, in snapshot: borrowing Snapshot) throws -> [JSON.Member] {
    let rules = try Contacts.rules(in: snapshot)
    let rate = try Contacts.rate(like: terms.document, at: now, in: snapshot)
    let expected = ExpectedContacts.hours(messages: messages, recipients: recipients, perThousand: rate.perThousand, rules: rules)
    let starts = expected.indices.map { from.adding(Self.hour * $0) }
    let period = from..<from.adding(Self.hour * expected.count)
    let slots = try ServiceWords.slots(from: period.lowerBound, to: period.upperBound, in: snapshot).filter { $0.kind == .contactsPerHour }
    let unread = try unread(in: period, rules, snapshot)
    let hours = zip(starts, expected).map { start, expected in
      var members: [JSON.Member] = [.init("from", .string(start.description)), .init("expected", .integer(expected))]
      let there = slots.filter { $0.from <= start && $0.to > start }
      guard !there.isEmpty else { return JSON.object(members) }
      // What several sites can do adds up.
      let all = there.reduce(Int64(0)) { $0 &+ $1.quantity }
      let lost = min(all, unread.first { $0.window.contains(start) }?.contacts ?? 0)
      members += [.init("available", .integer(all - lost)), .init("short", .bool(expected > all - lost))]
      if lost > 0 { members.append(.init("once_briefed", .integer(lost))) }
      return .object(members)
    }
    return [
      .init("contacts_per_thousand", .integer(rate.perThousand)), .init("measured_offers", .integer(Int64(rate.measured))),
      .init(
        "contacts_expected",
        .integer(ExpectedContacts.all(messages: messages, recipients: recipients, perThousand: rate.perThousand, rules: rules))),
      .init("contacts", .array(hours)),
    ]
  }

  /// What is not counted on because nobody there has read it; nothing where the offer asks for no briefing.
  private func unread(
    in period: Range<Timestamp>, _ rules: ContactForecast.Rules, _ snapshot: borrowing Snapshot
  ) throws -> [CapacityBook.Unread] {
    guard terms.document.briefing != nil else { return [] }
    let offer = terms.document.offerVersion
    return Unbriefed(
      terms.document, in: period, roster: try ServiceWords.roster(in: period, snapshot), ColleagueFold(try Colleagues.all(in: snapshot)),
      try ServiceWords.read(offer.offer, in: snapshot), counting: try GateFacts.versions(of: offer, terms.document, in: snapshot), rules
    )?.stretches(in: period) ?? []
  }
}
