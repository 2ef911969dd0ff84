import Contracts
import HTTP
import Host
import MarketingDomain
import Store
import Terms

/// Rehearses a launch: what the look-back would give for several lengths, who would be written to and who not, and how many would call.
///
/// It reads page by page, each from a snapshot of its own, so that nobody waits for it however much there is; it changes nothing.
struct Rehearsal: Sendable {
  let desk: DepartmentDesk
  let terms: Terms
  let seed: UInt64
  let now: Timestamp

  /// Beside the offer's own: what people ask for first.
  private static let reaches: [Int64] = [24, 48, 72]
  /// A person waits for it.
  private static let millisecondsMax: Int64 = 20_000
  /// A snapshot is held no longer than this.
  private static let pageMilliseconds: Int64 = 40
  /// An order known only to the day may begin this much before the instant that the offer reaches back to.
  private static let daySlack = Duration.seconds(25 * 3_600)

  func answer() throws -> JSON {
    let deadline = Clock.uptimeMilliseconds + Self.millisecondsMax
    let group = terms.document.group
    let life = try desk.store.read { (snapshot: borrowing Snapshot) throws -> Life in try self.life(in: snapshot) }
    var reaches = try Self.reaches(of: terms)
    var found = RehearsedOrders(seed: seed)
    var place = RehearsedOrders.Place(at: (reaches.map(\.terms.lookBackFrom).min() ?? terms.lookBackFrom).adding(.zero - Self.daySlack))
    let end = max(terms.startsAt, life.effectiveFrom)
    var isDone = false
    while !isDone, Clock.uptimeMilliseconds < deadline {
      isDone = try desk.store.read { (snapshot: borrowing Snapshot) throws -> Bool in
        let pageEnd = Clock.uptimeMilliseconds + Self.pageMilliseconds
        while Clock.uptimeMilliseconds < pageEnd {
          let rows = try RehearsedOrders.page(after: place, to: end, in: snapshot)
          guard let last = rows.last else { return true }
          for row in rows { try take(row, &reaches, &found, life, group, in: snapshot) }
          place = last.place
        }
        return false
      }
    }
    let orders = try desk.store.read { (snapshot: borrowing Snapshot) throws -> Int64 in
      try snapshot.integer(
        "SELECT count(*) FROM purchase WHERE placed_at >= ?1 AND placed_at < ?2",
        .timestamp((reaches.map(\.terms.lookBackFrom).min() ?? terms.lookBackFrom).adding(.zero - Self.daySlack)), .timestamp(end)) ?? 0
    }
    var people = try people(granted: found.people, life, until: deadline)
    people.atDesk = found.atDesk
    let contacts = RehearsedContacts(terms: terms, now: now, from: end)
    let (messages, recipients) = (people.written, Int64(found.people.count) + found.atDesk)
    let calls = try desk.store.read { (snapshot: borrowing Snapshot) throws -> [JSON.Member] in
      try contacts.members(messages: messages, recipients: recipients, in: snapshot)
    }
    return .object(
      [
        .init("offer", .string(terms.document.offerVersion.description)), .init("at", .string(now.description)),
        .init("look_backs", .array(reaches.map { $0.json(terms.document.currency) })), .init("looked", .integer(found.looked)),
        .init("orders", .integer(orders)),
      ] + found.members(terms.document.currency) + [.init("people", people.json)] + calls)
  }

  // MARK: Orders

  /// One length of the look-back, and what it comes to.
  struct Reach {
    let hours: Int64
    let terms: Terms
    let isOwn: Bool
    var decisions = Decisions()
    var orders: Int64 = 0
    var granted: Int64 = 0
    var sum: Int64 = 0
    /// Of these, orders of nobody we know.
    var nameless = Nameless()

    struct Nameless {
      var granted: Int64 = 0
      var sum: Int64 = 0
    }

    mutating func take(_ outcome: Outcome, isNameless: Bool) {
      if outcome.reason.isInReach { orders += 1 }
      guard outcome.isGranted, outcome.isAutomatic else { return }
      granted += 1
      sum += outcome.amount
      guard isNameless else { return }
      nameless.granted += 1
      nameless.sum += outcome.amount
    }

    func json(_ currency: Currency) -> JSON {
      func money(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": .string(currency.code)] }
      return [
        "hours": .integer(hours), "own": .bool(isOwn), "orders": .integer(orders), "granted": .integer(granted), "sum": money(sum),
        "anonymous": ["granted": .integer(nameless.granted), "sum": money(nameless.sum)],
      ]
    }
  }

  private static func reaches(of terms: Terms) throws -> [Reach] {
    let own = terms.document.lookBack.duration.milliseconds / 3_600_000
    return try Array(Set(reaches + [own])).sorted().map { hours in
      guard hours != own else { return Reach(hours: own, terms: terms, isOwn: true) }
      guard case .object(var members) = terms.document.json else { return Reach(hours: own, terms: terms, isOwn: true) }
      let others = (terms.document.json["look_back"]?.object ?? []).filter { $0.name != "duration" }
      members.removeAll { $0.name == "look_back" }
      members.append(.init("look_back", .object([.init("duration", .string("PT\(hours)H"))] + others)))
      return Reach(hours: hours, terms: try Terms(try OfferDocument(.object(members)), zone: terms.zone), isOwn: false)
    }
  }

