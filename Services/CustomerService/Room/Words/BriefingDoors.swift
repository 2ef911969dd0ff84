import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors of briefings: who must read what, what there is to read, and that it was read.
struct BriefingDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  private var briefings: Briefings { Briefings(shelf: shelf) }
  /// A day: whoever says that they read for longer has left the page open.
  private static let secondsOpenMax: Int64 = 86_400

  var routes: [Route] {
    [
      Route(.get, "/v1/briefings", "the offers that are to be read, and who has not read them") { request, _ in
        desk.wordQuestion(request) { snapshot, _ in
          let needs = try briefings.needs(at: desk.clock.now(), in: snapshot)
          return .json(.object([.init("briefings", .array(needs.map { Self.line($0) }))]))
        }
      },
      Route(.get, "/v1/briefings/{offer}", "what is to be read of an offer, NAME or NAME@2, and who has not read it") {
        request, parameters in
        desk.wordQuestion(request) { snapshot, asker in
          let need = try need(parameters["offer"], in: snapshot)
          return .json(Self.whole(need, for: asker))
        }
      },
      Route(.get, "/v1/my/briefings", "what whoever asks has to read: ?agent=ID for somebody else, as a lead", query: ["agent": .id]) {
        request, _ in
        desk.wordQuestion(request) { snapshot, asker in try due(request, asker, snapshot) }
      },
      Route(
        .post, "/v1/briefings/acknowledge", "says that an agent has read a version of an offer",
        members: ["offer": .id, "seconds_open": .number, "agent_id": .id, "answer": .number]
      ) { request, _ in
        desk.wordCommand(request) { form, teller, transaction in try acknowledge(form, teller, transaction) }
      },
    ]
  }

  /// The briefing of `NAME@2`; of `NAME` the one that is in force or will be next, the live one first.
  private func need(_ text: String, in reading: borrowing some Reading & ~Copyable) throws -> Briefings.Need {
    let named = try WordForm.offer(text)
    let known = try Offers.find(named.id, in: reading)
    guard !known.versions.isEmpty else { throw WordRefusal.noOffer(named.id.text) }
    guard let number = named.version ?? known.current, let offer = OfferVersion(offer: named.id, version: number) else {
      throw WordRefusal.noOffer(named.id.text)
    }
    guard known.versions[number]?.versioned != nil else { throw WordRefusal.noVersion(offer) }
    guard let need = try briefings.need(offer, known, at: desk.clock.now(), in: reading) else { throw WordRefusal.noBriefing(offer) }
    return need
  }

  private func due(_ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot) throws -> Response {
    let agent: Identifier<Colleague>
    if let text = request.query("agent"), text != asker.id {
      guard asker.has([.lead, .supervisor]) else {
        throw RoleRefusal(asker, needs: [.lead, .supervisor], because: "everybody sees their own briefings")
      }
      do throws(InvalidIdentifier) { agent = try Identifier(text) } catch { throw WordRefusal.field("agent", "\(error)") }
    } else {
      guard let own = asker.colleagueID else {
        throw WordRefusal.field("agent", "the operator has nothing to read; name an agent")
      }
      agent = own
    }
    var due: [JSON] = []
    for need in try briefings.needs(at: desk.clock.now(), in: snapshot) {
      let isRequired = need.gate.required.contains(agent)
      guard need.read.readAt(agent, counting: need.counting) == nil, need.isLive || isRequired else { continue }
      due.append(.object(Self.head(need) + [.init("required", .bool(isRequired)), .init("before_its_card_opens", .bool(need.isLive))]))
    }
    return .json(.object([.init("agent_id", .string(agent.text)), .init("briefings", .array(due))]))
  }

  /// An agent reads for themselves; what somebody else has read only the operator says.
  private func acknowledge(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let need = try need(try form.neededText("offer"), in: transaction)
    guard let seconds = try form.integer("seconds_open", in: 0...Self.secondsOpenMax) else {
      throw WordRefusal.field("seconds_open", "it is missing; say for how many seconds the briefing was open")
    }
    let agent: Identifier<Colleague>
    if let own = teller.occasion.colleague {
      if let named = try form.identifier("agent_id", Colleague.self), named != own {
        throw WordRefusal.field("agent_id", "nobody reads for somebody else; leave it out")
      }
      agent = own
    } else {
      agent = try form.needed("agent_id")
      try WordForm.confirmHere(agent, "agent_id", in: transaction)
    }
    let answer = try form.integer("answer", in: 0...Int64(TermsLimits.listMax))
    if let at = need.read.readAt(agent, counting: need.counting) {
      return (200, Self.answer("exists", need, agent, at: at, correct: need.paper.question == nil ? nil : true))
    }
    let verdict = try need.paper.judge(answer)
    let correct: Bool? =
      switch verdict {
      case .read: nil
      case .right: true
      case .wrong: false
      }
    try teller.tell(
      .briefingAcknowledged(
        BriefingAcknowledged(
          offerID: need.offer.offer, version: need.offer.version, agentID: agent, secondsOpen: seconds, answerCorrect: correct,
          at: teller.now)), in: transaction)
    guard case .wrong(let why) = verdict else {
      return (200, Self.answer("acknowledged", need, agent, at: teller.now, correct: correct))
    }
    return (200, Self.answer("wrong_answer", need, agent, at: teller.now, correct: false, why: why))
  }

  // MARK: JSON

  private static func answer(
    _ outcome: String, _ need: Briefings.Need, _ agent: Identifier<Colleague>, at: Timestamp, correct: Bool?, why: String? = nil
  ) -> JSON {
    var members: [JSON.Member] = [
      .init("outcome", .string(outcome)), .init("offer", .string(need.offer.description)), .init("agent_id", .string(agent.text)),
      .init("at", .string(at.description)),
    ]
    if let correct { members.append(.init("answer_correct", .bool(correct))) }
    if let why { members.append(.init("why", .string(why))) }
    return .object(members)
  }

  private static func head(_ need: Briefings.Need) -> [JSON.Member] {
    [
      .init("offer", .string(need.offer.description)), .init("state", .string(need.known.state.rawValue)),
      .init("live", .bool(need.isLive)), .init("from", .string(need.gate.period.lowerBound.description)),
      .init("until", .string(need.gate.period.upperBound.description)),
    ]
  }

  private static func line(_ need: Briefings.Need) -> JSON { .object(head(need) + standing(need)) }

  private static func standing(_ need: Briefings.Need) -> [JSON.Member] {
    let (outstanding, gaps, row) = (need.outstanding, need.gate.gaps(need.read, counting: need.counting), need.row)
    var members: [JSON.Member] = [
      .init("required", .integer(Int64(need.gate.required.count))),
      .init("acknowledged", .integer(Int64(need.gate.required.count - outstanding.count))),
      .init("outstanding", .array(outstanding.map { .string($0.text) })),
      .init("hours_without", .integer(Int64(gaps.count))), .init("ready", .bool(row.state == .passed)),
    ]
    if let code = row.code { members.append(.init("code", .string(code))) }
    if let sentence = row.sentence { members.append(.init("sentence", .string(sentence))) }
    if let liftedBy = row.liftedBy { members.append(.init("lifted_by", .string(liftedBy))) }
    return members
  }

  /// The paper with its question; which choice is right is not told.
  static func whole(_ need: Briefings.Need, for asker: Principal) -> JSON {
    var members = head(need)
    if let agent = asker.colleagueID {
      members.append(.init("read", .bool(need.read.readAt(agent, counting: need.counting) != nil)))
    }
    members.append(.init("sentences", .array(need.paper.sentences.map { .string($0) })))
    if !need.paper.changed.isEmpty { members.append(.init("changed", .array(need.paper.changed.map { .string($0) }))) }
    if let question = need.paper.question {
      members.append(
        .init("question", .object([.init("text", .string(question.text)), .init("choices", .array(question.choices.map { .string($0) }))])))
    }
    return .object(members + standing(need))
  }

  /// The answer to an unbriefed agent: 403, with the briefing to read.
  static func locked(
    _ agent: Identifier<Colleague>, _ version: OfferVersion, _ known: KnownOffer, _ shelf: OfferShelf, _ asker: Principal,
    at now: Timestamp,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> Response {
    let need = try Briefings(shelf: shelf).need(version, known, at: now, in: reading)
    return WordRefusal.unbriefed(agent, version).response(need.map { [.init("briefing", whole($0, for: asker))] } ?? [])
  }
}
