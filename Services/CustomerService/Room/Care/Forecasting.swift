import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// Contacts by the hour: what an offer brings, what can be taken, and afterwards what came.
struct Forecasting {
  let shelf: OfferShelf
  let now: Timestamp

  private static let hour: Int64 = 3_600_000
  /// The weeks whose same hours make the usual of an hour.
  static let weeks: Int64 = 4
  static let hoursMax: Int64 = 336

  func show(_ text: String, _ request: Request, in snapshot: borrowing Snapshot) throws -> JSON {
    guard let id = try? Identifier<Offer>(text), let offer = try shelf.find(id, in: snapshot) else {
      throw CareRefused(404, "no_offer", "nothing was heard of an offer \(text); `accord offers` lists what is on the table")
    }
    let policies = try Policies.care(in: snapshot)
    let rules = policies.forecast
    let count = try number(request, "hours", 1...Self.hoursMax) ?? 72
    let start = Timestamp(milliseconds: offer.terms.startsAt.milliseconds - offer.terms.startsAt.milliseconds % Self.hour)
    let end = start.adding(.milliseconds(count * Self.hour))
    let forecast = ContactForecast(waves: try waves(of: offer, request, rules, in: snapshot), rules: rules)
    let book = try Promises.book(since: start, in: snapshot)
    let usual = try Usual(shelf: shelf, now: now, weeks: Self.weeks, in: snapshot)
    let capacity = try Availability(book: book, rules: rules, usual: usual, offer: offer, in: start..<end, snapshot)
    let document = offer.terms.document
    let actual = try Cases.opened(
      from: start, to: min(end, now), causes: [document.offerID.text, document.campaignID.text], in: snapshot)
    let rows = forecast.hours(from: start, to: end) { capacity.available(at: $0) }
    let hours = rows.map { hour -> JSON in
      var members: [JSON.Member] = [.init("from", .string(hour.from.description)), .init("expected", .integer(hour.expected))]
      if let available = hour.available { members.append(.init("available", .integer(available))) }
      members.append(.init("short", .bool(hour.isShort)))
      if hour.from < now { members.append(.init("actual", .integer(actual[hour.from.milliseconds / Self.hour] ?? 0))) }
      return .object(members)
    }
    return .object([
      .init("offer", .string(offer.offer.description)), .init("at", .string(now.description)),
      .init("expected", .integer(rows.reduce(0) { $0 + $1.expected })),
      .init("actual", .integer(actual.values.reduce(0, +))),
      .init("short_hours", .integer(Int64(rows.filter(\.isShort).count))), .init("hours", .array(hours)),
    ])
  }

  private func number(_ request: Request, _ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
    guard let text = request.query(name) else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw CareRefused(400, name, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
    }
    return number
  }

  /// Messages as asked about, else as marketing has prepared them; and those who were given something without asking.
  private func waves(
    of offer: DeskOffer, _ request: Request, _ rules: ContactForecast.Rules, in snapshot: borrowing Snapshot
  ) throws -> [ContactForecast.Wave] {
    let version = offer.known.versions[offer.offer.version]
    let at = try request.query("at").map { text in
      guard let time = try? Timestamp(rfc3339: text) else { throw CareRefused(400, "at", "at is an instant, not “\(text)”") }
      return time
    }
    let declared = try number(request, "per_thousand", 0...1_000)
    let measured = declared == nil ? try Measured.perThousand(like: offer, shelf, at: now, in: snapshot) : []
    let rate = ContactForecast.perThousand(declared: declared, measured: measured, rules: rules)
    let messages =
      try number(request, "messages", 0...Limits.quantityMax) ?? version?.audience.map { $0.counts.send + $0.counts.honour } ?? 0
    let recipients = try number(request, "recipients", 0...Limits.quantityMax) ?? version?.lookBack?.granted ?? 0
    let start = offer.terms.startsAt
    return [
      .init(at: at ?? start, people: messages, perThousand: rate),
      .init(at: start, people: recipients, perThousand: rules.lookBackPerThousand),
    ].filter { $0.people > 0 }
  }
}

/// What each hour of the week usually brings.
struct Usual: Sendable {
  private var counts: [Int: [Int64]] = [:]
  private let hours: OpeningHours?

