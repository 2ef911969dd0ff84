import Contracts
import Host

extension Command {
  static let why = Command(
    "why",
    "Tells a message's way: who said it, when it was durable, who handled it, what came of it, and what it follows from.",
    operands: "MESSAGE-ID",
    examples: ["accord why 5f3a9c-1", "accord why 5f3a9c-1 --json"],
    run: { arguments throws(Complaint) in try Why.run(arguments) })
}

/// `accord why`: asks each department what it knows of the message and the broker where it stands; then the same of the messages that it
/// has to do with, so that a remedy's way reads as one tale: order captured, offer launched, look-back decided, entry, note.
struct Why {
  /// What is known of one message.
  struct Known {
    let id: String
    /// What it is to the message that was asked about.
    let relation: String
    var told: [(program: String, story: JSON)] = []
    var record: JSON?
    /// What the broker says of it at each subscription, in sentences.
    var standing: [JSON] = []
    /// Why the broker never took it.
    var refused: JSON?

    var isKnown: Bool { !told.isEmpty || record != nil || refused != nil }

    var position: Int64 { record?["position"]?.integer ?? told.lazy.compactMap { $0.story["position"]?.integer }.first ?? .max }
    var event: JSON? { record?["event"] }

    /// The messages that it names: those of the departments' stories first, then what caused it and where its story began.
    var links: [(relation: String, id: String)] {
      var links: [(String, String)] = []
      for (_, story) in told {
        for link in story["links"]?.array ?? [] {
          if let id = link["message_id"]?.string { links.append((link["relation"]?.string ?? "related", id)) }
        }
      }
      // Commands, runs and what fell due are no messages; their names hold a slash.
      for (relation, name) in [("cause", "causationid"), ("beginning", "correlationid")] {
        if let id = event?[name]?.string, !id.contains("/"), id != self.id { links.append((relation, id)) }
      }
      return links
    }
  }

  /// A tale has at most so many messages, and looks so far from the one that was asked about.
  private static let messagesMax = 16
  private static let stepsMax = 2

  private let office: Office
  private var silent: Set<String> = []

  static func run(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("message id")
    var why = Why(office: try Office(arguments))
    let asked = why.ask(id, "itself")
    let related = why.related(to: asked)
    let silent = Programs.departments.filter(why.silent.contains)
    if arguments.has("--json") {
      Terminal.print(json(asked, related, silent))
    } else {
      tell(asked)
      if !related.isEmpty { Terminal.print("The way it belongs to:") }
      for known in (related + [asked]).sorted(by: { $0.position < $1.position }) where !related.isEmpty { outline(known) }
      if !silent.isEmpty { Terminal.note("\(silent.joined(separator: ", ")) could not be asked") }
    }
    guard asked.isKnown else {
      throw Complaint(
        code: .refused, happened: "nobody knows a message \(id)",
        advice: silent.isEmpty ? "`accord tail` shows the ids of what happens" : "ask again when \(silent.joined(separator: ", ")) answers")
    }
  }

  private init(office: Office) { self.office = office }

  // MARK: Asking

  private mutating func ask(_ id: String, _ relation: String) -> Known {
    var known = Known(id: id, relation: relation)
    for name in Programs.departments {
      guard let story = office.askIfThere(name, "/v1/messages/\(id.percentEncoded)") else {
        silent.insert(name)
        continue
      }
      if story["known"]?.bool == true { known.told.append((name, story)) }
    }
    let position = known.told.lazy.compactMap { $0.story["position"]?.integer }.first
    // By its id alone the broker looks through its latest events: worth it for the one that was asked about.
    guard position != nil || relation == "itself" else { return known }
    let query = position.map { "?position=\($0)" } ?? ""
    let broker = office.askIfThere("broker", "/v1/messages/\(id.percentEncoded)\(query)")
    known.record = broker?["journal"]
    known.standing = broker?["subscriptions"]?.array ?? []
    known.refused = broker?["refused"]
    return known
  }

  private mutating func related(to asked: Known) -> [Known] {
    var seen: Set<String> = [asked.id]
    var found: [Known] = []
    var front = [asked]
    for _ in 0..<Self.stepsMax {
      var next: [Known] = []
      for (relation, id) in front.flatMap(\.links) where found.count < Self.messagesMax && seen.insert(id).inserted {
        let known = ask(id, relation)
        guard !known.told.isEmpty else { continue }
        found.append(known)
        next.append(known)
      }
      // Whatever else came of an offer or of an order is another tale: only a remedy and what is said of it lead on.
      front = next.filter { ["remedy", "note", "cause"].contains($0.relation) }
    }
    return found
  }

  // MARK: Telling

  private static func tell(_ known: Known) {
    for (program, story) in known.told where story["role"]?.string == "publisher" { tell(program, story) }
    if let record = known.record {
      Terminal.print(
        "broker: took it from \(record["producer"]?.string ?? "?") as its number \(record["sequence"]?.integer ?? 0), durable at position "
          + "\(record["position"]?.integer ?? 0), \(record["accepted_at"]?.string ?? "?")")
    }
    if let refused = known.refused { Terminal.print("broker: \(refused["sentence"]?.string ?? "refused")") }
    for (program, story) in known.told where story["role"]?.string != "publisher" { tell(program, story) }
    for row in known.standing { Terminal.print("broker: \(row["sentence"]?.string ?? "?")") }
  }

  private static func tell(_ program: String, _ story: JSON) {
    for sentence in story["sentences"]?.array ?? [] { Terminal.print("\(program): \(sentence.string ?? "?")") }
  }

  /// One message of the tale: when, what, and the first sentence of whoever published and of customer service.
  private static func outline(_ known: Known) {
    let time = known.event?["time"]?.string ?? "?"
    let mark = known.relation == "itself" ? "▸" : " "
    Terminal.print("\(mark) \(time)  \(known.event?["type"]?.string ?? known.relation)  (\(known.id))")
    let voices = known.told.filter { $0.story["role"]?.string == "publisher" } + known.told.filter { $0.program == "service" }
    var heard: Set<String> = []
    for (program, story) in voices where heard.insert(program).inserted {
      if let sentence = story["sentences"]?.array?.first?.string { Terminal.print("    \(program): \(sentence)") }
    }
  }

  private static func json(_ asked: Known, _ related: [Known], _ silent: [String]) -> JSON {
    .object([
      .init("message_id", .string(asked.id)), .init("journal", asked.record ?? .null), .init("subscriptions", .array(asked.standing)),
      .init("refused", asked.refused ?? .null), .init("departments", departments(asked)),
      .init(
        "related",
        .array(
          related.sorted { $0.position < $1.position }.map { known in
            .object([
              .init("relation", .string(known.relation)), .init("message_id", .string(known.id)), .init("journal", known.record ?? .null),
              .init("departments", departments(known)),
            ])
          })), .init("silent", .array(silent.map { .string($0) })),
    ])
  }

  private static func departments(_ known: Known) -> JSON { .object(known.told.map { .init($0.program, $0.story) }) }
}
