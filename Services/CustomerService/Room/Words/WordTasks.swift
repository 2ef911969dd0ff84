import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// What somebody in service has to write or look at again: derived from what is there, so that it is done when it is done.
struct WordTasks: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  var routes: [Route] {
    [
      Route(.get, "/v1/tasks", "what is to be written or looked at again: sheets that lack, answers to correct, briefings to read") {
        request, _ in
        desk.wordQuestion(request) { snapshot, _ in
          .json(.object([.init("tasks", .array(try tasks(at: desk.clock.now(), in: snapshot)))]))
        }
      }
    ]
  }

  private func tasks(at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    var tasks: [JSON] = []
    let colleagues = ColleagueFold(try Colleagues.all(in: reading))
    for id in try Offers.onTable(at: now, in: reading) {
      let known = try Offers.find(id, in: reading)
      let fold = try Sheets.fold(of: id, in: reading)
      for number in Briefings.versions(of: known) {
        guard let offer = OfferVersion(offer: id, version: number), let terms = shelf.terms(offer, known) else { continue }
        let counting = known.counting(number)
        let lacks = GateSheets.lacks(
          terms.document.sheetsRequired, fold, counting: counting, colleagues, asked: .first, at: now)
        for lack in lacks { tasks.append(Self.task(lack, offer)) }
        tasks += reviews(offer, fold.usable(for: counting), colleagues, besides: lacks, at: now)
        tasks += try lapses(offer, known, terms, at: now, in: reading)
        tasks += try gaps(offer, known, terms, in: reading)
        tasks += try fallbacks(offer, fold.usable(for: counting), required: terms.document.sheetsRequired, in: reading)
      }
    }
    for id in try Answers.offers(in: reading) {
      let wrong = try Answers.wrong(id, in: reading).filter { $0.given.correctedAt == nil }
      guard let first = wrong.first else { continue }
      tasks.append(
        Self.task(
          "correct_answers", first.given.fact.offer, "\(wrong.count) customers were told what turned out wrong: accord answer correct list",
          since: first.since))
    }
    return tasks
  }

  /// Sheets in use that nobody looked at again in time; those that the offer needs are named by what it lacks.
  private func reviews(
    _ offer: OfferVersion, _ usable: [SheetFold.Sheet], _ colleagues: ColleagueFold, besides lacks: [GateSheets.Lack], at now: Timestamp
  ) -> [JSON] {
    usable.compactMap { sheet -> JSON? in
      guard let review = sheet.reviewAt, review <= now else { return nil }
      guard !lacks.contains(where: { $0.code == "review_overdue" && $0.locale == sheet.locale && $0.voice == sheet.voice }) else {
        return nil
      }
      return Self.task(
        "review_overdue", offer, Sheets.reviewSentence(sheet, colleagues, by: review), locale: sheet.locale, voice: sheet.voice,
        since: review)
    }
  }

  /// An exception that was accepted here and has ended, while the offer goes on.
  private func lapses(
    _ offer: OfferVersion, _ known: KnownOffer, _ terms: Terms, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    guard known.inForce == offer.version, known.state == .live || known.state == .paused, let exception = terms.document.parityException,
      case let end = terms.instant(of: exception.endsAt, isEnd: true), end <= now, try isAccepted(offer.offer, in: reading)
    else { return [] }
    return [
      Self.task(
        "exception_over", offer,
        "the exception by which new customers pay less ended at \(end), and the offer is \(known.state): who is there is to be matched, or "
          + "\(terms.document.owner) at marketing ends it (accord parity list)", since: end)
    ]
  }

  private func isAccepted(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try WordFacts.of(offer.text, family: "service.parity.", in: reading).contains { event in
      if case .parityApproved(let fact) = event { fact.approved } else { false }
    }
  }

  /// Where those who are there pay more than new ones because another offer went away, and nobody here has accepted why.
  private func gaps(
    _ offer: OfferVersion, _ known: KnownOffer, _ terms: Terms, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    guard known.inForce == offer.version, known.state == .live || known.state == .paused, try !isAccepted(offer.offer, in: reading),
      let opened = try ParityGaps.opened(under: known, terms, shelf, in: reading)
    else { return [] }
    let accepts = terms.document.parityException.map { "\($0.approvedBy) accepts why (accord parity approve \(offer)), or " } ?? ""
    return [
      Self.task(
        "parity_gap", offer,
        "those who are there pay more than new ones since \(opened), when another offer went away: \(accepts)\(terms.document.owner) at "
          + "marketing ends it (accord parity list)", since: opened)
    ]
  }

  /// Languages in which customers were answered in another one, as long as there is no sheet in them.
  private func fallbacks(
    _ offer: OfferVersion, _ usable: [SheetFold.Sheet], required: [OfferDocument.Sheet], in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    var asked: [String: (count: Int, since: Timestamp)] = [:]
    for given in try Answers.of(offer.offer, in: reading) where given.fact.fallback && given.fact.offer.version <= offer.version {
      let locale = given.fact.locale
      guard !usable.contains(where: { Locales.speaks($0.locale, locale) }) else { continue }
      let known = asked[locale]
      asked[locale] = ((known?.count ?? 0) + 1, known?.since ?? given.fact.at)
    }
    return asked.sorted { $0.key < $1.key }.map { locale, asked in
      Self.task(
        "write_sheet", offer,
        "\(asked.count == 1 ? "a customer was" : "\(asked.count) customers were") answered in another language than \(locale): write a sheet in it (accord sheet draft)",
        locale: locale, since: asked.since)
    }
  }

  private static func task(_ lack: GateSheets.Lack, _ offer: OfferVersion) -> JSON {
    task(lack.code, offer, lack.sentence, locale: lack.locale, voice: lack.voice, since: lack.since > .first ? lack.since : nil)
  }

  private static func task(
    _ kind: String, _ offer: OfferVersion, _ sentence: String, locale: String? = nil, voice: String? = nil, since: Timestamp? = nil
  ) -> JSON {
    var members: [JSON.Member] = [.init("kind", .string(kind)), .init("offer", .string(offer.description))]
    if let locale { members.append(.init("locale", .string(locale))) }
    if let voice { members.append(.init("voice", .string(voice))) }
    if let since { members.append(.init("since", .string(since.description))) }
    members.append(.init("sentence", .string(sentence)))
    return .object(members)
  }
}
