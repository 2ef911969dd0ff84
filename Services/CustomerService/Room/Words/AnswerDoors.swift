import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors of answers: a draft checked before it is sent, what was said and from which words, and whom to tell better.
struct AnswerDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  /// A long letter.
  private static let textBytesMax = 65_536

  var routes: [Route] {
    [
      Route(
        .post, "/v1/answers/check", "says which words of a draft its offer's sheet asks to avoid; changes nothing",
        bodyBytesMax: 2 * Self.textBytesMax, members: ["offer": .id, "locale": .text, "voice": .text, "text": .words]
      ) { request, _ in
        desk.wordQuestion(request) { snapshot, asker in try check(request, asker, snapshot) }
      },
      Route(
        .post, "/v1/answers", "records what a customer is told of an offer, from its sheet or its facts card",
        bodyBytesMax: 2 * Self.textBytesMax,
        members: [
          "offer": .id, "locale": .text, "voice": .text, "case_id": .id, "person_id": .id, "agent_id": .id, "text": .words,
          "despite_words": .flag, "facts_card": .flag, "sheet_id": .id, "sheet_version": .number,
        ]
      ) {
        request, _ in
        desk.wordCommand(request) { form, teller, transaction in try give(form, teller, transaction) }
      },
      Route(
        .get, "/v1/answers/wrong", "the answers that came from words that turned out wrong: ?offer=NAME&corrected=true",
        query: ["offer": .id, "corrected": .flag]
      ) { request, _ in
        desk.wordQuestion(request) { snapshot, _ in try wrong(request, snapshot) }
      },
      Route(.post, "/v1/answers/corrected", "says that a customer was told better", members: ["answer_id": .id]) { request, _ in
        desk.wordCommand(request) { form, teller, transaction in try correct(form, teller, transaction) }
      },
    ]
  }

  /// What an agent has before them for what a body asks; refused where it names a version that is not in force.
  private func standing(
    _ form: WordForm, _ asker: Principal?, in reading: borrowing some Reading & ~Copyable
  ) throws -> SheetStanding {
    let standing = try current(form, asker, in: reading)
    try confirmVersion(form, standing)
    return standing
  }

  private func current(
    _ form: WordForm, _ asker: Principal?, in reading: borrowing some Reading & ~Copyable
  ) throws -> SheetStanding {
    let named = try form.offer()
    guard let offer = try shelf.find(named.id, in: reading) else { throw WordRefusal.noOffer(named.id.text) }
    try Briefings.confirm(offer, asker, in: reading)
    return try Sheets.standing(
      offer, locale: try form.locale("locale"), voice: try form.word("voice"), at: desk.clock.now(), in: reading)
  }

  private func confirmVersion(_ form: WordForm, _ standing: SheetStanding) throws {
    let named = try form.offer()
    guard let number = named.version, number != standing.offer.version else { return }
    let why =
      number < standing.offer.version ? "version \(number) is not in force any more" : "version \(number) has not taken effect yet"
    throw WordRefusal.notInForce(sheet: "\(named.id)@\(number)", why: why, instead: Self.name(standing))
  }

  /// What there is to answer from, as a refusal names it.
  private static func name(_ standing: SheetStanding) -> String {
    standing.sheet.map { "\($0.id) version \($0.version)" } ?? "the facts card of \(standing.offer)"
  }

  private func check(_ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot) throws -> Response {
    let form = try WordForm(request)
    let text = try form.neededText("text", max: Self.textBytesMax)
    let standing = try standing(form, asker, in: snapshot)
    let found = WordsToAvoid.find(standing.sheet?.drafted.avoid ?? [], in: text)
    let unused = (standing.sheet?.drafted.use ?? []).filter { WordsToAvoid.find([$0], in: text).isEmpty }
    return .json(
      .object([
        .init("offer", .string(standing.offer.description)), .init("from", .string(Self.name(standing))),
        .init("locale", .string(standing.spoken)), .init("is_fallback", .bool(standing.isFallback)),
        .init("clean", .bool(found.isEmpty)),
        .init(
          "avoid",
          .array(
            found.map {
              .object([
                .init("phrase", .string($0.phrase)), .init("count", .integer(Int64($0.count))), .init("place", .string($0.place)),
              ])
            })), .init("not_used", .array(unused.map { .string($0) })),
      ]))
  }

  private func give(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let standing = try current(form, teller.occasion.asker, in: transaction)
    let caseID = try form.needed("case_id", Case.self)
    guard let file = try Cases.find(caseID, in: transaction) else { throw WordRefusal.noCase(caseID) }
    let person = try form.identifier("person_id", Person.self) ?? file.person
    try Conduct.confirm(teller, for: person, in: transaction)
    let agent: Identifier<Colleague>
    if let own = teller.occasion.colleague {
      agent = own
    } else {
      agent = try form.identifier("agent_id") ?? teller.by
    }
    let name = Hex.encode(SHA256.hash(Array("answer/\(teller.by)/\(teller.occasion.causation)".utf8)).prefix(12))
    var fact = AnswerTurned(
      turn: .given, caseID: caseID, answerID: Identifier(restoring: name), personID: try form.identifier("person_id", Person.self),
      offer: standing.offer, sheetID: standing.sheet?.id, sheetVersion: standing.sheet?.version, locale: standing.wanted,
      voice: standing.sheet?.voice ?? standing.voice, agentID: agent, factsCard: standing.sheet == nil, fallback: standing.isFallback,
      at: teller.now)
    do { try confirmWords(form, standing) } catch let refusal as WordRefusal {
      guard try keptFrom(&fact, refusal, form, in: transaction) else { throw refusal }
      try teller.tell(.answerTurned(fact), in: transaction)
      return (refusal.status, try JSON(parsing: refusal.response().body))
    }
    try teller.tell(.answerTurned(fact), in: transaction)
    return (
      201,
      .object([.init("outcome", "given")] + Answers.json(.init(fact)) + [.init("said", .object(Sheets.json(standing, at: teller.now)))])
    )
  }

  /// Whatever is said now comes from words that hold now, and has none that the sheet asks to avoid.
  private func confirmWords(_ form: WordForm, _ standing: SheetStanding) throws {
    try confirmVersion(form, standing)
    try confirmSource(form, standing)
    guard let text = try form.text("text", max: Self.textBytesMax), try form.flag("despite_words") != true else { return }
    let found = WordsToAvoid.find(standing.sheet?.drafted.avoid ?? [], in: text)
    guard found.isEmpty else { throw WordRefusal.wordsToAvoid(found.map { "“\($0.phrase)”" }) }
  }

  /// Makes of `fact` what somebody was kept from saying, which is told: words that once held or will, or that are better avoided. False where
  /// a word of the body alone is mistaken.
  private func keptFrom(
    _ fact: inout AnswerTurned, _ refusal: WordRefusal, _ form: WordForm, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    (fact.turn, fact.reason) = (.refused, refusal.code)
    switch refusal {
    case .wordsToAvoid: return true
    case .notInForce:
      let named = try form.offer()
      if let number = named.version, number != fact.offer.version {
        guard let offer = OfferVersion(offer: named.id, version: number),
          try Offers.find(named.id, in: reading).versions[number] != nil
        else { return false }
        (fact.offer, fact.sheetID, fact.sheetVersion) = (offer, nil, nil)
        return true
      }
      guard let wanted = try form.identifier("sheet_id", Sheet.self),
        let known = try Sheets.fold(of: named.id, in: reading).sheets[wanted]?.last
      else { return false }
      let version = try form.integer("sheet_version", in: 1...Int64(Int32.max)).map { Int($0) }
      (fact.sheetID, fact.sheetVersion, fact.factsCard) = (wanted, version ?? known.version, false)
      return true
    default: return false
    }
  }

  /// Whoever says from which words they answer is held to those that hold now.
  private func confirmSource(_ form: WordForm, _ standing: SheetStanding) throws {
    if try form.flag("facts_card") == true, let sheet = standing.sheet {
      throw WordRefusal.sheetInForce(sheet: "\(sheet.id) version \(sheet.version)")
    }
    guard let wanted = try form.identifier("sheet_id", Sheet.self) else { return }
    let version = try form.integer("sheet_version", in: 1...Int64(Int32.max)).map { Int($0) }
    if let sheet = standing.sheet, sheet.id == wanted, version == nil || version == sheet.version { return }
    let why: String
    switch standing.source {
    case .card(let card): why = card.reason == "stopped" ? "the offer was stopped" : "no sheet of it holds now (\(card.reason))"
    case .sheet(let sheet): why = sheet.id == wanted ? "its version \(version ?? 0) is not the one in force" : "another sheet is in force"
    }
    throw WordRefusal.notInForce(
      sheet: wanted.text + (version.map { " version \($0)" } ?? ""), why: why, instead: Self.name(standing))
  }

  // MARK: Corrections

  private func wrong(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let ids = try request.query("offer").map { [try WordForm.offer($0).id] } ?? Answers.offers(in: snapshot)
    let withCorrected = request.query("corrected") == "true"
    var rows: [JSON] = []
    var done: Int64 = 0
    for id in ids {
      for wrong in try Answers.wrong(id, in: snapshot) {
        if wrong.given.correctedAt != nil {
          done += 1
          guard withCorrected else { continue }
        }
        rows.append(
          .object(
            Answers.json(wrong.given) + [
              .init("cause", .string(wrong.cause.rawValue)), .init("wrong_since", .string(wrong.since.description)),
            ])
        )
      }
    }
    return .json(
      .object([
        .init("to_correct", .integer(Int64(rows.count) - (withCorrected ? done : 0))), .init("corrected", .integer(done)),
        .init("answers", .array(rows)),
      ]))
  }

  private func correct(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let name = try form.neededText("answer_id")
    guard let given = try Answers.find(name, in: transaction) else { throw WordRefusal.noAnswer(name) }
    guard given.correctedAt == nil else { throw WordRefusal.alreadyCorrected(name) }
    guard try Answers.wrong(given.fact.offer.offer, in: transaction).contains(where: { $0.given.fact.answerID == given.fact.answerID })
    else {
      throw WordRefusal.notWrong(name)
    }
    var fact = given.fact
    fact.turn = .corrected
    fact.agentID = teller.by
    fact.at = teller.now
    try teller.tell(.answerTurned(fact), in: transaction)
    return (200, .object([.init("outcome", "corrected"), .init("answer_id", .string(name)), .init("at", .string(teller.now.description))]))
  }
}