  init(shelf: OfferShelf, now: Timestamp, weeks: Int64, in reading: borrowing some Reading & ~Copyable) throws {
    hours = try StoreHours.of(shelf, in: reading)
    guard let hours else { return }
    let hour: Int64 = 3_600_000
    let end = now.milliseconds / hour
    let first = end - weeks * 168
    let opened = try Cases.opened(
      from: Timestamp(milliseconds: first * hour), to: Timestamp(milliseconds: end * hour), in: reading)
    // Weeks before the first case ever were no weeks without contacts.
    let known = try reading.integer("SELECT opened_at FROM matter ORDER BY opened_at LIMIT 1") ?? now.milliseconds
    for number in max(first, known / hour)..<max(end, first, known / hour) {
      counts[hours.hourOfWeek(Timestamp(milliseconds: number * hour)), default: []].append(opened[number] ?? 0)
    }
  }

  func of(_ instant: Timestamp) -> Int64 { hours.map { ContactForecast.usual(counts[$0.hourOfWeek(instant)] ?? []) } ?? 0 }
}

/// What can be taken in an hour.
struct Availability {
  private let book: CapacityBook
  private let rules: ContactForecast.Rules
  private let usual: Usual
  /// Shifts of those who may take contacts about the offer: who has read it, where it asks for that.
  private let shifts: [RosterPublished]
  private let isRosterKnown: Bool

  init(
    book: CapacityBook, rules: ContactForecast.Rules, usual: Usual, offer: DeskOffer, in hours: Range<Timestamp>,
    _ reading: borrowing some Reading & ~Copyable
  ) throws {
    self.book = book
    self.rules = rules
    self.usual = usual
    let colleagues = ColleagueFold(try Colleagues.all(in: reading))
    let all = try Rosters.shifts(in: hours, reading).filter { colleagues.isHere($0.agentID) }
    isRosterKnown = !all.isEmpty
    let read = try Briefings.fold(of: offer.offer.offer, in: reading)
    // Whoever has read the last material version knows what stands in the minor ones after it.
    let counting = offer.known.counting(offer.offer.version)
    let needsBriefing = offer.terms.document.briefing != nil
    shifts = all.filter { !$0.absent && (!needsBriefing || read.readAt($0.agentID, counting: counting) != nil) }
  }

  /// By who is on shift and has read the offer; where no roster is known, by what was said of the hour; nil where nobody said anything.
  func available(at instant: Timestamp) -> Int64? {
    if isRosterKnown {
      let agents = Set(shifts.filter { $0.from <= instant && instant < $0.to }.map(\.agentID)).count
      return ContactForecast.available(agents: Int64(agents), usual: usual.of(instant), rules: rules)
    }
    let isSaid = book.slots.values.contains { $0.kind == .contactsPerHour && $0.from <= instant && instant < $0.to }
    return isSaid ? book.capacity(.contactsPerHour, nil, at: instant) - usual.of(instant) : nil
  }
}

/// How many contacts offers like one have brought from a thousand messages.
enum Measured {
  private static let days: Int64 = 3

  /// Of those with the same benefit whose first three days are over, the earliest first.
  static func perThousand(
    like offer: DeskOffer, _ shelf: OfferShelf, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Int64] {
    var found: [(Timestamp, Int64)] = []
    let ids = try reading.all("SELECT DISTINCT offer_id FROM offer_fact ORDER BY offer_id LIMIT 1000") { row -> Identifier<Offer> in
      Identifier(restoring: try row.text(0))
    }
    for id in ids where id != offer.offer.offer {
      guard let other = try shelf.find(id, in: reading), other.terms.document.benefit.isSameKind(as: offer.terms.document.benefit),
        let life = other.known.life, let audience = other.known.versions[other.offer.version]?.audience
      else { continue }
      let messages = audience.counts.send + audience.counts.honour
      let end = life.effectiveFrom.adding(.seconds(days * 86_400))
      guard messages > 0, end <= now else { continue }
      let came = try Cases.opened(
        from: life.effectiveFrom, to: end, causes: [id.text, other.terms.document.campaignID.text], in: reading)
      found.append((life.effectiveFrom, came.values.reduce(0, +) * 1_000 / messages))
    }
    return found.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
