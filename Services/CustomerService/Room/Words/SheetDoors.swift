import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors of answer sheets: written, verified, taken back, handed on; and the card that an agent opens.
struct SheetDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(
        .get, "/v1/sheets", "the answer sheets of an offer with their versions: ?offer=NAME&sheet=ID", query: ["offer": .id, "sheet": .id]
      ) { request, _ in
        desk.wordQuestion(request) { snapshot, _ in try list(request, snapshot) }
      },
      Route(
        .get, "/v1/offers/{offer}/card", "what to say of an offer: its sheet, or the facts card: ?locale=BCP47&voice=WORD",
        query: ["locale": .language, "voice": .text(max: Limits.wordBytesMax)]
      ) { request, parameters in
        desk.wordQuestion(request) { snapshot, asker in try card(parameters["offer"], request, asker, snapshot) }
      },
      Route(
        .post, "/v1/sheets", "writes a sheet for an offer's version, in one language and voice", bodyBytesMax: 2 * Route.commandBytesMax,
        members: ["offer": .id, "locale": .text, "voice": .text, "words": .words, "use": .list, "avoid": .list, "seen_version": .number]
      ) { request, _ in
        desk.wordCommand(request, for: .agent, .lead, .supervisor) { form, teller, transaction in try draft(form, teller, transaction) }
      },
      Route(
        .post, "/v1/sheets/verify", "lets agents use a sheet: whoever verifies answers for it",
        members: ["sheet_id": .id, "sheet_version": .number, "verifier": .id, "deputy": .id, "review_at": .text]
      ) { request, _ in
        desk.wordCommand(request, for: .agent, .lead, .supervisor) { form, teller, transaction in try verify(form, teller, transaction) }
      },
      Route(
        .post, "/v1/sheets/stale", "takes a sheet back: no door uses it any more",
        members: ["sheet_id": .id, "sheet_version": .number, "cause": .text, "sentence": .sentence]
      ) { request, _ in
        desk.wordCommand(request) { form, teller, transaction in try stale(form, teller, transaction) }
      },
      Route(
        .post, "/v1/sheets/hand-on", "gives a sheet, or all that hang on somebody, to others",
        members: ["sheet_id": .id, "sheet_version": .number, "verifier": .id, "deputy": .id, "from": .id, "to": .id]
      ) { request, _ in
        desk.wordCommand(request) { form, teller, transaction in try handOn(form, teller, transaction) }
      },
    ]
  }

  // MARK: Looking

  private func list(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let ids: [Identifier<Offer>]
    if let name = request.query("sheet") {
      ids = [Sheets.offer(of: Identifier(restoring: name))]
    } else if let name = request.query("offer") {
      ids = [try WordForm.offer(name).id]
    } else {
      ids = try Offers.onTable(at: desk.clock.now(), in: snapshot)
    }
    var sheets: [JSON] = []
    for id in ids {
      let known = try Offers.find(id, in: snapshot)
      let fold = try Sheets.fold(of: id, in: snapshot)
      let inForce = known.current.map { fold.usable(for: known.counting($0)) } ?? []
      for sheet in fold.sheets.sorted(by: { $0.key < $1.key }).flatMap(\.value)
      where request.query("sheet") == nil || request.query("sheet") == sheet.id.text {
        sheets.append(Sheets.json(sheet, state: Self.state(sheet, inForce, known)))
      }
    }
    if let name = request.query("sheet"), sheets.isEmpty { throw WordRefusal.noSheet(name) }
    return .json(.object([.init("sheets", .array(sheets))]))
  }

  /// In one word where a version of a sheet stands.
  private static func state(_ sheet: SheetFold.Sheet, _ inForce: [SheetFold.Sheet], _ known: KnownOffer) -> String {
    if sheet.staled != nil || known.state == .stopped && sheet.offerVersion <= (known.inForce ?? 0) { return "stale" }
    guard sheet.verified != nil else { return "draft" }
    if inForce.contains(sheet) { return "in_force" }
    return sheet.offerVersion > (known.current ?? 0) ? "waits" : "replaced"
  }

  /// The card of an offer. An agent who has not read its briefing gets that instead.
  private func card(_ name: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot) throws -> Response {
    let id = try WordForm.offer(name).id
    guard let offer = try shelf.find(id, in: snapshot) else { throw WordRefusal.noOffer(id.text) }
    let now = desk.clock.now()
    if let version = try Briefings.read(by: asker, in: snapshot).locks(offer), let agent = asker.colleagueID {
      return try BriefingDoors.locked(agent, version, offer.known, shelf, asker, at: now, in: snapshot)
    }
    var locale: String?
    if let text = request.query("locale") {
      guard let tag = WordForm.locale(text) else {
        throw WordRefusal.field("locale", "“\(text)” is no language; write a tag such as en-US")
      }
      locale = tag
    }
    let standing = try Sheets.standing(offer, locale: locale, voice: request.query("voice"), at: now, in: snapshot)
    let title = offer.name(in: locale)
    return .json(
      .object(
        [
          .init("offer", .string(offer.offer.description)), .init("name", .string(title.text)),
          .init("state", .string(offer.known.state.rawValue)), .init("at", .string(now.description)),
        ] + Sheets.json(standing, at: now)))
  }

  // MARK: Writing

  /// A version of an offer that was heard of: the named one, else the latest.
  private func version(_ form: WordForm, in reading: borrowing some Reading & ~Copyable) throws -> OfferVersion {
    let named = try form.offer()
    let known = try Offers.find(named.id, in: reading)
    let heard = known.versions.filter { $0.value.versioned != nil }.keys
    guard let number = named.version ?? heard.max(), let offer = OfferVersion(offer: named.id, version: number) else {
      throw WordRefusal.noOffer(named.id.text)
    }
    guard !known.versions.isEmpty else { throw WordRefusal.noOffer(named.id.text) }
    guard heard.contains(number) else { throw WordRefusal.noVersion(offer) }
    return offer
  }

  private func draft(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let offer = try version(form, in: transaction)
    guard let locale = try form.locale("locale") else { throw WordRefusal.field("locale", "it is missing; write a language such as en-US") }
    guard let voice = try form.word("voice") else { throw WordRefusal.field("voice", "it is missing; write one such as warm or plain") }
    let words = try form.neededText("words", max: Limits.wordsBytesMax)
    let use = try form.texts("use", max: Limits.phrasesMax)
    let avoid = try form.texts("avoid", max: Limits.phrasesMax)
    try Self.confirm(words, avoid)
    let id = try Sheets.name(offer.offer, locale, voice)
    let versions = try Sheets.fold(of: offer.offer, in: transaction).sheets[id] ?? []
    let last = versions.last?.version ?? 0
    if let seen = try form.integer("seen_version", in: 0...Int64(Int32.max)), seen != last {
      throw WordRefusal.changed(sheet: id, seen: Int(seen), now: last, since: Self.since(Int(seen), versions))
    }
    let fact = SheetTurned(
      turn: .drafted, offerID: offer.offer, sheetID: id, offerVersion: offer.version, sheetVersion: last + 1, locale: locale, voice: voice,
      words: words, use: use, avoid: avoid, by: teller.by, at: teller.now)
    try teller.tell(.sheetTurned(fact), in: transaction)
    return (201, try answer("drafted", id, last + 1, in: transaction))
  }

  /// What a sheet asks to avoid does not stand in its own words.
  private static func confirm(_ words: String, _ avoid: [String]) throws(WordRefusal) {
    guard let first = WordsToAvoid.find(avoid, in: words).first else { return }
    throw .field("words", "they have “\(first.phrase)”, which the sheet itself asks to avoid; write it otherwise")
  }

  private func verify(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let sheet = try find(form, in: transaction)
    if let staled = sheet.staled { throw WordRefusal.isStale(sheet: sheet.id, version: sheet.version, why: staled.cause ?? "taken back") }
    let verifier = try form.identifier("verifier", Colleague.self) ?? teller.occasion.colleague
    guard let verifier else { throw WordRefusal.field("verifier", "it is missing; name who answers for the sheet") }
    if verifier != teller.by { try teller.occasion.needs(.lead, .supervisor, because: "whoever verifies answers for it") }
    let deputy = try form.needed("deputy", Colleague.self)
    try confirm(verifier, deputy, in: transaction)
    var review = try form.time("review_at")
    if review == nil, let offer = OfferVersion(offer: sheet.drafted.offerID, version: sheet.offerVersion) {
      review = shelf.terms(offer, try Offers.find(offer.offer, in: transaction))?.endsAt
    }
    guard let review else { throw WordRefusal.field("review_at", "the offer has no end, so say when somebody looks at the sheet again") }
    guard review > teller.now else { throw WordRefusal.field("review_at", "\(review) has passed; name a time to come") }
    try Sheets.tell(.verified, sheet, teller, in: transaction) { fact in
      fact.verifier = verifier
      fact.deputy = deputy
      fact.reviewAt = review
    }
    return (200, try answer("verified", sheet.id, sheet.version, in: transaction))
  }

  private func confirm(
    _ verifier: Identifier<Colleague>, _ deputy: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable
  ) throws {
    guard verifier != deputy else { throw WordRefusal.ownDeputy(verifier) }
    try WordForm.confirmHere(verifier, "verifier", in: reading)
    try WordForm.confirmHere(deputy, "deputy", in: reading)
  }

  private func stale(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let sheet = try used(form, in: transaction)
    try confirmOwner(of: sheet, teller)
    guard sheet.staled == nil else { return (200, try answer("exists", sheet.id, sheet.version, in: transaction)) }
    let word = try form.neededText("cause")
    guard [Corrections.wrong, "outdated"].contains(word) else {
      throw WordRefusal.field(
        "cause", "“\(word)” is no cause; write wrong (who was answered from it is to be told better) or outdated")
    }
    let sentence = try form.text("sentence", max: 160)
    try Sheets.tell(.staled, sheet, cause: sentence.map { "\(word): \($0)" } ?? word, teller, in: transaction)
    return (200, try answer("staled", sheet.id, sheet.version, in: transaction))
  }

  private func handOn(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    if let from = try form.identifier("from", Colleague.self) { return try handOnAll(of: from, form, teller, transaction) }
    let sheet = try used(form, in: transaction)
    guard let verified = sheet.verified, sheet.staled == nil else {
      throw WordRefusal.isStale(sheet: sheet.id, version: sheet.version, why: sheet.staled?.cause ?? "nobody has verified it")
    }
    try confirmOwner(of: sheet, teller)
    let verifier = try form.identifier("verifier", Colleague.self) ?? verified.verifier
    let deputy = try form.identifier("deputy", Colleague.self) ?? verified.deputy
    guard let verifier, let deputy, verifier != verified.verifier || deputy != verified.deputy else {
      throw WordRefusal.field("verifier", "nobody new is named; name a verifier, a deputy or both")
    }
    try confirm(verifier, deputy, in: transaction)
    try Sheets.tell(.verified, sheet, teller, in: transaction) { ($0.verifier, $0.deputy) = (verifier, deputy) }
    return (200, try answer("handed_on", sheet.id, sheet.version, in: transaction))
  }

  /// All that hangs on somebody: where the other one would stand in for themselves, that sheet is left and named.
  private func handOnAll(
    of from: Identifier<Colleague>, _ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction
  ) throws -> (Int, JSON) {
    if from != teller.by { try teller.occasion.needs(.lead, .supervisor) }
    let to = try form.needed("to", Colleague.self)
    guard from != to else { throw WordRefusal.field("to", "it is the same colleague; name another one") }
    try WordForm.confirmHere(to, "to", in: transaction)
    var (handed, left): ([JSON], [JSON]) = ([], [])
    for sheet in try Sheets.hanging(on: from, in: transaction) {
      guard let verified = sheet.verified else { continue }
      let verifier = verified.verifier == from ? to : verified.verifier
      let deputy = verified.deputy == from ? to : verified.deputy
      guard verifier != deputy else {
        left.append(.string(sheet.id.text))
        continue
      }
      try Sheets.tell(.verified, sheet, teller, in: transaction) { ($0.verifier, $0.deputy) = (verifier, deputy) }
      handed.append(.string(sheet.id.text))
    }
    return (200, .object([.init("outcome", "handed_on"), .init("sheets", .array(handed)), .init("left", .array(left))]))
  }

  /// Whoever answers for a sheet, stands in for it, or leads those who use it.
  private func confirmOwner(of sheet: SheetFold.Sheet, _ teller: Speaker) throws {
    guard ![sheet.verified?.verifier, sheet.verified?.deputy, sheet.drafted.by].contains(teller.by) else { return }
    try teller.occasion.needs(.lead, .supervisor, because: "the sheet is \((sheet.verified?.verifier ?? sheet.drafted.by).text)'s")
  }

  /// The version of a sheet that a body means: the named one, else the last that may be used.
  private func used(_ form: WordForm, in reading: borrowing some Reading & ~Copyable) throws -> SheetFold.Sheet {
    let id = try form.needed("sheet_id", Sheet.self)
    let versions = try Sheets.fold(of: Sheets.offer(of: id), in: reading).sheets[id] ?? []
    guard let number = try form.integer("sheet_version", in: 1...Int64(Int32.max)) else {
      guard let sheet = versions.last(where: \.isUsable) ?? versions.last else { throw WordRefusal.noSheet(id.text) }
      return sheet
    }
    guard let sheet = versions.first(where: { $0.version == Int(number) }) else { throw WordRefusal.noSheet("\(id) version \(number)") }
    return sheet
  }

  /// The latest version of a sheet; a body that names another one did not see it.
  private func find(_ form: WordForm, in reading: borrowing some Reading & ~Copyable) throws -> SheetFold.Sheet {
    let id = try form.needed("sheet_id", Sheet.self)
    let versions = try Sheets.fold(of: Sheets.offer(of: id), in: reading).sheets[id] ?? []
    guard let last = versions.last else { throw WordRefusal.noSheet(id.text) }
    if let seen = try form.integer("sheet_version", in: 1...Int64(Int32.max)), Int(seen) != last.version {
      throw WordRefusal.changed(sheet: id, seen: Int(seen), now: last.version, since: Self.since(Int(seen), versions))
    }
    return last
  }

  /// What was written since somebody saw version `seen`: by whom, when, and which parts are other than before.
  private static func since(_ seen: Int, _ versions: [SheetFold.Sheet]) -> [String] {
    versions.filter { $0.version > seen }.suffix(5).map { sheet in
      let before = versions.last { $0.version < sheet.version }?.drafted
      let parts: [(String, Bool)] = [
        ("words", before?.words != sheet.drafted.words), ("use", before?.use != sheet.drafted.use),
        ("avoid", before?.avoid != sheet.drafted.avoid), ("offer version", before?.offerVersion != sheet.offerVersion),
      ]
      let changed = parts.filter(\.1).map(\.0)
      return "\(sheet.drafted.by) wrote version \(sheet.version) at \(sheet.drafted.at)"
        + (changed.isEmpty ? "" : ", other in \(changed.joined(separator: ", "))")
    }
  }

  private func answer(
    _ outcome: String, _ id: Identifier<Sheet>, _ version: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> JSON {
    guard let sheet = try Sheets.fold(of: Sheets.offer(of: id), in: reading).find(id, version: version) else {
      preconditionFailure("a sheet that was just told of is there")
    }
    let state = sheet.staled != nil ? "stale" : sheet.verified == nil ? "draft" : "verified"
    return .object([.init("outcome", .string(outcome)), .init("sheet", Sheets.json(sheet, state: state))])
  }
}
