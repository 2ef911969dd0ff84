import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// How many may call in each hour of the first days of a rehearsed launch, and how many customer service can answer by what it told: by those
/// who have read the offer, and by how many more once whoever else is there has. Reckoned as customer service's own forecast is.
struct RehearsedContacts {
  let terms: Terms
  let now: Timestamp
  /// When it goes live.
  let from: Timestamp

  func members(messages: Int64, recipients: Int64, in snapshot: borrowing Snapshot) throws -> [JSON.Member] {
    let rules = try Contacts.rules(in: snapshot)
    let rate = try Contacts.rate(like: terms.document, at: now, in: snapshot)
    let forecast = ContactForecast(
      waves: [
        .init(at: from, people: messages, perThousand: rate.perThousand),
        .init(at: from, people: recipients, perThousand: rules.lookBackPerThousand),
      ], rules: rules)
    let period = from..<from.adding(.seconds(86_400) * rules.dayPercents.count)
    let slots = try ServiceWords.slots(from: period.lowerBound, to: period.upperBound, in: snapshot).filter { $0.kind == .contactsPerHour }
    let unread = try unread(in: period, rules, snapshot)
    // What several sites can do adds up.
    let there = { (start: Timestamp) -> Int64? in
      let there = slots.filter { $0.from <= start && $0.to > start }
      return there.isEmpty ? nil : there.reduce(Int64(0)) { $0 &+ $1.quantity }
    }
    let lost = { (start: Timestamp) in unread.first { $0.window.contains(start) }?.contacts ?? 0 }
    let hours = forecast.hours(from: period.lowerBound, to: period.upperBound) { start in there(start).map { $0 - min($0, lost(start)) } }
      .map { hour in
        var members: [JSON.Member] = [.init("from", .string(hour.from.description)), .init("expected", .integer(hour.expected))]
        guard let available = hour.available else { return JSON.object(members) }
        members += [.init("available", .integer(available)), .init("short", .bool(hour.isShort))]
        let more = (there(hour.from) ?? available) - available
        if more > 0 { members.append(.init("once_briefed", .integer(more))) }
        return .object(members)
      }
    return [
      .init("contacts_per_thousand", .integer(rate.perThousand)), .init("measured_offers", .integer(Int64(rate.measured))),
      .init("contacts_expected", .integer(forecast.all)),
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
