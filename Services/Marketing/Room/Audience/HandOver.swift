import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Hands messages over, notes first: each is planned, judged once more at the last moment, and then put into the spool or left out.
///
/// ```
/// open verdicts ─▸ planned (told, durable) ─▸ judged again ─▸ file in the spool ─▸ sent (told)
///   1 notes  │         next chunk                │
///   2 messages                                   ├─▸ suppressed (told): something came up since
///            └─▸ no address: left with the desk (told)
///                                                └─▸ left waiting: blind, paused
/// ```
/// A file is made before the transaction that says so: killed in between, the file is found again and the message counts as sent.
struct HandOver: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  /// A chunk syncs a file for each: more would keep others from writing for too long.
  private static let messagesAtOnce = 100
  /// Marks come every second or so; as long as the ledger is away, nothing changes by looking more often.
  private static let lookAgain = Duration.seconds(1)

  /// One chunk.
  func step(_ run: Runs.Run, _ now: Timestamp, _ transaction: inout Transaction, _ pace: inout ChunkPace) throws -> RunStep {
    guard let slash = run.subject.lastIndex(of: "/"), let offer = OfferVersion(String(run.subject[..<slash])),
      let known = try Preparations.find(offer, in: transaction),
      let judging = try Judging(offer, heard: hearing.both(desk), at: now, in: transaction), !judging.version.historical
    else { return .finished() }
    let telling = Telling(desk: desk, occasion: desk.occasion(of: run, now))
    // Notes go whatever is known of the campaign; its messages only while it is live and the ledger is heard.
    let notesOnly = judging.holdsMarketingBack
    let planned = try Messages.planned(of: offer, notesOnly: notesOnly, limit: Self.messagesAtOnce, in: transaction)
    var counts: [String: Int64] = [:]
    if !planned.isEmpty {
      for message in planned {
        guard pace.admitsRow() else { break }
        counts[try hand(message, judging, known, telling, in: transaction), default: 0] += 1
      }
      return .goOn(cursor: run.cursor, counts: counts)
    }
    let open = try Verdicts.open(known, notesOnly: notesOnly, limit: Self.messagesAtOnce, in: transaction)
    if !open.isEmpty {
      for one in open {
        guard pace.admitsRow() else { break }
        counts[try plan(one, judging, known, telling, in: transaction), default: 0] += 1
      }
      return .goOn(cursor: run.cursor, counts: counts)
    }
    // What is left is marketing: blind, it waits for the ledger; not live, for the one who resumes.
    guard judging.isBlind, judging.isLive, try Self.isAnyLeft(offer, known, in: transaction) else { return .finished() }
    return .waits(Self.lookAgain)
  }

  static func isAnyLeft(
    _ offer: OfferVersion, _ known: Preparations.Known, notesOnly: Bool = false, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Bool {
    try !Verdicts.open(known, notesOnly: notesOnly, limit: 1, in: reading).isEmpty
      || !Messages.planned(of: offer, notesOnly: notesOnly, limit: 1, in: reading).isEmpty
  }

  /// Why something is still open, in words; nil where nothing is.
  static func waits(_ offer: OfferVersion, in reading: borrowing some StoreReading & ~Copyable) throws -> String? {
    guard let known = try Preparations.find(offer, in: reading), known.preparedAt != nil, try isAnyLeft(offer, known, in: reading),
      let version = try Offers.version(offer, in: reading), !version.historical
    else { return nil }
    guard version.state == .live else { return "\(offer) is \(version.state): its campaign messages wait until it is live again" }
    let run = try Runs.find(kind: Preparations.handOver, subject: "\(offer)/\(known.handOvers)", in: reading)
    return run?.state == .running
      ? "messages are being handed over, or wait because the ledger or customer service was not heard for longer than the policy blind allows"
      : "messages are open and nobody hands them over; resume the offer"
  }

  // MARK: Planning

  /// Judges a person anew and plans what may leave. Returns what came of it, for the counters.
  private func plan(
    _ one: Verdicts.Standing, _ judging: Judging, _ known: Preparations.Known, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> String {
    let judged = try judging.judge(one.person, in: transaction)
    let verdict = judged.verdict
    let (id, purpose, channel): (Identifier<Letter>, Purpose, String?)
    var remedy: String?
    switch verdict.kind {
    case .suppress:
      try Verdicts.write(verdict, one, open: nil, known, in: transaction)
      return "suppressed"
    case .defer:
      // Only when the offer's standing changed within this chunk's moment; the line moves on behind it.
      try Verdicts.write(verdict, one, open: .messages, known, in: transaction)
      return "deferred"
    case .honour:
      remedy = try Remedies.untold(of: one.person, under: judging.offer.offer, in: transaction).first?.remedyID
      (id, purpose, channel) = (Messages.noteID(remedy ?? ""), .transaction, judged.noteChannel)
      if let remedy, channel == nil {
        try leave(Messages.noteID(remedy), verdict, one.person, one.revision(of: verdict), remedy, judging, telling, in: transaction)
        return "left with the desk"
      }
    case .send: (id, purpose, channel) = (Messages.campaignID(judging.offer.offer, one.person), .marketing, judged.campaignChannel)
    }
    guard let channel, verdict.kind == .send || remedy != nil else {
      try Verdicts.close(one, known, in: transaction)
      return "closed"
    }
    try tell(
      .planned, id, purpose, channel, verdict, one.person, one.revision(of: verdict), remedy, judging, telling, in: transaction)
    return "planned"
  }

  /// Nothing that reaches the person is known: customer service tells them. No message is said to be sent.
  private func leave(
    _ id: Identifier<Letter>, _ verdict: Verdict, _ person: Identifier<Person>, _ revision: Int64, _ remedy: String, _ judging: Judging,
    _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    try tell(.suppressed, id, .transaction, MessageTurned.desk, verdict, person, revision, remedy, judging, telling, in: transaction)
  }

  private func tell(
    _ turn: MessageTurned.Turn, _ id: Identifier<Letter>, _ purpose: Purpose, _ channel: String, _ verdict: Verdict,
    _ person: Identifier<Person>, _ revision: Int64, _ remedy: String?, _ judging: Judging, _ telling: Telling,
    in transaction: borrowing Transaction
  ) throws {
    try telling.tell(
      .messageTurned(
        MessageTurned(
          turn: turn, messageID: id, offer: judging.offer, personID: person, purpose: purpose, channel: channel,
          verdict: MessageTurned.Verdict(rawValue: verdict.kind.rawValue) ?? .suppress, reason: verdict.reason, revision: revision,
          remedyID: remedy.flatMap { RemedyID($0) })), in: transaction)
  }

  // MARK: Handing over

  /// The last look at a planned message, final where it leaves. Returns what came of it, for the counters.
  private func hand(
    _ message: Messages.Planned, _ judging: Judging, _ known: Preparations.Known, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> String {
    let spool = Spool(desk)
    let judged = try judging.judge(message.person, in: transaction)
    let wanted: Verdict.Kind = message.purpose == .transaction ? .honour : .send
    let untold = try Remedies.untold(of: message.person, under: judging.offer.offer, in: transaction)
    let found = message.purpose == .transaction ? judged.noteChannel : judged.campaignChannel
    // A file that is there was handed over before the program was killed: that is final.
    let isThere = spool.holds(message.id)
    let row = try Verdicts.find(message.person, in: known, transaction)
    // The sender takes no message that follows an older judgement than the last: that one may have been another.
    let isOld = row.map { $0.revision > message.revision } ?? false
    guard isThere || judged.verdict.kind == wanted && found != nil && !isOld else {
      if judged.verdict.kind == .honour, message.purpose == .transaction, let remedy = untold.first?.remedyID {
        let revision = max(row?.revision(of: judged.verdict) ?? 0, message.revision)
        try leave(message.id, judged.verdict, message.person, revision, remedy, judging, telling, in: transaction)
        return "left with the desk"
      }
      // What it became instead may still leave: a campaign message that turned into a note.
      let verdict = Verdict(
        kind: .suppress, reason: judged.verdict.kind == wanted && isOld ? "older_verdict" : judged.verdict.reason, row: judged.verdict.row)
      let revision = max(row?.revision(of: verdict) ?? 0, message.revision)
      try tell(
        .suppressed, message.id, message.purpose, found ?? "none", verdict, message.person, revision, nil, judging, telling,
        in: transaction)
      return "suppressed"
    }
    let channel = found ?? "none"
    if !isThere {
      try spool.put(
        Spool.Letter(
          id: message.id, offer: judging.offer, person: message.person, purpose: message.purpose, channel: channel, judged: judged,
          revision: message.revision, handedOverAt: telling.now,
          template: message.purpose == .transaction ? judging.terms.document.note?.templateID : nil,
          remedies: message.purpose == .transaction ? untold : []))
    }
    let verdict = Verdict(kind: wanted, reason: isThere ? "eligible" : judged.verdict.reason, row: judged.verdict.row)
    try tell(
      .sent, message.id, message.purpose, channel, verdict, message.person, message.revision,
      message.purpose == .transaction ? untold.first?.remedyID : nil, judging, telling, in: transaction)
    return "sent"
  }
}
