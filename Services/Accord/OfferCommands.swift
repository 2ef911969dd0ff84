import Contracts
import Glibc
import HTTP
import Host

extension Command {
  /// What marketing does: campaigns, offers, audiences.
  static let campaigns: [Command] =
    [
      .campaignOpen, .campaignFund, .campaignClose, .campaignShow, .campaignMoney, .campaignList, .offerNew, .offerCheck, .offerSave,
      .offerSchedule,
      .offerLaunch,
      .offerShow,
      .offerList, .audienceImport,
    ] + offerTurns

  private static let people = Arguments.Option(
    "--people", "FILE", "who works here, one id a line or a JSON array (default: the built-in shop's people)")
  private static let revision = Arguments.Option("--revision", "N", "do it only where the offer still stands as `offer show` told")
  private static let words = [
    Arguments.Option("--cause", "WORD", "why, in a word or two"),
    Arguments.Option("--sentence", "TEXT", "what customer service may say about it"),
  ]

  static let offerCheck = Command(
    "offer check", "Reads an offer back in sentences and says what is wrong with it. Changes nothing.", operands: "FILE",
    options: [people, .init("--historical", nil, "as if its window may be over")],
    examples: ["accord offer check sunday.json", "accord offer new --like tea-eighth | accord offer check -"],
    run: { arguments throws(Complaint) in try OfferCommands.check(arguments) })

  static let offerSave = Command(
    "offer save", "Saves an offer as a draft: known by name, and nothing more.", operands: "FILE", options: [people, revision],
    run: { arguments throws(Complaint) in try OfferCommands.run("save", arguments) })

  static let offerSchedule = Command(
    "offer schedule", "Schedules an offer: the ledger sets its money aside, and it goes live by itself at its start.",
    operands: "FILE|OFFER", options: [people, revision] + waiving,
    examples: [
      "accord offer schedule sunday.json", "accord offer schedule small.json --waive briefings --reason \"one agent, who wrote it\"",
    ],
    run: { arguments throws(Complaint) in try OfferCommands.run("schedule", arguments) })

  static let offerLaunch = Command(
    "offer launch", "Lets an offer go live whose start has passed; the orders in between are made good.", operands: "FILE|OFFER",
    options: [
      people, revision, .init("--historical", nil, "for a window that is over: reaches the orders before it, and nobody is written to"),
      .init("--emergency", nil, "although its gate does not hold: a second named person confirms it with `accord offer confirm`"),
      .init("--with", "COLLEAGUE", "the second person of an emergency, such as supervisor/ruth"),
    ] + waiving,
    examples: [
      "accord offer launch sunday.json", "accord offer launch last-year.json --historical",
      "accord offer launch recall-notice --emergency --with supervisor/ruth --reason \"the recall cannot wait for the roster\"",
    ],
    run: { arguments throws(Complaint) in try OfferCommands.run("launch", arguments) })

  static let offerTurns: [Command] = [
    ("pause", "Pauses an offer: no checkout applies it. What is ordered meanwhile gets it afterwards."),
    ("resume", "Lets a paused offer go on."), ("stop", "Stops an offer that is wrong: only a new version or its end may follow."),
    ("end", "Ends an offer before its time."), ("cancel", "Gives up an offer that never went live."),
  ].map { deed, summary in
    Command(
      "offer \(deed)", summary, operands: "OFFER|FILE",
      options: words + [revision]
        + (deed == "stop" ? [.init("--preview", nil, "tells what a stop would undo and what not, and changes nothing")] : []),
      run: { arguments throws(Complaint) in try OfferCommands.run(deed, arguments) })
  }

  static let offerShow = Command(
    "offer show",
    "Shows an offer: its versions and their gate, what happened, what the look-back found, whom it told; of OFFER@2 how it reads.",
    operands: "OFFER",
    run: { arguments throws(Complaint) in try OfferCommands.show(arguments) })

  static let offerList = Command(
    "offer list", "Lists the offers, the one that changed last first.",
    run: { arguments throws(Complaint) in try OfferCommands.list(arguments) })
}

/// `accord offer ...`: what is written becomes the JSON that marketing's doors take.
enum OfferCommands {
  /// How long a command waits for the ledger's word before it says that it is not there yet.
  private static let patienceMilliseconds: Int64 = 5_000

  static func check(_ arguments: Arguments) throws(Complaint) {
    let path = try arguments.operand("file")
    var body: [JSON.Member] = [.init("document", try OfferFile.read(path)), .init("historical", .bool(arguments.has("--historical")))]
    if let file = arguments.value("--people") { body.append(.init("people", try OfferFile.people(file))) }
    let reading = try Office(arguments).ask("marketing", .post, "/v1/offers/check", body: .object(body))
    if arguments.has("--json") { Terminal.print(reading) } else { OfferReport.reading(reading) }
    guard reading["schedulable"]?.bool == true else {
      throw Complaint(
        code: .refused, happened: "\(path) cannot be scheduled like this", advice: "mend what is refused, then check it again")
    }
  }

