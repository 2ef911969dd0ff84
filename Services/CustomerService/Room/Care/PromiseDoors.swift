import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors through which customer service says whether it can keep what an offer promises. A yes reserves the capacity for it.
struct PromiseDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(
        .get, "/v1/promises", "what offers ask of customer service, and what was answered: ?offer=ID&open=true",
        query: ["offer": .id, "open": .flag]
      ) { request, _ in
        desk.looking(request) { snapshot in try list(request, in: snapshot) }
      },
      Route(
        .post, "/v1/promises/{offer}/{promise}/answer", "answers a promise: answer yes|up_to|no, quantity, expires_at, sentence",
        members: ["answer": .text, "quantity": .number, "expires_at": .text, "sentence": .sentence, "version": .number]
      ) {
        request, parameters in
        desk.caring(request) { form, speaker, transaction in
          try answer(parameters["offer"], parameters["promise"], form, speaker, in: transaction)
        }
      },
    ]
  }

  private func list(_ request: Request, in snapshot: borrowing Snapshot) throws -> JSON {
    let now = desk.clock.now()
    let book = try Promises.book(since: now, in: snapshot)
    let offer = request.query("offer")
    let isOpenOnly = request.query("open") == "true"
    let rows = try book.latest.filter { offer == nil || $0.offerID.text == offer }.compactMap { promise -> JSON? in
      let standing = book.standing(of: promise, at: now)
      if isOpenOnly, standing == .answered || standing == .refused { return nil }
      return .object(try line(promise, book, at: now, in: snapshot))
    }
    return .object([.init("at", .string(now.description)), .init("promises", .array(rows))])
  }

  private func line(
    _ promise: PromiseDeclared, _ book: CapacityBook, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON.Member] {
    let window = book.window(of: promise)
    var members: [JSON.Member] = [
      .init("offer", .string("\(promise.offerID)@\(promise.version)")), .init("promise_id", .string(promise.promiseID.text)),
      .init("kind", .string(promise.kind.rawValue)), .init("asks_for", .string(promise.words)),
    ]
    if let sku = promise.sku { members.append(.init("sku", .string(sku.text))) }
    if let quantity = promise.quantity { members.append(.init("quantity", .integer(quantity))) }
    members += [
      .init("from", .string(window.lowerBound.description)), .init("to", .string(window.upperBound.description)),
      .init("answer_by", .string(promise.answerBy.description)), .init("on_drop", .string(promise.onDrop.rawValue)),
      .init("standing", .string(Self.word(book.standing(of: promise, at: now)))),
    ]
    if let answer = book.answer(to: promise) {
      members.append(.init("answer", .string(answer.answer.rawValue)))
      if let quantity = answer.quantity { members.append(.init("up_to", .integer(quantity))) }
      members += [
        .init("expires_at", .string(answer.expiresAt.description)), .init("by", .string(answer.by.text)),
        .init("answered_at", .string(answer.at.description)),
      ]
      if let sentence = answer.sentence { members.append(.init("sentence", .string(sentence))) }
    } else {
      members.append(.init("lies_with", .string(try holder(of: promise, at: now, in: reading))))
    }
    if promise.kind != .leadTime { members += try free(for: promise, book, at: now, in: reading) }
    return members
  }

  /// What is left for a promise by those who have read the offer, and how much more once the others have.
  private func free(
    for promise: PromiseDeclared, _ book: CapacityBook, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON.Member] {
    let all = book.free(for: promise, at: now).quantity
    guard promise.kind == .contactsPerHour, let version = OfferVersion(offer: promise.offerID, version: promise.version),
      let offer = try shelf.find(promise.offerID, in: reading), let terms = shelf.terms(version, offer.known)
    else { return [.init("free", .integer(all))] }
    let window = book.window(of: promise)
    let unbriefed = Unbriefed(
      terms.document, in: window, roster: RosterFold(try Rosters.shifts(in: window, reading)),
      ColleagueFold(try Colleagues.all(in: reading)), try Briefings.fold(of: promise.offerID, in: reading),
      counting: offer.known.counting(promise.version), try Policies.care(in: reading).forecast)
    guard let unbriefed else { return [.init("free", .integer(all))] }
    var counted = book
    counted.leaveOut(unbriefed.stretches(in: window), of: promise.offerID)
    let free = counted.free(for: promise, at: now).quantity
    return [.init("free", .integer(free))] + (free < all ? [.init("once_briefed", .integer(all - free))] : [])
  }

  /// Whose word is waited for: the contact that the offer names, if they may answer for the whole desk; else, and after the time for it, the
  /// deputy, which is the first lead at work here.
  private func holder(
    of promise: PromiseDeclared, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> String {
    let document = try shelf.find(promise.offerID, in: reading)?.terms.document
    let contact = try document.flatMap { try Colleagues.holder(of: Identifier(restoring: $0.serviceContact.text), in: reading) }
    if let contact, now < promise.answerBy {
      guard let known = try Colleagues.find(contact, in: reading) else { return contact.text }
      if Principal(known).has(Self.answering) { return contact.text }
    }
    return try Leads.deputy(besides: contact?.text, in: reading) ?? "customer service's lead"
  }

  /// Who answers for the whole desk.
  private static let answering: [Principal.Role] = [.lead, .supervisor]

  static func word(_ standing: CapacityBook.Standing) -> String {
    switch standing {
    case .waiting: "waiting"
    case .overdue: "overdue"
    case .refused: "refused"
    case .short: "short"
    case .expired: "expired"
    case .answered: "answered"
    }
  }

  // MARK: Answering

  private func answer(
    _ offerText: String, _ promiseText: String, _ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    try speaker.occasion.needs(.lead, .supervisor, because: "an answer reserves what the whole desk can do")
    let now = speaker.now
    let book = try Promises.book(since: now, in: transaction)
    let asked = try form.whole("version", in: 1...Int64(Int32.max))
    let known = book.latest.filter { $0.offerID.text == offerText }
    guard let latest = known.first(where: { $0.promiseID.text == promiseText }) else {
      let others = known.map { $0.promiseID.text }.joined(separator: ", ")
      throw CareRefused(
        404, "no_promise",
        "offer \(offerText) asks for nothing called \(promiseText)\(others.isEmpty ? "" : "; it asks for: \(others)"); `accord promise list` "
          + "shows what is asked for")
    }
    let version = OfferVersion(offer: latest.offerID, version: asked.map { Int($0) } ?? latest.version)
    guard let promise = version.flatMap({ book.promises(of: $0).first { $0.promiseID == latest.promiseID } }) else {
      throw CareRefused(404, "version", "version \(asked ?? 0) of \(offerText) asks for no \(promiseText); leave the version out")
    }
    let answer: PromiseAnswered.Answer = try form.choice("answer")
    let quantity = try Self.quantity(answer, of: promise, form)
    let expires = try expiry(answer, of: promise, book, form, at: now)
    let sentence = try form.text("sentence", max: Limits.sentenceBytesMax)
    try confirm(answer, quantity, of: promise, book, at: now)
    // Always later than the answer before it, so that every department takes the same for the last.
    let before = try CapacityRows.answer(promise.offerID, promise.version, promise.promiseID, in: transaction)
    let fact = PromiseAnswered(
      offerID: promise.offerID, version: promise.version, promiseID: promise.promiseID, answer: answer, quantity: quantity,
      expiresAt: expires, sentence: sentence, by: speaker.by, at: max(now, before?.at.adding(.milliseconds(1)) ?? now))
    let message = try speaker.tell(.promiseAnswered(fact), in: transaction)
    let after = try Promises.book(since: now, in: transaction)
    return .done(
      status: 200,
      .object(
        [.init("outcome", "answered")] + (try line(promise, after, at: now, in: transaction))
          + (before.map { [.init("instead_of", Self.said($0))] } ?? []) + [.init("message_id", .string(message.text))]))
  }

  /// What was answered before, and by whom.
  private static func said(_ fact: PromiseAnswered) -> JSON {
    .object(
      [.init("answer", .string(fact.answer.rawValue))] + (fact.quantity.map { [.init("up_to", .integer($0))] } ?? [])
        + [.init("by", .string(fact.by.text)), .init("at", .string(fact.at.description))])
  }

  private static func quantity(_ answer: PromiseAnswered.Answer, of promise: PromiseDeclared, _ form: CareForm) throws -> Int64? {
    let given = try form.whole("quantity", in: 1...Limits.quantityMax)
    switch answer {
    case .upTo:
      guard promise.kind != .leadTime else {
        throw CareRefused(422, "answer", "a lead time is kept or not: answer yes or no")
      }
      guard let given else { throw form.missing("quantity", "up to how many") }
      guard given < promise.quantity ?? 0 else {
        throw CareRefused(422, "quantity", "up to \(given) is all of the \(promise.quantity ?? 0) that are asked for; answer yes")
      }
      return given
    case .yes, .no:
      guard given == nil else { throw CareRefused(400, "quantity", "a quantity belongs to the answer up_to; leave it out") }
      return nil
    }
  }

  private func expiry(
    _ answer: PromiseAnswered.Answer, of promise: PromiseDeclared, _ book: CapacityBook, _ form: CareForm, at now: Timestamp
  ) throws -> Timestamp {
    let given = try form.time("expires_at")
    if let given, given <= now {
      throw CareRefused(422, "expires_at", "the answer would have run out at \(given), and it is \(now); let it hold longer")
    }
    if let given { return given }
    guard answer == .no else { throw form.missing("expires_at", "until when the answer may be relied upon") }
    return max(book.window(of: promise).upperBound, now.adding(.seconds(86_400)))
  }

  /// What is answered must be there: nobody else's, in every hour.
  private func confirm(
    _ answer: PromiseAnswered.Answer, _ quantity: Int64?, of promise: PromiseDeclared, _ book: CapacityBook, at now: Timestamp
  ) throws {
    guard answer != .no, promise.kind != .leadTime else { return }
    let wanted = quantity ?? promise.quantity ?? 0
    let free = book.free(for: promise, at: now)
    guard wanted > free.quantity else { return }
    let most = free.quantity == 0 ? "answer no" : "answer up to \(free.quantity)"
    throw CareRefused(
      409, "capacity",
      "\(promise.words(wanted)) cannot be kept: at \(free.at) there is only \(free.quantity) left that nobody else was promised; \(most), or say "
        + "that there is more (`accord capacity set`)")
  }
}

/// Who decides in customer service where nobody else does.
enum Leads {
  /// The first lead at work here besides `somebody`, else the first supervisor; nil where nobody is known.
  static func deputy(besides somebody: String?, in reading: borrowing some Reading & ~Copyable) throws -> String? {
    let here = try Colleagues.all(in: reading).filter { $0.active && $0.colleagueID.text != somebody }
    return (here.first { $0.roles.contains(.lead) } ?? here.first { $0.roles.contains(.supervisor) })?.colleagueID.text
  }

  /// Who may let somebody go over a limit: the first at work here besides them for whom `may` holds, supervisors before leads before operators.
  static func approver(
    besides somebody: String?, in reading: borrowing some Reading & ~Copyable, where may: (ColleagueChanged) -> Bool
  ) throws -> String? {
    let here = try Colleagues.all(in: reading).filter { $0.active && $0.colleagueID.text != somebody && may($0) }
    for role in [ColleagueChanged.Role.supervisor, .lead, .operator] {
      if let first = here.first(where: { $0.roles.contains(role) }) { return first.colleagueID.text }
    }
    return nil
  }
}
