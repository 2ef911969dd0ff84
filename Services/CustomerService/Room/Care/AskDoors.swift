import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The doors for what customers ask about: a known offer is found by what they say, any other reaches marketing with one key.
struct AskDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  private static let wordsBytesMax = 1_000

  var routes: [Route] {
    [
      Route(
        .post, "/v1/asked", "a customer asks about an offer: words, case_id or person_id, channel",
        members: ["words": .words, "case_id": .id, "person_id": .id, "channel": .text]
      ) { request, _ in
        desk.caring(request) { form, speaker, transaction in try ask(form, speaker, in: transaction) }
      },
      Route(.get, "/v1/asked", "offers that nobody knew, which marketing has to answer first first: ?all=true", query: ["all": .flag]) {
        request, _ in
        desk.looking(request) { snapshot in
          let now = desk.clock.now()
          let found = try AskedOffers.list(all: request.query("all") == "true", in: snapshot)
          return .object([.init("at", .string(now.description)), .init("asked", .array(found.map { .object(Self.line($0, at: now)) }))])
        }
      },
      Route(.get, "/v1/asked/{id}", "what a customer asked about, in their words") { request, parameters in
        desk.looking(request) { snapshot in
          guard let id = try? Identifier<Asked>(parameters["id"]), let kept = try AskedOffers.find(id, in: snapshot) else {
            throw CareRefused(404, "no_question", "nobody asked anything called \(parameters["id"]); `accord ask list` shows what waits")
          }
          return .object(Self.line(kept, at: desk.clock.now()))
        }
      },
    ]
  }

  private func ask(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    guard let words = try form.text("words", max: Self.wordsBytesMax) else { throw form.missing("words", "what the customer calls it") }
    let (matter, person) = try whose(form, speaker, in: transaction)
    try Conduct.confirm(speaker, for: person, in: transaction)
    let found = try self.known(words, at: speaker.now, in: transaction)
    let id = Identifier<Asked>(restoring: try speaker.fresh("asked", in: transaction))
    let due = try found.isEmpty ? deadline(from: speaker.now, in: transaction) : nil
    let fact = OfferAskedAbout(
      caseID: matter, askedID: id, offerID: found.count == 1 ? found.first?.offer.offer : nil, personID: person, known: !found.isEmpty,
      agentID: speaker.by, dueAt: due, at: speaker.now)
    let message = try speaker.tell(.offerAskedAbout(fact), in: transaction)
    try AskedOffers.say(words, of: id, in: transaction)
    var members: [JSON.Member] = [
      .init("outcome", found.isEmpty ? "asked" : "known"), .init("asked_id", .string(id.text)), .init("case_id", .string(matter.text)),
    ]
    if let due { members.append(.init("answer_by", .string(due.description))) }
    members.append(
      .init(
        "offers",
        .array(
          found.map { offer in
            .object([.init("offer", .string(offer.offer.description)), .init("name", .string(offer.name(in: nil).text))])
          })))
    members.append(
      .init(
        "sentence",
        .string(
          found.isEmpty
            ? "nobody here knows it; marketing answers\(due.map { " by \($0)" } ?? ""); meanwhile goodwill can be given within your limit"
            : "it is known here; `accord offers` shows what it gives to this customer")))
    members.append(.init("message_id", .string(message.text)))
    return .done(status: 201, .object(members))
  }

  /// The case that it is asked in; without one it becomes a question of its own.
  private func whose(
    _ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> (Identifier<Case>, Identifier<Person>?) {
    let person: Identifier<Person>? = try form.id("person_id")
    if let id: Identifier<Case> = try form.id("case_id") {
      guard let file = try Cases.find(id, in: transaction) else {
        throw CareRefused(404, "case_id", "there is no case \(id); leave it out, and the question becomes a case of its own")
      }
      return (id, file.person ?? person)
    }
    let id = Identifier<Case>(restoring: try speaker.fresh("case", in: transaction))
    try speaker.tell(
      .caseTurned(
        CaseTurned(
          turn: .opened, caseID: id, personID: person, kind: .question, severity: .normal, channel: try form.word("channel") ?? "desk",
          by: speaker.by, at: speaker.now)), in: transaction)
    return (id, person)
  }

  /// The offers on the table that a customer who says `words` may mean.
  private func known(_ words: String, at now: Timestamp, in transaction: borrowing Transaction) throws -> [DeskOffer] {
    try Offers.onTable(at: now, in: transaction).compactMap { try shelf.find($0, in: transaction) }.filter { offer in
      switch offer.phase(at: now) {
      case .gone, .historical: false
      case .live, .paused, .startsSoon, .honourable: offer.answers(to: words)
      }
    }
  }

  private func deadline(from now: Timestamp, in transaction: borrowing Transaction) throws -> Timestamp {
    let within = try Policies.care(in: transaction).unknownOfferWithin
    return try StoreHours.of(shelf, in: transaction)?.adding(within, to: now) ?? now.adding(within)
  }

  static func line(_ kept: AskedOffers.Kept, at now: Timestamp) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("asked_id", .string(kept.asked.text)), .init("case_id", .string(kept.matter.text))]
    if let person = kept.person { members.append(.init("person_id", .string(person.text))) }
    if let words = kept.words { members.append(.init("words", .string(words))) }
    members += [.init("known", .bool(kept.isKnown)), .init("agent", .string(kept.agent)), .init("at", .string(kept.at.description))]
    if let offer = kept.offer { members.append(.init("offer_id", .string(offer.text))) }
    if let due = kept.dueAt {
      members += [.init("answer_by", .string(due.description)), .init("overdue", .bool(kept.isOverdue(at: now)))]
    }
    if let answer = kept.answer {
      var said: [JSON.Member] = [
        .init("answer", .string(answer.answer.rawValue)), .init("sentence", .string(answer.sentence)), .init("by", .string(answer.by.text)),
        .init("at", .string(answer.at.description)),
      ]
      if let offer = answer.offerID { said.append(.init("offer_id", .string(offer.text))) }
      members.append(.init("answered", .object(said)))
    }
    return members
  }
}
