import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// Where customers are answered who came by a channel, and the doors that name it; and service's word on parity.
struct Counterparts: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  /// By the channel before the purchase: what was told last.
  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [String: CounterpartNamed] {
    var named: [String: CounterpartNamed] = [:]
    for case .counterpartNamed(let fact) in try WordFacts.all(family: "service.counterpart.", in: reading) { named[fact.channel] = fact }
    return named
  }

  var routes: [Route] {
    [
      Route(.get, "/v1/channels", "where customers are answered who came by a channel") { request, _ in
        desk.wordQuestion(request) { snapshot, _ in
          .json(.object([.init("channels", .array(try Self.all(in: snapshot).values.sorted { $0.channel < $1.channel }.map(Self.json)))]))
        }
      },
      Route(
        .post, "/v1/channels", "names where customers are answered who came by a channel, and when",
        members: ["channel": .text, "counterpart": .text, "opens": .text, "closes": .text, "time_zone": .text]
      ) { request, _ in
        desk.wordCommand(request, for: .lead, .supervisor) { form, teller, transaction in try name(form, teller, transaction) }
      },
      Route(
        .post, "/v1/parity", "accepts, or not, that an offer is worse for customers than for new ones",
        members: ["offer": .id, "approved": .flag, "sentence": .sentence]
      ) { request, _ in
        desk.wordCommand(request, for: .lead, .supervisor) { form, teller, transaction in try approve(form, teller, transaction) }
      },
    ]
  }

  private func name(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    guard let channel = try form.word("channel") else { throw WordRefusal.field("channel", "it is missing; name one such as web") }
    guard let counterpart = try form.word("counterpart") else {
      throw WordRefusal.field("counterpart", "it is missing; name the channel after the purchase, such as chat")
    }
    let opens = try form.text("opens") ?? "08:00"
    let closes = try form.text("closes") ?? "20:00"
    guard let first = DayTime.minutes(opens) else { throw WordRefusal.field("opens", "“\(opens)” is no time of day; write it as 08:00") }
    guard let last = DayTime.minutes(closes) else { throw WordRefusal.field("closes", "“\(closes)” is no time of day; write it as 20:00") }
    guard first < last else { throw WordRefusal.field("closes", "it is not after \(opens); give a time of the same day that is") }
    let zone = try form.neededText("time_zone")
    guard shelf.zone(zone) != nil else {
      throw WordRefusal.field("time_zone", "“\(zone)” is no time zone; write one such as America/New_York")
    }
    var fact = CounterpartNamed(
      channel: channel, counterpart: counterpart, opens: opens, closes: closes, timeZone: zone, by: teller.by, at: teller.now)
    let before = try Self.all(in: transaction)[channel]
    if let known = before {
      var same = known
      (same.by, same.at) = (fact.by, fact.at)
      if same == fact {
        fact = known
        return (200, .object([.init("outcome", "exists"), .init("channel", Self.json(known))]))
      }
    }
    try teller.tell(.counterpartNamed(fact), in: transaction)
    // Of two who say something of the same channel, the second hears what the first one had said.
    let instead = before.map { [JSON.Member("instead_of", Self.json($0))] } ?? []
    return (200, .object([.init("outcome", "named"), .init("channel", Self.json(fact))] + instead))
  }

  private static func json(_ fact: CounterpartNamed) -> JSON {
    .object([
      .init("channel", .string(fact.channel)), .init("counterpart", .string(fact.counterpart)), .init("opens", .string(fact.opens)),
      .init("closes", .string(fact.closes)), .init("time_zone", .string(fact.timeZone)), .init("by", .string(fact.by.text)),
      .init("at", .string(fact.at.description)),
    ])
  }

  // MARK: Parity

  private func approve(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let named = try form.offer()
    guard let number = named.version, let offer = OfferVersion(offer: named.id, version: number) else {
      throw WordRefusal.field("offer", "it names no version; what is accepted is one version: write \(named.id)@1")
    }
    let known = try Offers.find(offer.offer, in: transaction)
    guard !known.versions.isEmpty else { throw WordRefusal.noOffer(offer.offer.text) }
    guard let document = known.versions[number]?.versioned?.document else { throw WordRefusal.noVersion(offer) }
    let approved = try form.flag("approved") ?? true
    if approved, document["parity_exception"]?.object == nil {
      throw WordRefusal.field(
        "offer", "\(offer) states no exception from parity, so there is nothing to accept; marketing writes one into the offer")
    }
    var before: ParityApproved?
    for case .parityApproved(let known) in try WordFacts.of(offer.offer.text, family: "service.parity.", in: transaction)
    where known.version == number { before = known }
    let fact = ParityApproved(
      offerID: offer.offer, version: number, approved: approved, sentence: try form.text("sentence", max: Limits.sentenceBytesMax),
      by: teller.by, at: teller.now)
    try teller.tell(.parityApproved(fact), in: transaction)
    return (
      200,
      .object(
        [
          .init("outcome", approved ? "approved" : "declined"), .init("offer", .string(offer.description)),
          .init("by", .string(teller.by.text)), .init("at", .string(teller.now.description)),
        ] + (before.map { [.init("instead_of", Self.word($0))] } ?? []))
    )
  }

  private static func word(_ fact: ParityApproved) -> JSON {
    [
      "outcome": .string(fact.approved ? "approved" : "declined"), "by": .string(fact.by.text), "at": .string(fact.at.description),
    ]
  }
}
