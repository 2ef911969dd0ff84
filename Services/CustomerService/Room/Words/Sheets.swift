import Contracts
import Host
import ServiceDomain
import Store
import Telemetry
import Terms

/// The answer sheets of offers: folds of their facts, and what becomes of them when an offer's life takes a turn.
enum Sheets {
  static func facts(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> [SheetTurned] {
    try WordFacts.of(offer.text, family: "service.sheet.", in: reading).compactMap(\.sheetTurned)
  }

  static func fold(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> SheetFold {
    SheetFold(try facts(of: offer, in: reading))
  }

  /// What an agent says of an offer now.
  static func standing(
    _ offer: DeskOffer, locale: String?, voice: String?, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> SheetStanding {
    SheetStanding(offer, try fold(of: offer.known.id, in: reading), locale: locale, voice: voice, at: now)
  }

  /// The name of the one sheet of an offer in a language and voice, whatever the versions are: `spring:en-US:warm`.
  static func name(_ offer: Identifier<Offer>, _ locale: String, _ voice: String) throws(WordRefusal) -> Identifier<Sheet> {
    do throws(InvalidIdentifier) { return try Identifier("\(offer):\(locale):\(voice)") } catch { throw .field("voice", "\(error)") }
  }

  /// The offer that a sheet is for, by its name.
  static func offer(of sheet: Identifier<Sheet>) -> Identifier<Offer> {
    Identifier(restoring: String(sheet.text.split(separator: ":", maxSplits: 1).first ?? ""))
  }

  /// The sheets that may be used, or will be, and that somebody verified or stands in for.
  static func hanging(on colleague: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> [SheetFold.Sheet] {
    var found: [SheetFold.Sheet] = []
    let offers = try reading.all(
      "SELECT DISTINCT subject FROM word_fact WHERE type = ?1 ORDER BY subject", .text(SheetTurned.Turn.verified.type)
    ) { row in Identifier<Offer>(restoring: try row.text(0)) }
    for id in offers {
      guard try Offers.find(id, in: reading).state != .ended else { continue }
      found += try fold(of: id, in: reading).sheets.sorted { $0.key < $1.key }.flatMap(\.value).filter { sheet in
        sheet.isUsable && (sheet.verified?.verifier == colleague || sheet.verified?.deputy == colleague)
      }
    }
    return found
  }

  // MARK: Looking again

  /// When somebody is to look at a sheet again waits as a row that falls due; what is stale waits for nobody.
  static func waitForReview(_ fact: SheetTurned, in transaction: borrowing Transaction) throws {
    let subject = "\(fact.sheetID)/\(fact.sheetVersion)"
    switch fact.turn {
    case .drafted: break
    case .verified:
      if let review = fact.reviewAt { try Due.set(at: review, kind: CareDues.review, subject: subject, in: transaction) }
    case .staled: try Due.remove(kind: CareDues.review, subject: subject, in: transaction)
    }
  }

  /// The time has come to look at a sheet again, and nobody has. It serves on, labelled so, and lies with whoever answers for it.
  static func overdue(_ row: Due.Entry, _ log: Log, in reading: borrowing some Reading & ~Copyable) throws {
    guard let slash = row.subject.lastIndex(of: "/"), let version = Int(row.subject[row.subject.index(after: slash)...]) else { return }
    let id = Identifier<Sheet>(restoring: String(row.subject[..<slash]))
    let sheets = try fold(of: offer(of: id), in: reading)
    guard let sheet = sheets.find(id, version: version), sheet.isUsable, sheets.sheets[id]?.last(where: \.isUsable) == sheet else { return }
    let colleagues = ColleagueFold(try Colleagues.all(in: reading))
    log.warning("sheet.review", reviewSentence(sheet, colleagues, by: row.at))
  }

  static func reviewSentence(_ sheet: SheetFold.Sheet, _ colleagues: ColleagueFold, by review: Timestamp) -> String {
    let verifier = sheet.verified?.verifier.flatMap { colleagues.heir(of: $0) }?.text ?? "nobody"
    let deputy = sheet.verified?.deputy.flatMap { colleagues.heir(of: $0) }?.text ?? "nobody"
    return "\(verifier) was to look at version \(sheet.version) of \(sheet.id) again by \(review), and \(deputy) stands in: "
      + "accord sheet verify \(sheet.id) --review-at TIME, or accord sheet draft"
  }

  // MARK: The offer's life

  /// A version was stopped, or a later one that changes something took its place: the sheets before it are told to be stale, in the
  /// transaction that heard of it. No door would have used them any more, told or not.
  static func heard(_ turn: OfferTurned, _ teller: Speaker, in transaction: borrowing Transaction) throws {
    let known = try Offers.find(turn.offerID, in: transaction)
    let cause: String
    let fold = try fold(of: turn.offerID, in: transaction)
    let stale: (SheetFold.Sheet) -> Bool
    switch turn.turn {
    case .stopped:
      cause = "stopped: \(turn.offerID)@\(turn.version) was stopped"
      stale = { $0.offerVersion <= turn.version }
    case .launched:
      let counting = known.counting(turn.version)
      cause = "superseded by \(turn.offerID)@\(turn.version)"
      stale = { $0.offerVersion < counting.lowerBound }
    case .blocked, .paused, .resumed, .ended, .cancelled: return
    }
    for sheet in fold.sheets.sorted(by: { $0.key < $1.key }).flatMap(\.value) where sheet.isUsable && stale(sheet) {
      try tell(.staled, sheet, cause: cause, teller, in: transaction)
    }
  }

  /// Tells a turn of `sheet` as it stands; `change` says what is otherwise.
  static func tell(
    _ turn: SheetTurned.Turn, _ sheet: SheetFold.Sheet, cause: String? = nil, _ teller: Speaker, in transaction: borrowing Transaction,
    change: (inout SheetTurned) -> Void = { _ in }
  ) throws {
    let last = sheet.verified ?? sheet.drafted
    var fact = SheetTurned(
      turn: turn, offerID: last.offerID, sheetID: sheet.id, offerVersion: sheet.offerVersion, sheetVersion: sheet.version,
      locale: sheet.locale, voice: sheet.voice, verifier: last.verifier, deputy: last.deputy, reviewAt: last.reviewAt,
      cause: cause.map { String($0.prefix(200)) }, by: teller.by, at: teller.now)
    change(&fact)
    try teller.tell(.sheetTurned(fact), in: transaction)
  }

  // MARK: JSON

  static func json(_ sheet: SheetFold.Sheet, state: String) -> JSON {
    var members: [JSON.Member] = [
      .init("sheet_id", .string(sheet.id.text)), .init("sheet_version", .integer(Int64(sheet.version))),
      .init("offer", .string("\(sheet.drafted.offerID)@\(sheet.offerVersion)")), .init("locale", .string(sheet.locale)),
      .init("voice", .string(sheet.voice)), .init("state", .string(state)),
    ]
    if let words = sheet.drafted.words { members.append(.init("words", .string(words))) }
    members += [
      .init("use", .array(sheet.drafted.use.map { .string($0) })), .init("avoid", .array(sheet.drafted.avoid.map { .string($0) })),
      .init("drafted_by", .string(sheet.drafted.by.text)), .init("drafted_at", .string(sheet.drafted.at.description)),
    ]
    if let verified = sheet.verified {
      if let verifier = verified.verifier { members.append(.init("verifier", .string(verifier.text))) }
      if let deputy = verified.deputy { members.append(.init("deputy", .string(deputy.text))) }
      members.append(.init("verified_at", .string(verified.at.description)))
    }
    if let review = sheet.reviewAt { members.append(.init("review_at", .string(review.description))) }
    if let staled = sheet.staled {
      members.append(.init("staled_at", .string(staled.at.description)))
      if let cause = staled.cause { members.append(.init("cause", .string(cause))) }
    }
    return .object(members)
  }

  /// What stands at the desk, as the doors give it.
  static func json(_ standing: SheetStanding, at now: Timestamp) -> [JSON.Member] {
    var members: [JSON.Member] = []
    switch standing.source {
    case .sheet(let sheet):
      members = [
        .init("source", "sheet"), .init("sheet", json(sheet, state: "in_force")), .init("locale", .string(sheet.locale)),
        .init("review_overdue", .bool(sheet.reviewAt.map { $0 <= now } ?? false)),
      ]
    case .card(let card):
      members = [
        .init("source", "facts_card"), .init("reason", .string(card.reason)), .init("holding", .string(card.holding)),
        .init("facts", .array(card.facts.map { .string($0) })), .init("locale", .string(card.locale)),
      ]
    }
    members += [
      .init("wanted_locale", .string(standing.wanted)), .init("is_fallback", .bool(standing.isFallback)),
      .init("voice", .string(standing.voice)),
    ]
    if standing.isFallback {
      members.append(
        .init(
          "fallback_sentence",
          .string("there are no words in \(standing.wanted) yet; this is another language, and somebody is asked to write them")))
    }
    if let changes = standing.changes {
      members.append(.init("changes", .object(OfferJSON.change(changes, of: standing.offer.offer))))
    }
    return members
  }
}
