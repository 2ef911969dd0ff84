import Contracts
import Host
import ServiceDomain
import Store

/// What customer service can tell of a message: what it made of it, and what it has to do with.
enum Story {
  /// A story names at most so many others of one kind.
  private static let linksMax = 8

  static func tell(_ message: Identifier<Message>, in snapshot: borrowing Snapshot) throws -> Department.Story? {
    if let fact = try Heard.by(message, in: snapshot) { return try tell(fact, in: snapshot) }
    if let fact = try Offers.by(message, in: snapshot) { return try tell(fact, in: snapshot) }
    return try WordFacts.by(message, in: snapshot).map { fact in
      Department.Story(role: .publisher, position: nil, sentences: [fact.sentence])
    }
  }

  private static func tell(_ fact: Heard.Fact, in snapshot: borrowing Snapshot) throws -> Department.Story {
    let whose = fact.person.map { "on the timeline of \($0)" } ?? "nobody's by name, found by its order"
    let how = fact.isOwn ? "told it" : "heard it at position \(fact.position)"
    var sentences = ["\(how): \(whose): \(Timeline.sentence(fact))"]
    var links: [Department.Story.Link] = []
    switch fact.event {
    case .remedyChanged(let remedy):
      sentences += remedy.decisionSentences
      links = try related(to: remedy, fact, in: snapshot)
    case .orderCaptured:
      links = try Heard.about(fact.subject, in: snapshot).filter { $0.remedy?.isGrant == true }.map { link("remedy", $0) }
    case .refundResolved(let refund):
      let remedies = try Heard.about(fact.subject, in: snapshot).filter { $0.remedy?.remedyID == refund.remedyID }
      links = remedies.map { link("remedy", $0) }
    case .messageTurned(let letter):
      links = try related(to: letter, in: snapshot)
    case .caseTurned, .holdTurned, .remedyAsked, .offerAskedAbout: links = try related(to: fact, in: snapshot)
    default: break
    }
    return Department.Story(
      role: fact.isOwn ? .publisher : .handler, position: fact.isOwn ? nil : fact.position, sentences: sentences,
      links: Array(links.filter { $0.message.text != fact.message }.prefix(linksMax)))
  }

  private static func related(
    to remedy: RemedyChanged, _ fact: Heard.Fact, in snapshot: borrowing Snapshot
  ) throws -> [Department.Story.Link] {
    let about = try Heard.about(fact.subject, in: snapshot)
    var links = about.filter { $0.type == OrderCaptured.type }.map { link("order", $0) }
    if let offer = remedy.offer { links += try turns(of: offer, in: snapshot) }
    links += about.filter { $0.remedy?.remedyID == remedy.remedyID }.map { link("remedy", $0) }
    guard let person = fact.person else { return links }
    for letter in try Heard.letters(to: person, in: snapshot) {
      guard case .messageTurned(let turned)? = letter.event, turned.remedyID == remedy.remedyID else { continue }
      links.append(link("note", letter))
    }
    return links
  }

  /// What else was told of the same case, hold or request.
  private static func related(to fact: Heard.Fact, in snapshot: borrowing Snapshot) throws -> [Department.Story.Link] {
    try Heard.about(fact.subject, in: snapshot).filter { $0.isOwn }.map { other in
      link(other.type.hasPrefix("service.hold.") ? "hold" : other.type.hasPrefix("service.case.") ? "case" : "request", other)
    }
  }

  private static func related(to letter: MessageTurned, in snapshot: borrowing Snapshot) throws -> [Department.Story.Link] {
    var links = try turns(of: letter.offer, in: snapshot)
    guard let remedyID = letter.remedyID else { return links }
    links += try Heard.grants(of: letter.personID, in: snapshot).filter { $0.remedy?.remedyID == remedyID }.map { link("remedy", $0) }
    return links
  }

  /// What launched a version, and what its look-back came to.
  private static func turns(of version: OfferVersion, in snapshot: borrowing Snapshot) throws -> [Department.Story.Link] {
    try Offers.facts(of: version.offer, in: snapshot).compactMap { fact in
      switch fact.event {
      case .offerTurned(let turned)? where turned.version == version.version && turned.turn == .launched:
        Department.Story.Link("offer", Identifier(restoring: fact.message))
      case .lookBackCompleted(let run)? where run.version == version.version:
        Department.Story.Link("look_back", Identifier(restoring: fact.message))
      default: nil
      }
    }
  }

  private static func link(_ relation: String, _ fact: Heard.Fact) -> Department.Story.Link {
    Department.Story.Link(relation, Identifier(restoring: fact.message))
  }

  private static func tell(_ fact: Offers.Fact, in snapshot: borrowing Snapshot) throws -> Department.Story {
    let links = try Offers.facts(of: fact.offer, in: snapshot).filter { $0.message != fact.message && !$0.isGate }
      .map { Department.Story.Link("offer", Identifier<Message>(restoring: $0.message)) }
    let sentence = fact.event.flatMap { Telling.offerSentence($0) } ?? "a fact about offer \(fact.offer) that this build cannot read"
    return Department.Story(
      role: .handler, position: fact.position, sentences: ["heard it at position \(fact.position): \(sentence)"],
      links: Array(links.prefix(linksMax)))
  }
}

extension RemedyChanged {
  fileprivate var isGrant: Bool { change == .granted || change == .posted && of == nil }
}

extension Offers.Fact {
  /// Told again whenever a check of the gate changes: no part of the tale.
  fileprivate var isGate: Bool { type == OfferScheduled.type }
}
