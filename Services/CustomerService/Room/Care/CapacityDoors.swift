import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Telemetry
import Terms

/// The doors through which customer service says what it can do, and sees what that leaves for whom.
struct CapacityDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(
        .get, "/v1/capacity", "what can be done, what is reserved of it, and where it falls short: ?from=T&to=T",
        query: ["from": .instant, "to": .instant]
      ) { request, _ in
        desk.looking(request) { snapshot in try show(request, in: snapshot) }
      },
      Route(
        .post, "/v1/capacity", "says what can be done: kind, sku, from, to, quantity, pool, cause",
        members: ["kind": .text, "sku": .id, "from": .text, "to": .text, "quantity": .number, "pool": .text, "cause": .text]
      ) { request, _ in
        desk.caring(request) { form, speaker, transaction in try set(form, speaker, in: transaction) }
      },
      Route(
        .get, "/v1/capacity/forecast/{offer}",
        "contacts expected, available and counted by the hour: ?messages=N&at=T&recipients=N&per_thousand=N&hours=N",
        query: [
          "messages": .number(0...Limits.quantityMax), "recipients": .number(0...Limits.quantityMax), "at": .instant,
          "per_thousand": .number(0...1_000), "hours": .number(1...Forecasting.hoursMax),
        ]
      ) { request, parameters in
        desk.looking(request) { snapshot in
          try Forecasting(shelf: shelf, now: desk.clock.now()).show(parameters["offer"], request, in: snapshot)
        }
      },
    ]
  }

  // MARK: Looking

  private func show(_ request: Request, in snapshot: borrowing Snapshot) throws -> JSON {
    let now = desk.clock.now()
    func time(_ name: String, _ usual: Timestamp) throws -> Timestamp {
      guard let text = request.query(name) else { return usual }
      guard let time = try? Timestamp(rfc3339: text) else {
        throw CareRefused(400, name, "\(name) is an instant such as 2026-05-10T04:00:00Z, not “\(text)”")
      }
      return time
    }
    let (from, to) = (try time("from", now), try time("to", .last))
    let book = try Promises.book(since: from, in: snapshot)
    let slots = book.slots.values.filter { $0.from < to }.sorted { ($0.from, $0.slotID) < ($1.from, $1.slotID) }.map(CapacityJSON.slot)
    let held = book.reservations(at: now).filter { $0.window.lowerBound < to && $0.window.upperBound > from }.map(CapacityJSON.reservation)
    let short = book.shortfalls(at: max(now, from)).filter { $0.window.lowerBound < to }.map(CapacityJSON.shortfall)
    return .object([
      .init("at", .string(now.description)), .init("slots", .array(slots)), .init("reserved", .array(held)),
      .init("short", .array(short)),
    ])
  }

  // MARK: Saying

  /// Whatever was said before of the same hours and the same pool is taken back for these hours, and stays for the others.
  private func set(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    try speaker.occasion.needs(.lead, .supervisor, because: "what is said here, marketing relies upon")
    let kind: PromiseKind = try form.choice("kind", else: .contactsPerHour)
    guard kind != .leadTime else {
      throw CareRefused(
        422, "kind", "a lead time is no quantity: it is answered promise by promise; name contacts_per_hour, units or returns")
    }
    let sku: Identifier<Product>? = try form.id("sku")
    if kind == .units, sku == nil { throw form.missing("sku", "of what there are so many units") }
    if kind != .units, sku != nil { throw CareRefused(400, "sku", "only units are counted by sku; leave it out") }
    guard let from = try form.time("from") else { throw form.missing("from", "from when on") }
    guard let to = try form.time("to") else { throw form.missing("to", "until when") }
    guard from < to else { throw CareRefused(422, "to", "it ends at \(to), not after it begins at \(from); let it end later") }
    guard to > speaker.now else { throw CareRefused(422, "to", "all of it has passed: it is \(speaker.now); say what will be") }
    guard let quantity = try form.whole("quantity", in: 0...Limits.quantityMax) else { throw form.missing("quantity", "how much of it") }
    let pool = try form.word("pool") ?? "desk"
    let cause = try form.text("cause", max: Limits.textBytesMax)
    let line = CapacityLine(kind: kind, sku: sku, pool: pool)
    let before = try Promises.book(since: from, in: transaction)
    let instead = before.slots.values.filter {
      line.holds($0.slotID) && $0.from < to && from < $0.to && $0.from < $0.to && $0.quantity != quantity
    }.sorted { $0.from < $1.from }
    let facts = line.carving(from..<to, quantity, cause: cause, out: before.slots, by: speaker.by, at: speaker.now)
    var messages: [JSON] = []
    for fact in facts { messages.append(.string(try speaker.tell(.capacityChanged(fact), in: transaction).text)) }
    let short = try Shortfalls.alarm(before: before, since: from, speaker, in: transaction)
    return .done(
      status: 200,
      .object([
        .init("outcome", facts.isEmpty ? "exists" : "set"), .init("slots", .array(facts.map(CapacityJSON.slot))),
        .init("instead_of", .array(instead.map(CapacityJSON.slot))),
        .init("short", .array(short.map(CapacityJSON.shortfall))), .init("message_ids", .array(messages)),
      ]))
  }
}

/// Capacity as the doors give it.
enum CapacityJSON {
  static func slot(_ fact: CapacityChanged) -> JSON {
    var members: [JSON.Member] = [
      .init("slot_id", .string(fact.slotID.text)), .init("kind", .string(fact.kind.rawValue)),
      .init("from", .string(fact.from.description)), .init("to", .string(fact.to.description)), .init("quantity", .integer(fact.quantity)),
    ]
    if let sku = fact.sku { members.append(.init("sku", .string(sku.text))) }
    if let cause = fact.cause { members.append(.init("cause", .string(cause))) }
    members += [.init("by", .string(fact.by.text)), .init("since", .string(fact.at.description))]
    return .object(members)
  }

  static func reservation(_ held: CapacityBook.Reservation) -> JSON {
    .object([
      .init("offer", .string("\(held.promise.offerID)@\(held.promise.version)")), .init("promise_id", .string(held.promise.promiseID.text)),
      .init("kind", .string(held.promise.kind.rawValue)), .init("quantity", .integer(held.quantity)),
      .init("from", .string(held.window.lowerBound.description)), .init("to", .string(held.window.upperBound.description)),
      .init("since", .string(held.answeredAt.description)),
    ])
  }

  static func shortfall(_ short: CapacityBook.Shortfall) -> JSON {
    var members: [JSON.Member] = [
      .init("offer", .string("\(short.promise.offerID)@\(short.promise.version)")),
      .init("promise_id", .string(short.promise.promiseID.text)), .init("kind", .string(short.promise.kind.rawValue)),
      .init("from", .string(short.window.lowerBound.description)), .init("to", .string(short.window.upperBound.description)),
      .init("reserved", .integer(short.reserved)), .init("there", .integer(short.there)), .init("since", .string(short.since.description)),
      .init("on_drop", .string(short.promise.onDrop.rawValue)),
    ]
    if let cause = short.cause { members.append(.init("cause", .string(cause))) }
    return .object(members)
  }
}