  /// One step of an offer's life.
  static func run(_ deed: String, _ arguments: Arguments) throws(Complaint) {
    let named = try arguments.operand("offer")
    var body: [JSON.Member] = []
    switch try OfferFile.operand(named) {
    case .name(let name):
      guard deed != "save" else { throw .usage("a file is saved, not the name of an offer", "accord offer save FILE") }
      body.append(.init("offer", .string(name)))
    case .file(let path, let document):
      if ["save", "schedule", "launch"].contains(deed) {
        body.append(.init("document", document))
      } else {
        guard let id = document["offer_id"]?.string else {
          throw Complaint(code: .refused, happened: "\(path) has no offer_id", advice: "add one, or name the offer instead of a file")
        }
        body.append(.init("offer", .string(document["version"]?.integer.map { "\(id)@\($0)" } ?? id)))
      }
    }
    if let file = arguments.value("--people") { body.append(.init("people", try OfferFile.people(file))) }
    if arguments.has("--preview"), let offer = body.first(where: { $0.name == "offer" })?.value.string {
      return try GateCommands.stopPreview(offer, arguments)
    }
    if arguments.has("--historical") { body.append(.init("historical", true)) }
    if arguments.has("--emergency") {
      guard body.contains(where: { $0.name == "offer" }) else {
        throw .usage("an emergency is for an offer that marketing knows", "save the file first, then name the offer")
      }
      body += [
        .init("emergency", true), .init("with", .string(try arguments.required("--with"))),
        .init("reason", .string(try arguments.required("--reason"))),
      ]
    } else if let waiver = try GateCommands.waiver(arguments) {
      body.append(waiver)
    }
    for word in ["cause", "sentence"] {
      if let text = arguments.value("--\(word)") { body.append(.init(word, .string(text))) }
    }
    if let revision = try arguments.integer("--revision") { body.append(.init("revision", .integer(revision))) }
    let office = try Office(arguments)
    var answer = try office.ask(
      "marketing", .post, deed == "save" ? "/v1/offers" : "/v1/offers/\(deed)", headers: [("Idempotency-Key", key(deed))],
      body: .object(body))
    if deed == "launch", !arguments.has("--emergency") { answer = try settled(answer, office) }
    if arguments.has("--json") { Terminal.print(answer) } else { OfferReport.done(deed, answer) }
    if deed == "launch", !arguments.has("--emergency"), let version = OfferReport.version(answer), version["state"]?.string == "blocked" {
      throw Complaint(
        code: .refused, happened: OfferReport.lastSentence(answer) ?? "the offer did not pass its gate", advice: "")
    }
  }

  /// Each command line is a command of its own: what was refused once may be right the next time.
  private static func key(_ deed: String) -> String { "offer/\(deed)/\(getpid())-\(Clock.uptimeMilliseconds)" }

  /// A launch waits for the ledger's word on its money: a moment, where the ledger is there.
  private static func settled(_ answer: JSON, _ office: Office) throws(Complaint) -> JSON {
    guard let id = answer["offer"]?["offer_id"]?.string else { return answer }
    var answer = answer
    let end = Clock.uptimeMilliseconds + patienceMilliseconds
    while OfferReport.version(answer)?["state"]?.string == "scheduled", Clock.uptimeMilliseconds < end {
      usleep(50_000)
      guard case .object(var members) = answer else { return answer }
      members.removeAll { $0.name == "offer" }
      members.append(.init("offer", try office.ask("marketing", .get, "/v1/offers/\(id.percentEncoded)")))
      answer = .object(members)
    }
    return answer
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("offer")
    if let version = OfferVersion(name) {
      let one = try Office(arguments).ask("marketing", .get, "/v1/offers/\(version.offer.text.percentEncoded)/versions/\(version.version)")
      return arguments.has("--json") ? Terminal.print(one) : OfferReport.one(one)
    }
    let offer = try Office(arguments).ask("marketing", .get, "/v1/offers/\(name.percentEncoded)")
    if arguments.has("--json") { Terminal.print(offer) } else { OfferReport.whole(offer) }
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask("marketing", .get, "/v1/offers")
    if arguments.has("--json") { return Terminal.print(answer) }
    let offers = answer["offers"]?.array ?? []
    guard !offers.isEmpty else {
      return Terminal.print("There are no offers yet. `accord offer new --like sunday-free-shipping > FILE` is a beginning.")
    }
    for offer in offers {
      let id = offer["offer_id"]?.string ?? "?", state = offer["state"]?.string ?? "?"
      let window = offer["starts_at"]?.string.map { "  from \($0)\(offer["ends_at"]?.string.map { " until \($0)" } ?? "")" } ?? ""
      Terminal.print("\(id)@\(offer["version"]?.integer ?? 0)  \(state)  campaign \(offer["campaign_id"]?.string ?? "?")\(window)")
    }
  }
}