  /// As it would be launched: at its start or now, or on from the version that customers know.
  private func life(in reading: borrowing some StoreReading & ~Copyable) throws -> Life {
    if let known = try Offers.find(terms.document.offerID, in: reading), let life = try Offers.life(of: known, in: reading) { return life }
    return Life(effectiveFrom: max(terms.startsAt, now))
  }

  private func take(
    _ row: RehearsedOrders.Row, _ reaches: inout [Reach], _ found: inout RehearsedOrders, _ life: Life, _ group: String,
    in reading: borrowing some StoreReading & ~Copyable
  ) throws {
    found.looked += 1
    // Most orders hold nothing of the offer: what happened to them since is not asked.
    guard Bought.isSame(try row.captured(), as: terms.document) else { return }
    let purchase = try Purchases.purchase(
      row.kept, of: row.person, group: { $0.offer == terms.document.offerID ? group : nil }, in: reading)
    let history = try Judging.history(of: purchase, by: row.person, terms, in: reading)
    for place in reaches.indices {
      let of = reaches[place].terms
      let outcome = reaches[place].decisions.decide(purchase, history, of, life: life, at: max(now, of.startsAt))
      reaches[place].take(outcome, isNameless: row.person == nil)
      if reaches[place].isOwn { found.take(purchase, row.person, outcome, terms) }
    }
  }

  // MARK: People

  struct People {
    var counts = AudiencePrepared.Counts()
    var reasons: [String: Int64] = [:]
    /// Whom nobody can write to, for nobody knows who they are: they are told when they come.
    var atDesk: Int64 = 0
    /// Messages and notes that would leave.
    var written: Int64 = 0
    /// Whether the time sufficed for everybody.
    var isWhole = false

    mutating func add(_ judged: Judging.Judged) {
      let (kind, reason) = (judged.verdict.kind, judged.verdict.reason)
      switch kind {
      case .send: counts.send += 1
      case .honour: counts.honour += 1
      case .suppress: counts.suppress += 1
      case .defer: counts.defer += 1
      }
      reasons[reason, default: 0] += 1
      if kind == .send || kind == .honour && judged.noteChannel != nil { written += 1 }
    }

    var json: JSON {
      [
        "counts": [
          "send": .integer(counts.send), "honour": .integer(counts.honour), "suppress": .integer(counts.suppress),
          "defer": .integer(counts.defer),
        ], "reasons": .object(reasons.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }),
        "at_desk": .integer(atDesk), "whole": .bool(isWhole),
      ]
    }
  }

  private struct Page {
    let last: Identifier<Person>?
    let judged: [Judging.Judged]
  }

  /// Everybody as they would be judged: those first who would be given something, as if the ledger had given it.
  private func people(granted: Set<Identifier<Person>>, _ life: Life, until deadline: Int64) throws -> People {
    var people = People()
    var given = granted.sorted()[...]
    while !given.isEmpty, Clock.uptimeMilliseconds < deadline {
      let page = Array(given.prefix(Preparing.peopleAtOnce))
      let judged = try judge(page, life) { _, dossier in
        dossier.hasRemedy = true
        dossier.untold = dossier.untold ?? RemedyChanged.Basis.lookBack.rawValue
        return true
      }
      for one in judged.judged { people.add(one) }
      given = given.dropFirst(page.count)
    }
    var after = ""
    var isMore = terms.document.targeting != nil
    while isMore, Clock.uptimeMilliseconds < deadline {
      let judged = try judge(nil, life, after: after) { person, _ in !granted.contains(person) }
      for one in judged.judged { people.add(one) }
      after = judged.last?.text ?? after
      isMore = judged.last != nil
    }
    people.isWhole = given.isEmpty && !isMore
    return people
  }

  /// Judges `people`, or the next of the audience after `after`: those whom `prepare` lets through, with what it makes of what is known.
  private func judge(
    _ people: [Identifier<Person>]?, _ life: Life, after: String = "", _ prepare: (Identifier<Person>, inout Dossier) -> Bool
  ) throws -> Page {
    try desk.store.read { (snapshot: borrowing Snapshot) throws -> Page in
      let judging = try Judging(rehearsing: terms, life, at: now, in: snapshot)
      let next = try terms.document.targeting.map {
        try Audiences.people(of: $0.audienceID, after: after, limit: Preparing.peopleAtOnce, in: snapshot)
      }
      let page = people ?? next ?? []
      var judged: [Judging.Judged] = []
      for (person, known) in zip(page, try judging.dossiers(of: page, in: snapshot)) {
        var dossier = known
        guard prepare(person, &dossier) else { continue }
        judged.append(try judging.judge(person, dossier, in: snapshot))
      }
      return Page(last: page.last, judged: judged)
    }
  }
}
