import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The doors through which customers' matters come in and are done with. A complaint places its hold in the same transaction.
struct CaseDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .post, "/v1/cases", "opens a case, or takes it for one that is open: same_as, or same customer and cause",
        members: [
          "person_id": .id, "kind": .text, "severity": .text, "channel": .text, "words": .words, "cause": .object, "linked": .list,
          "rating": .number, "same_as": .id, "case_id": .id,
        ]
      ) { request, _ in
        desk.caring(request) { form, speaker, transaction in try open(form, speaker, in: transaction) }
      },
      Route(
        .get, "/v1/cases", "cases by the rule of the queue: ?state=unsolved|open|answered|solved|all&customer=ID&cause=ID&limit=N",
        query: [
          "state": .oneOf(["unsolved", "open", "answered", "solved", "all"]), "customer": .id, "cause": .id, "limit": .number(1...1_000),
        ]
      ) {
        request, _ in
        desk.lookingAs(request) { snapshot, asker in try list(request, asker, in: snapshot) }
      },
      Route(.get, "/v1/cases/{id}", "a case: its turns, what was said, its holds") { request, parameters in
        desk.lookingAs(request) { snapshot, asker in
          let file = try known(parameters["id"], in: snapshot)
          guard Conduct.maySee(file, asker) else {
            throw WordRefusal.caseOfConduct(file.id, instead: try Conduct.lead(besides: Conduct.about(file), in: snapshot).text)
          }
          return .object(try CaseJSON.whole(file, in: snapshot))
        }
      },
    ] + CaseFile.Deed.allCases.map { turning($0) }
  }

  private func turning(_ deed: CaseFile.Deed) -> Route {
    Route(
      .post, "/v1/cases/{id}/\(deed.rawValue)", "a case is \(deed.turn.rawValue)",
      members: ["kind": .text, "severity": .text, "channel": .text, "cause": .object, "words": .words]
    ) { request, parameters in
      desk.caring(request) { form, speaker, transaction in
        try turn(deed, try known(parameters["id"], in: transaction), form, speaker, in: transaction)
      }
    }
  }

  private func known(_ text: String, in reading: borrowing some Reading & ~Copyable) throws -> CaseFile {
    guard let id = try? Identifier<Case>(text), let file = try Cases.find(id, in: reading) else {
      throw CareRefused(404, "no_case", "there is no case \(text); `accord case list --state all` shows those that there are")
    }
    return file
  }

  // MARK: Opening

  private func open(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    let person: Identifier<Person>? = try form.id("person_id")
    let kind: CaseTurned.Kind = try form.choice("kind")
    let severity: Severity = try form.choice("severity", else: .normal)
    guard let channel = try form.word("channel") else { throw form.missing("channel", "how it came, such as phone") }
    let words = try form.text("words")
    let cause = try Self.cause(form)
    let linked = try Self.linked(form)
    let rating = try Self.rating(form, channel)
    // Whoever the customer does not want to meet again may take a matter down, and somebody else has it from then on.
    let isApart = try Conduct.isApart(speaker.occasion.colleague, from: person, in: transaction)
    let about = cause?.kind == .conduct ? cause?.id : isApart ? speaker.by.text : nil
    let holder = try about.map { try Conduct.lead(besides: $0, in: transaction) }
    let before = try same(form, person, cause, in: transaction)
    let file: CaseFile
    if let before {
      let fact = before.turned(
        .opened, kind: Self.graver(kind, before.kind), severity: Self.graver(severity, before.severity), channel: channel, cause: cause,
        rating: rating, holder: holder, by: speaker.by, at: speaker.now)
      file = try tell(fact, words, speaker, in: transaction)
    } else {
      let id: Identifier<Case> = try form.id("case_id") ?? Identifier(restoring: try speaker.fresh("case", in: transaction))
      guard try Cases.find(id, in: transaction) == nil else {
        throw CareRefused(409, "case_id", "case \(id) is there already; leave case_id out, or name it as same_as")
      }
      let fact = CaseTurned(
        turn: .opened, caseID: id, personID: person, kind: kind, severity: severity, channel: channel, cause: cause, linked: linked,
        rating: rating, holder: holder, by: speaker.by, at: speaker.now)
      file = try tell(fact, words, speaker, in: transaction)
    }
    try handOver(file, speaker, in: transaction)
    let hold = try Holding(speaker: speaker).follow(file, in: transaction)
    return try answer(
      before == nil ? 201 : 200, before == nil ? "opened" : "joined", file.id, hold, isApart: isApart, speaker, in: transaction)
  }

  /// Conduct is nobody's own to judge: it goes to the lead at once.
  private func handOver(_ file: CaseFile, _ speaker: Speaker, in transaction: borrowing Transaction) throws {
    guard let about = Conduct.about(file), !file.isEscalated, file.state != .solved else { return }
    let lead = try Conduct.lead(besides: about, in: transaction)
    try speaker.tell(.caseTurned(file.turned(.escalated, holder: lead, by: speaker.by, at: speaker.now)), in: transaction)
  }

  /// Stars are given in a review, nowhere else.
  private static func rating(_ form: CareForm, _ channel: String) throws -> Int64? {
    let rating = try form.whole("rating", in: CaseTurned.ratings)
    guard rating == nil || channel == "review" else {
      throw CareRefused(400, "rating", "a rating is a review's; leave it out, or name the channel review")
    }
    return rating
  }

  private func tell(
    _ fact: CaseTurned, _ words: String?, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> CaseFile {
    try speaker.tell(.caseTurned(fact), in: transaction)
    if let words { try Cases.say(words, of: fact.caseID, by: fact.channel, speaker, in: transaction) }
    guard let file = try Cases.find(fact.caseID, in: transaction) else { preconditionFailure("a case that was just told of is there") }
    return file
  }

  /// The case that this is told of again: the one that was named, else an unsolved one of the same customer and cause.
  private func same(
    _ form: CareForm, _ person: Identifier<Person>?, _ cause: CaseTurned.Cause?, in transaction: borrowing Transaction
  ) throws -> CaseFile? {
    if let named: Identifier<Case> = try form.id("same_as") {
      let file = try known(named.text, in: transaction)
      if let person, let whose = file.person, whose != person {
        throw CareRefused(
          409, "same_as",
          "case \(named) is \(whose)'s, not \(person)'s; two people's matters are two cases: leave same_as out, or link them")
      }
      if file.state == .solved { throw CaseRefusal.solvedAlready(named) }
      return file
    }
    guard try form.id("case_id") as Identifier<Case>? == nil, let person, let cause,
      let id = try Cases.same(person, cause, in: transaction)
    else { return nil }
    return try Cases.find(id, in: transaction)
  }

  static func graver(_ a: Severity, _ b: Severity) -> Severity {
    let ladder = Severity.allCases
    return (ladder.firstIndex(of: a) ?? 0) >= (ladder.firstIndex(of: b) ?? 0) ? a : b
  }

  /// What was a complaint once stays one.
  private static func graver(_ a: CaseTurned.Kind, _ b: CaseTurned.Kind) -> CaseTurned.Kind {
    a == .complaint || b == .complaint ? .complaint : a == .thanks ? b : a
  }

  private static func cause(_ form: CareForm) throws -> CaseTurned.Cause? {
    guard let json = form.body["cause"], !json.isNull else { return nil }
    guard let kind = json["kind"]?.string.flatMap({ CaseTurned.Cause.Kind(rawValue: $0) }), let id = json["id"]?.string,
      (try? Identifier<CaseTurned.Cause>(id)) != nil
    else {
      throw CareRefused(
        400, "cause",
        "cause is what brought it about: a kind (campaign, offer, policy, conduct, product) and its id, which has no spaces; give both")
    }
    return CaseTurned.Cause(kind: kind, id: id)
  }

  private static func linked(_ form: CareForm) throws -> [Identifier<Case>] {
    guard let json = form.body["linked"], !json.isNull else { return [] }
    let texts = json.strings
    let ids = texts?.compactMap { try? Identifier<Case>($0) } ?? []
    guard let texts, ids.count == texts.count, ids.count <= Limits.linkedCasesMax else {
      throw CareRefused(400, "linked", "linked is a list of at most \(Limits.linkedCasesMax) cases by their ids; correct it")
    }
    return ids
  }

  // MARK: Turning

  private func turn(
    _ deed: CaseFile.Deed, _ file: CaseFile, _ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    try Conduct.confirm(speaker, for: file, in: transaction)
    try file.allows(deed)
    let kind: CaseTurned.Kind = try form.choice("kind", else: file.kind)
    let severity: Severity = try form.choice("severity", else: file.severity)
    let fact = file.turned(
      deed.turn, kind: kind, severity: severity, channel: try form.word("channel"), cause: try Self.cause(form), by: speaker.by,
      at: speaker.now)
    let after = try tell(fact, try form.text("words"), speaker, in: transaction)
    try handOver(after, speaker, in: transaction)
    var hold: HoldTurned?
    switch deed {
    case .solve: try Holding(speaker: speaker).cool(after, in: transaction)
    case .reopen, .escalate, .answer: hold = try Holding(speaker: speaker).follow(after, in: transaction)
    }
    return try answer(200, deed.turn.rawValue, file.id, hold, isApart: false, speaker, in: transaction)
  }

  private func answer(
    _ status: Int, _ outcome: String, _ id: Identifier<Case>, _ hold: HoldTurned?, isApart: Bool, _ speaker: Speaker,
    in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let file = try Cases.find(id, in: transaction) else { preconditionFailure("a case that was just told of is there") }
    var members: [JSON.Member] = [.init("outcome", .string(outcome))]
    let sees = speaker.occasion.asker.map { Conduct.maySee(file, $0) || !isApart && $0.id != Conduct.about(file) } ?? true
    members += isApart || !sees ? CaseJSON.line(file, masked: true) : try CaseJSON.whole(file, in: transaction)
    if let hold { members.append(.init("hold_id", .string(hold.holdID.text))) }
    return .done(status: status, .object(members))
  }

  private func list(_ request: Request, _ asker: Principal, in snapshot: borrowing Snapshot) throws -> JSON {
    let state = request.query("state") ?? "unsolved"
    guard ["unsolved", "all"].contains(state) || CaseFile.State(rawValue: state) != nil else {
      throw CareRefused(400, "state", "state is one of unsolved, open, answered, solved, all, not “\(state)”")
    }
    guard let limit = Int(request.query("limit") ?? "100"), (1...1_000).contains(limit) else {
      throw CareRefused(400, "limit", "limit is a number from 1 to 1000; correct the query")
    }
    let selection = Cases.Selection(
      person: request.query("customer"), state: state, cause: request.query("cause"), limit: limit)
    // Nobody can ask how often somebody's conduct was brought up, but those whose it is to look at.
    let found = try Cases.list(selection, in: snapshot).compactMap { try Cases.find($0, in: snapshot) }.filter { file in
      Conduct.maySee(file, asker) || selection.cause == nil && Conduct.about(file) != asker.id
    }
    return .object([.init("cases", .array(found.map { .object(CaseJSON.line($0, masked: !Conduct.maySee($0, asker))) }))])
  }
}
