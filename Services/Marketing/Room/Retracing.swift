import Contracts
import Host
import MarketingDomain
import Mesh
import Store
import Telemetry

/// What lies between marketing's facts when its store is rebuilt from them: who was left out without a word, which work is over. Nothing is
/// told and nothing is decided anew; where the facts say something, they are right.
enum Retracing {
  /// Follows one of marketing's own facts, which was just taken in. `isKnown`: this store knew it before.
  static func follow(
    _ event: DomainEvent, _ meta: Offers.Meta, isKnown: Bool, _ desk: DepartmentDesk, in transaction: borrowing Transaction
  ) throws {
    switch event {
    case .offerTurned(let fact):
      guard !isKnown, let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
      if fact.turn == .launched { try Preparations.beginIfReady(offer, at: meta.at, in: transaction) }
      if fact.turn == .resumed { try Preparations.goOn(offer, at: meta.at, in: transaction) }
      try finishHandOver(of: offer, at: meta.at, in: transaction)
    case .audiencePrepared(let fact):
      guard !isKnown, let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return }
      try finish(Preparations.run, offer.description, at: meta.at, in: transaction)
      try judge(offer, fact, meta, desk, in: transaction)
      try Preparations.goOn(offer, at: meta.at, in: transaction)
      try finishHandOver(of: offer, at: meta.at, in: transaction)
    case .messageTurned(let fact): try finishHandOver(of: fact.offer, at: meta.at, in: transaction)
    default: break
    }
  }

  /// Whether this store knows already what `event` says.
  static func isKnown(_ event: DomainEvent, _ meta: Offers.Meta, in reading: borrowing some StoreReading & ~Copyable) throws -> Bool {
    switch event {
    case .audiencePrepared(let fact):
      guard let offer = OfferVersion(offer: fact.offerID, version: fact.version) else { return true }
      return try Preparations.find(offer, in: reading)?.preparedAt != nil
    case .messageTurned(let fact): return try Messages.state(fact.messageID, in: reading) != nil
    case .offerTurned: return try reading.integer("SELECT 1 FROM offer_turn WHERE message_id = ?1", .text(meta.message.text)) != nil
    default: return false
    }
  }

  // MARK: Verdicts

  /// Everybody as they were judged then: by what was known then, and by how far the ledger had been heard.
  private static func judge(
    _ offer: OfferVersion, _ fact: AudiencePrepared, _ meta: Offers.Meta, _ desk: DepartmentDesk, in transaction: borrowing Transaction
  ) throws {
    guard let known = try Preparations.find(offer, in: transaction),
      let judging = try Judging(offer, heard: fact.heardThrough, at: meta.at, in: transaction)
    else { return }
    var counts: [String: Int64] = [:]
    for isTold in [false, true] {
      var after = ""
      while true {
        let people = try Preparing.people(judging, isTold: isTold, after: after, limit: Preparing.peopleAtOnce, in: transaction)
        for (person, dossier) in zip(people, try judging.dossiers(of: people, in: transaction)) {
          let verdict = try judging.judge(person, dossier, in: transaction).verdict
          if try Verdicts.keep(verdict, of: person, known, in: transaction) { counts[verdict.reason, default: 0] += 1 }
        }
        guard let last = people.last else { break }
        after = last.text
      }
    }
    guard counts != fact.reasons else { return }
    desk.log.warning(
      "audience.retraced",
      "who was left out of \(offer) cannot be told exactly any more: of \(fact.reasons.values.reduce(0, +)) people "
        + "\(counts.values.reduce(0, +)) are judged as they were counted; what was sent stands as it was told")
  }

  /// A message was planned: whoever stood before its person in the line was passed over without a word.
  static func pass(_ fact: MessageTurned, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard fact.turn == .planned || fact.channel == MessageTurned.desk, let known = try Preparations.find(fact.offer, in: transaction) else {
      return
    }
    let line: Verdicts.Line = fact.purpose == .transaction ? .notes : .messages
    let passed = try Verdicts.before(fact.personID, in: line, of: known, in: transaction)
    guard !passed.isEmpty, let judging = try Judging(fact.offer, heard: now, at: now, in: transaction) else { return }
    for row in passed {
      let verdict = try judging.judge(row.person, in: transaction).verdict
      switch verdict.kind {
      case .suppress: try Verdicts.write(verdict, row, open: nil, known, in: transaction)
      // A note that is still owed stays in the line; a campaign's message that was not sent then is not sent later.
      case .honour: continue
      case .send, .defer: try Verdicts.close(row, known, in: transaction)
      }
    }
  }

  // MARK: Runs

  private static func finish(_ kind: String, _ subject: String, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard let run = try Runs.find(kind: kind, subject: subject, in: transaction), run.state == .running else { return }
    _ = try Runs.finish(run, at: now, in: transaction)
  }

  /// Nothing is left to hand over, or nothing that may be: who resumes the offer begins anew.
  private static func finishHandOver(of offer: OfferVersion, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard let known = try Preparations.find(offer, in: transaction), known.handOvers > 0, known.preparedAt != nil else { return }
    let isLive = try Offers.version(offer, in: transaction)?.state == .live
    guard try !HandOver.isAnyLeft(offer, known, notesOnly: !isLive, in: transaction) else { return }
    try finish(Preparations.handOver, "\(offer)/\(known.handOvers)", at: now, in: transaction)
  }
}
