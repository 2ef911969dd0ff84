import Contracts

/// Samples of what departments tell each other about people, promises, words and matters.
extension FactSamples {
  static func care() throws -> [any Fact] {
    let moment = try at("2026-05-09T10:11:12.345Z")
    let later = try at("2026-05-10T04:00:00Z")
    let (ines, ruth) = (try Identifier<Colleague>("agent/ines"), try Identifier<Colleague>("supervisor/ruth"))
    let offer = try Identifier<Offer>("sunday-free-shipping")
    let person = try Identifier<Person>("p-77")
    let matter = try Identifier<Case>("case-12")
    var facts: [any Fact] = [
      ColleagueChanged(
        colleagueID: ines, roles: [.agent, .lead], department: .service, active: false, locales: ["en-US", "es-US"], personID: person,
        household: [try Identifier("p-78")], tokenDigests: [String(repeating: "0a", count: 32)], handedTo: ruth, at: moment),
      ColleagueChanged(colleagueID: ruth, roles: [.supervisor], active: true, at: moment),
      PromiseDeclared(
        offerID: offer, version: 1, promiseID: try Identifier("kettles"), kind: .units, sku: try Identifier("KETTLE-17"), quantity: 2_000,
        duration: .seconds(96 * 3_600), from: moment, to: later, answerBy: moment, onDrop: .pause, at: moment),
      PromiseDeclared(
        offerID: offer, version: 1, promiseID: try Identifier("lead"), kind: .leadTime, answerBy: moment, onDrop: .alarm, at: moment),
      PromiseAnswered(
        offerID: offer, version: 1, promiseID: try Identifier("kettles"), answer: .upTo, quantity: 1_500, expiresAt: later,
        sentence: "Half of the “second” delivery is late.", by: ruth, at: moment),
      PromiseAnswered(offerID: offer, version: 1, promiseID: try Identifier("lead"), answer: .yes, expiresAt: later, by: ruth, at: moment),
      CapacityChanged(
        slotID: try Identifier("2026-05-10T08/contacts"), from: moment, to: later, kind: .contactsPerHour, sku: try Identifier("KETTLE-17"),
        quantity: 96, cause: "two are ill", by: ruth, at: moment),
      CapacityChanged(slotID: try Identifier("s-1"), from: moment, to: later, kind: .returns, quantity: 0, by: ruth, at: moment),
      RosterPublished(
        agentID: ines, shiftID: try Identifier("shift-7"), from: moment, to: later, site: "leeds", employer: "first-line-ltd",
        channels: ["phone", "email"], locales: ["en-US"], absent: true, at: moment),
      RosterPublished(agentID: ines, shiftID: try Identifier("shift-8"), from: moment, to: later, absent: false, at: moment),
      BriefingAcknowledged(offerID: offer, version: 1, agentID: ines, secondsOpen: 41, answerCorrect: false, at: moment),
      BriefingAcknowledged(offerID: offer, version: 2, agentID: ines, secondsOpen: 0, at: moment),
    ]
    facts += try SheetTurned.Turn.allCases.map { turn in
      SheetTurned(
        turn: turn, offerID: offer, sheetID: try Identifier("sheet-3"), offerVersion: 1, sheetVersion: 2, locale: "es-US", voice: "warm",
        words: "El envío es gratis.\nTambién el del viernes.", use: ["ya aplicado"], avoid: ["excepción", "supervisor"], verifier: ines,
        deputy: ruth, reviewAt: later, cause: "the offer was stopped", by: ruth, at: moment)
    }
    facts.append(
      SheetTurned(
        turn: .drafted, offerID: offer, sheetID: try Identifier("sheet-4"), offerVersion: 1, sheetVersion: 1, locale: "en-US",
        voice: "plain",
        by: ines, at: moment))
    facts += try [AnswerTurned.Turn.given, .corrected].map { turn in
      AnswerTurned(
        turn: turn, caseID: matter, answerID: try Identifier("answer-9"), personID: person, offer: OfferVersion(offer: offer, version: 1)!,
        sheetID: try Identifier("sheet-3"), sheetVersion: 2, locale: "es-US", voice: "warm", agentID: ines, factsCard: false,
        fallback: true,
        at: moment)
    }
    facts += [
      AnswerTurned(
        turn: .given, caseID: matter, answerID: try Identifier("answer-10"), offer: OfferVersion(offer: offer, version: 1)!,
        locale: "en-US",
        voice: "plain", agentID: ines, factsCard: true, fallback: false, at: moment),
      OfferAskedAbout(
        caseID: matter, askedID: try Identifier("asked-1"), offerID: offer, personID: person, known: true, agentID: ines, dueAt: later,
        at: moment),
      OfferAskedAbout(caseID: matter, askedID: try Identifier("asked-2"), known: false, agentID: ines, at: moment),
      QuestionAnswered(
        caseID: matter, askedID: try Identifier("asked-2"), answer: .partners, offerID: offer, sentence: "It is our partner's code.",
        by: try Identifier("marketer/maya"), at: moment),
      QuestionAnswered(
        caseID: matter, askedID: try Identifier("asked-3"), answer: .notOurs, sentence: "Nobody here made it.",
        by: try Identifier("marketer/maya"), at: moment),
    ]
    facts += try CaseTurned.Turn.allCases.map { turn in
      CaseTurned(
        turn: turn, caseID: matter, personID: person, kind: .complaint, severity: .severe, channel: "letter",
        cause: .init(kind: .conduct, id: "agent/nobody"), linked: [try Identifier("case-11")], by: ines, at: moment)
    }
    facts.append(CaseTurned(turn: .opened, caseID: matter, kind: .question, severity: .low, channel: "chat", by: ines, at: moment))
    facts += try HoldTurned.Turn.allCases.map { turn in
      HoldTurned(
        turn: turn, holdID: try Identifier("hold-4"), personID: person, scope: .campaign, scopeID: "spring", severity: .normal,
        caseID: matter,
        expiresAt: later, coolOffUntil: later, cause: "complaint", by: ines, at: moment)
    }
    facts.append(
      HoldTurned(
        turn: .placed, holdID: try Identifier("hold-5"), personID: person, scope: .all, severity: .severe, expiresAt: later, by: ines,
        at: moment))
    let order = try Identifier<Order>("order-1000042")
    facts += try [RemedyAsked.Turn.requested, .refused].map { turn in
      RemedyAsked(
        turn: turn, requestID: try Identifier("request-1"), orderID: order, personID: person, caseID: matter, offerID: offer,
        amount: euro(995), basis: .honourFor, agentID: ines, approver: ruth, deadlineAt: later, reason: .alreadyBetter,
        sentence: "She has more already.",
        at: moment)
    }
    let row = OfferScheduled.GateRow(
      check: .sheets, state: .waiting, since: moment, by: ines, sentence: "No sheet for es-US, warm.", code: "no_sheet",
      liftedBy: "whoever verifies it")
    facts += [
      RemedyAsked(
        turn: .requested, requestID: try Identifier("request-2"), caseID: matter, amount: euro(500), basis: .goodwill, agentID: ines,
        at: moment),
      GateTurned(offerID: offer, version: 1, rows: [row], at: moment),
      GateTurned(offerID: offer, version: 1, rows: [.init(check: .terms, state: .passed, since: moment)], at: moment),
      GateWaived(
        offerID: offer, version: 1, check: .briefings, reason: "a small offer", by: ruth, awaits: try Identifier("marketer/maya"),
        at: moment),
      GateWaived(offerID: offer, version: 1, check: .blind, reason: "a small offer", by: ruth, at: moment),
      CounterpartNamed(
        channel: "web", counterpart: "chat", opens: "08:00", closes: "20:00", timeZone: "America/New_York", by: ruth, at: moment),
      ParityApproved(offerID: offer, version: 1, approved: true, sentence: "Loyal week follows.", by: ruth, at: moment),
      ParityApproved(offerID: offer, version: 1, approved: false, by: ruth, at: moment),
      PolicyProposed(
        name: "cool-off", version: 2, document: ["usual": "PT240H", "severe": "PT720H"], by: ruth, sentence: "Ten days are calmer.",
        at: moment),
      PolicyProposed(name: "cool-off", version: 2, document: ["usual": "PT240H", "severe": "PT720H"], by: ruth, at: moment),
      DisconnectRecorded(
        disconnectID: try Identifier("d-1"), kind: .lookBack, outcome: .slipped, offerID: offer, personID: person, beganAt: moment,
        noticedAt: later, cause: "no remedy 24 h after the start", evidence: [try Identifier("m-1")], count: 3, at: later),
      DisconnectRecorded(
        disconnectID: try Identifier("d-2"), kind: .channel, outcome: .unknown, beganAt: moment, noticedAt: later,
        cause: "no roster was told",
        evidence: [], at: later),
    ]
    // What came later stands at the end: the files before it stay as they are.
    facts += [
      CaseTurned(
        turn: .opened, caseID: matter, personID: person, kind: .complaint, severity: .severe, channel: "review",
        cause: .init(kind: .conduct, id: "agent/nobody"), linked: [], rating: 2, holder: ruth, by: ines, at: moment),
      RemedyAsked(
        turn: .requested, requestID: try Identifier("request-3"), orderID: order, personID: person, offerID: offer, amount: euro(995),
        basis: .desk, agentID: ines, undoUntil: later, at: moment),
      RemedyAsked(
        turn: .withdrawn, requestID: try Identifier("request-3"), orderID: order, personID: person, offerID: offer, amount: euro(995),
        basis: .desk, agentID: ines, at: later),
      GateTurned(
        offerID: offer, version: 1, rows: [row],
        order: .init(by: try Identifier("marketer/maya"), historical: false, standsUntil: later), at: moment),
      AnswerTurned(
        turn: .refused, caseID: matter, answerID: try Identifier("answer-11"), personID: person,
        offer: OfferVersion(offer: offer, version: 1)!, sheetID: try Identifier("sheet-3"), sheetVersion: 2, locale: "es-US", voice: "warm",
        agentID: ines, factsCard: false, fallback: true, reason: "sheet_not_in_force", at: moment),
      StaffNamed(
        people: [.init(id: ines), .init(id: try Identifier("marketer/otto"), left: true)], by: try Identifier("marketer/maya"), at: moment),
      StaffNamed(people: [], by: try Identifier("marketer/maya"), at: moment),
    ]
    return facts
  }
}
