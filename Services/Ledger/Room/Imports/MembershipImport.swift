import Contracts
import Feed
import HTTP
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// The doors for members of lists and segments: `group_id`, `person_id`, and where it is known `from` and `until`. Each row is taken by itself
/// or refused; what is new is told by some hundred a fact, each group's by themselves.
struct MembershipImport: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      route(.list, "lists", "puts customers on lists, from when until when; a row with an end takes somebody off"),
      route(.segment, "segments", "puts customers into segments, from when until when; a row with an end takes somebody out"),
    ]
  }

  private func route(_ kind: CustomerGroup.Kind, _ name: String, _ doc: String) -> Route {
    Route(.post, "/v1/imports/\(name)", doc, bodyBytesMax: FeedLimits.batchBytesMax + FeedLimits.orderBytesMax, query: ["dry_run": .flag]) {
      request, _ in
      let batch: RowBatch
      do { batch = try RowBatch(request.body) } catch {
        return .problem(status: 400, code: "batch_unreadable", detail: "the batch cannot be read: \(error)")
      }
      guard request.query("dry_run") != "true" else {
        return desk.question(request) { snapshot in
          var reading = MembershipReading(kind, corrects: batch.corrects, at: desk.clock.now())
          for row in batch.rows { try reading.take(row, in: snapshot) }
          return .json(reading.tally.json)
        }
      }
      return desk.command(request) { transaction, occasion in
        var reading = MembershipReading(kind, corrects: batch.corrects, at: occasion.now)
        for row in batch.rows { try reading.take(row, in: transaction) }
        try Books.keep(in: &transaction) { books, transaction in
          for told in reading.changes { try tell(told.group, told.members, occasion, books: &books, in: &transaction) }
        }
        return .done(status: 200, reading.tally.json)
      }
    }
  }

  private func tell(
    _ group: CustomerGroup, _ members: [MembershipChanged.Member], _ occasion: Occasion, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    var rest = members[...]
    while !rest.isEmpty {
      let known = try Memberships.find(group, in: transaction)
      let fact = MembershipChanged(
        group: group, revision: max((known?.revision ?? 0) + 1, occasion.now.milliseconds),
        members: Array(rest.prefix(Limits.membersMax)))
      try Facts.tell(.membershipChanged(fact), true: occasion.now, occasion, desk, books: &books, in: &transaction)
      rest = rest.dropFirst(Limits.membersMax)
    }
    try LateMembers.await(group, occasion, in: transaction)
  }
}

/// Rows of members as they are read one after the other: each is held against the store and against the rows before it.
private struct MembershipReading {
  private let kind: CustomerGroup.Kind
  private let corrects: Bool
  private let now: Timestamp
  private(set) var tally = Tally()
  /// What is to be told, by group in the order of their first rows.
  private(set) var changes: [Change] = []
  private var places: [CustomerGroup: Int] = [:]
  /// Who was looked up, with what became of it.
  private var looked: [Key: Membership] = [:]

  struct Change {
    let group: CustomerGroup
    fileprivate(set) var members: [MembershipChanged.Member] = []
    /// Where each span stands: a fact says one thing of it.
    fileprivate var places: [Key: [Timestamp: Int]] = [:]
  }

  struct Key: Hashable {
    let group: CustomerGroup
    let person: Identifier<Person>
  }

  init(_ kind: CustomerGroup.Kind, corrects: Bool, at now: Timestamp) {
    self.kind = kind
    self.corrects = corrects
    self.now = now
  }

  mutating func take(_ row: RowBatch.Row, in reading: borrowing some Reading & ~Copyable) throws {
    func refuse(_ outcome: Tally.Outcome, _ field: String, _ code: String, _ sentence: String) {
      tally.refuse(outcome, line: row.line, id: row.text("person_id") ?? "", field: field, code: code, sentence)
    }
    let claim: MembershipClaim
    do throws(FieldFault) { claim = try self.claim(row) } catch {
      return refuse(.rejected, error.field, "row_unreadable", error.sentence)
    }
    let key = Key(group: claim.group, person: claim.personID)
    var known = try looked[key] ?? Memberships.of(claim.personID, in: claim.group, reading)
    do throws(MembershipRefusal) {
      switch try LedgerDomain.decide(claim, given: known, correcting: corrects, at: now) {
      case .exists: tally.add(.matched)
      case .joins(let span):
        tally.add(.created)
        note(span, key)
        known.spans.append(span)
        known.spans.sort { $0.from < $1.from }
      case .ends(let span):
        tally.add(.changed)
        note(span, key)
        for index in known.spans.indices where known.spans[index].from == span.from { known.spans[index] = span }
      }
    } catch {
      refuse(error.isConflict ? .conflicting : .rejected, error.field, error.code, error.description)
    }
    looked[key] = known
  }

  private func claim(_ row: RowBatch.Row) throws(FieldFault) -> MembershipClaim {
    let id: Identifier<CustomerGroup>
    // By the word that the file has for it.
    do throws(FieldFault) { id = try row.identifier("group_id") } catch { throw FieldFault(kind.rawValue, error.sentence) }
    let person: Identifier<Person>
    do throws(FieldFault) { person = try row.identifier("person_id") } catch { throw FieldFault("customer", error.sentence) }
    return MembershipClaim(
      group: CustomerGroup(kind, id), personID: person, from: row.text("from") == nil ? nil : try row.time("from"),
      until: row.text("until") == nil ? nil : try row.time("until"))
  }

  private mutating func note(_ span: Membership.Span, _ key: Key) {
    let place: Int
    if let known = places[key.group] {
      place = known
    } else {
      place = changes.count
      places[key.group] = place
      changes.append(Change(group: key.group))
    }
    let member = MembershipChanged.Member(
      personID: key.person, from: span.from > .first ? span.from : nil, until: span.until < .last ? span.until : nil)
    if let same = changes[place].places[key]?[span.from] {
      changes[place].members[same] = member
    } else {
      changes[place].places[key, default: [:]][span.from] = changes[place].members.count
      changes[place].members.append(member)
    }
  }
}
