import Contracts
import Host
import ServiceDomain
import Store
import Terms

/// Who has read which version of an offer, who must, and which cards stay shut until then.
struct Briefings: Sendable {
  let shelf: OfferShelf

  static func fold(_ fact: BriefingAcknowledged, in transaction: borrowing Transaction) throws {
    guard fact.answerCorrect != false else { return }
    try transaction.run(
      """
      INSERT INTO briefing_read (agent_id, offer_id, version, read_at) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET read_at = min(read_at, excluded.read_at)
      """, .text(fact.agentID.text), .text(fact.offerID.text), .integer(Int64(fact.version)), .timestamp(fact.at))
  }

  /// Every acknowledgement of an offer.
  static func fold(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> BriefingFold {
    BriefingFold(try WordFacts.of(offer.text, family: "service.briefing.", in: reading).compactMap(\.briefingAcknowledged))
  }

  // MARK: Opening a card

  /// What an agent has read, once for a whole desk. HOT: for each table of a customer.
  struct Read: Sendable {
    fileprivate let agent: Identifier<Colleague>?
    fileprivate let versions: Set<OfferVersion>

    /// The version that must be read before the card of `offer` opens; nil where it opens.
    func locks(_ offer: DeskOffer) -> OfferVersion? {
      guard agent != nil, offer.terms.document.briefing != nil, let inForce = offer.known.inForce else { return nil }
      switch offer.known.state {
      case .live, .paused: break
      case .heard, .scheduled, .blocked, .stopped, .ended, .cancelled: return nil
      }
      let counting = offer.known.counting(inForce)
      let hasRead = counting.contains { number in
        OfferVersion(offer: offer.known.id, version: number).map { versions.contains($0) } ?? false
      }
      return hasRead ? nil : OfferVersion(offer: offer.known.id, version: inForce)
    }
  }

  /// What `asker` has read. The operator opens every card.
  static func read(by asker: Principal?, in reading: borrowing some Reading & ~Copyable) throws -> Read {
    guard let asker, !asker.isOperator, let agent = asker.colleagueID else { return Read(agent: nil, versions: []) }
    let versions = try reading.all("SELECT offer_id, version FROM briefing_read WHERE agent_id = ?1", .text(agent.text)) { row in
      OfferVersion(offer: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1)))
    }
    return Read(agent: agent, versions: Set(versions.compactMap(\.self)))
  }

  /// Goes on where `asker` may open the card of `offer`; else says which briefing to read.
  static func confirm(_ offer: DeskOffer, _ asker: Principal?, in reading: borrowing some Reading & ~Copyable) throws {
    guard let version = try read(by: asker, in: reading).locks(offer), let agent = asker?.colleagueID else { return }
    throw WordRefusal.unbriefed(agent, version)
  }

  // MARK: What is needed

  /// A version with what its briefing comes to.
  struct Need {
    let offer: OfferVersion
    let known: KnownOffer
    let paper: BriefingPaper
    let gate: GateBriefings
    let read: BriefingFold
    let counting: ClosedRange<Int>

    var isLive: Bool { known.inForce == offer.version && (known.state == .live || known.state == .paused) }
    var outstanding: [Identifier<Colleague>] { gate.outstanding(read, counting: counting) }
    var row: OfferScheduled.GateRow { gate.row(read, counting: counting, asked: .first) }
  }

  /// The versions of an offer that somebody may have to read: the one in force, and the one that will be.
  static func versions(of known: KnownOffer) -> [Int] {
    switch known.state {
    case .live, .paused: [known.inForce, known.next?.version].compactMap(\.self)
    case .scheduled, .blocked, .stopped: [known.next?.version ?? known.current].compactMap(\.self)
    case .heard, .ended, .cancelled: []
    }
  }

  private func rule(in reading: borrowing some Reading & ~Copyable) throws -> GateBriefings.Rule {
    GateBriefings.Rule(
      briefing: try Policies.document("briefing", in: reading), hours: try Policies.document("opening-hours", in: reading))
  }

  /// Nil where the version is not known or asks for no briefing.
  func need(
    _ offer: OfferVersion, _ known: KnownOffer, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> Need? {
    guard let terms = shelf.terms(offer, known) else { return nil }
    let from = max(terms.startsAt, now)
    let roster = RosterFold(try Rosters.shifts(in: from..<from.adding(TermsLimits.briefingMax), reading))
    let colleagues = ColleagueFold(try Colleagues.all(in: reading))
    guard let paper = BriefingPaper(terms, changed: known.versions[offer.version]?.versioned?.changed ?? []),
      let gate = GateBriefings(terms, roster: roster, colleagues, rule: try rule(in: reading), at: now)
    else { return nil }
    return Need(
      offer: offer, known: known, paper: paper, gate: gate, read: try Self.fold(of: offer.offer, in: reading),
      counting: known.counting(offer.version))
  }

  /// Every version that somebody may have to read now.
  func needs(at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [Need] {
    var needs: [Need] = []
    for id in try Offers.onTable(at: now, in: reading) {
      let known = try Offers.find(id, in: reading)
      for number in Self.versions(of: known) {
        guard let offer = OfferVersion(offer: id, version: number), let need = try need(offer, known, at: now, in: reading) else {
          continue
        }
        needs.append(need)
      }
    }
    return needs
  }
}
