package import Contracts

/// Why service's words stay as they are: the door answers with the code and the sentence.
package enum WordRefusal: Error, Equatable, CustomStringConvertible {
  /// What stands in a member of the body, and what to write instead.
  case field(String, String)
  case noOffer(String)
  case noVersion(OfferVersion)
  case noSheet(String)
  case noShift(agent: String, shift: String)
  case noAnswer(String)
  /// Answers are given in cases, which customer service keeps.
  case noCase(Identifier<Case>)
  /// Nobody who works here is called so.
  case nobody(field: String, Identifier<Colleague>)
  /// They have left.
  case hasLeft(field: String, Identifier<Colleague>)
  /// The verifier and the deputy are one.
  case ownDeputy(Identifier<Colleague>)
  /// Another version was written meanwhile.
  case changed(sheet: Identifier<Sheet>, seen: Int, now: Int, since: [String])
  case isStale(sheet: Identifier<Sheet>, version: Int, why: String)
  /// An answer was to be given from a sheet that does not hold now.
  case notInForce(sheet: String, why: String, instead: String)
  /// A facts card was to be used where there is a sheet.
  case sheetInForce(sheet: String)
  case wordsToAvoid([String])
  case noBriefing(OfferVersion)
  /// The offer's card stays shut until its briefing is read.
  case unbriefed(Identifier<Colleague>, OfferVersion)
  case overlaps(agent: Identifier<Colleague>, shift: Identifier<Shift>)
  case alreadyCorrected(String)
  case notWrong(String)
  /// The customer brought up how somebody treated them: another colleague looks after them.
  case keptApart(Identifier<Colleague>, Identifier<Person>, instead: String)
  /// A case about one's own conduct.
  case caseOfConduct(Identifier<Case>, instead: String)

  package var status: Int {
    switch self {
    case .field, .nobody, .hasLeft, .ownDeputy: 422
    case .noOffer, .noVersion, .noSheet, .noShift, .noAnswer, .noCase: 404
    case .changed, .isStale, .notInForce, .sheetInForce, .wordsToAvoid, .noBriefing, .overlaps, .alreadyCorrected, .notWrong: 409
    case .unbriefed, .keptApart, .caseOfConduct: 403
    }
  }

  package var code: String {
    switch self {
    case .field: "field"
    case .noOffer: "no_offer"
    case .noVersion: "no_version"
    case .noSheet: "no_sheet"
    case .noShift: "no_shift"
    case .noAnswer: "no_answer"
    case .noCase: "case_id"
    case .nobody: "no_colleague"
    case .hasLeft: "colleague_left"
    case .ownDeputy: "own_deputy"
    case .changed: "sheet_changed"
    case .isStale: "sheet_stale"
    case .notInForce: "sheet_not_in_force"
    case .sheetInForce: "sheet_in_force"
    case .wordsToAvoid: "words_to_avoid"
    case .noBriefing: "no_briefing"
    case .unbriefed: "briefing_due"
    case .overlaps: "shift_overlaps"
    case .alreadyCorrected: "already_corrected"
    case .notWrong: "not_wrong"
    case .keptApart, .caseOfConduct: "conduct"
    }
  }

  /// The member of the body that is in the way, where one is.
  package var field: String? {
    switch self {
    case .field(let name, _), .nobody(let name, _), .hasLeft(let name, _): name
    case .ownDeputy: "deputy"
    case .noCase: "case_id"
    default: nil
    }
  }

  package var description: String {
    switch self {
    case .field(let name, let sentence): "\(name): \(sentence)"
    case .noOffer(let name):
      "nothing was heard of an offer \(name); marketing names it when it is versioned, `accord offer list` shows them"
    case .noVersion(let version):
      "nothing was heard of \(version); `accord offer show \(version.offer)` lists its versions"
    case .noSheet(let name): "there is no answer sheet \(name); `accord sheet list` shows those that there are"
    case .noShift(let agent, let shift):
      "\(agent) has no shift \(shift); `accord roster show --agent \(agent)` shows those that they have"
    case .noAnswer(let name): "no answer \(name) was given; `accord answer correct list` shows those to correct"
    case .noCase(let id):
      "there is no case \(id); `accord case list --state all` shows those that there are, `accord case open` opens one"
    case .nobody(let field, let id):
      "\(field): nobody who works here is called \(id); `accord colleague list` names them, the operator adds people"
    case .hasLeft(let field, let id): "\(field): \(id) has left; name somebody who is here, `accord colleague list` names them"
    case .ownDeputy(let id): "deputy: \(id) cannot stand in for themselves; name another colleague"
    case .changed(let sheet, let seen, let now, let since):
      "\(sheet) has version \(now) by now, you saw \(seen)\(since.isEmpty ? "" : " (\(since.joined(separator: "; ")))"); look at it (`accord sheet show \(sheet)`), then say it of that one"
    case .isStale(let sheet, let version, let why): "version \(version) of \(sheet) is stale (\(why)); write a new one: accord sheet draft"
    case .notInForce(let sheet, let why, let instead): "\(sheet) cannot be answered from: \(why); use \(instead) instead"
    case .sheetInForce(let sheet): "there is a sheet for this: answer from \(sheet); the facts card is for when there is none"
    case .wordsToAvoid(let words):
      "the text has words that this offer's sheet asks to avoid: \(words.joined(separator: ", ")); write it otherwise, or send it with despite_words"
    case .noBriefing(let version): "\(version) asks for no briefing; nothing is to be acknowledged"
    case .unbriefed(let agent, let version):
      "\(agent) has not read the briefing of \(version), which is live: read it (`accord briefing show \(version)`) and acknowledge it "
        + "(`accord briefing acknowledge \(version)`), then its card opens; nobody else can do that for you"
    case .overlaps(let agent, let shift):
      "\(agent) is on shift \(shift) at that time already; end that one first, or mark them absent from it"
    case .alreadyCorrected(let name): "answer \(name) was corrected already"
    case .notWrong(let name): "answer \(name) came from words that hold; there is nothing to correct"
    case .keptApart(let agent, let person, let instead):
      "somebody else than \(agent) looks after \(person) from now on: \(instead) does, or any other colleague at the desk; hand it over"
    case .caseOfConduct(let id, let instead): "case \(id) is with \(instead) alone; nothing is to be done about it here"
    }
  }
}
