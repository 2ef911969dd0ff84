import Host

/// One thing that `accord` can do: its words, its help and its work.
struct Command: Sendable {
  /// Such as `order capture`.
  let name: String
  let summary: String
  /// What follows the name in the usage line.
  let operands: String
  let options: [Arguments.Option]
  /// A few lines that somebody can copy.
  let examples: [String]
  let run: @Sendable (Arguments) throws(Complaint) -> Void

  init(
    _ name: String, _ summary: String, operands: String = "", options: [Arguments.Option] = [], examples: [String] = [],
    run: @escaping @Sendable (Arguments) throws(Complaint) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options + Command.common
    self.examples = examples
    self.run = run
  }

  /// Every command takes these.
  static let common = [
    Arguments.Option("--data", "DIR", "the data folder (default: $ACCORD_DATA_FOLDER, else ./data)"),
    Arguments.Option(
      "--as", "FILE|NAME",
      "whose token is used; a first name in a sandbox (default: $ACCORD_TOKEN, else the operator's credential of the folder)"),
    Arguments.Option("--json", nil, "answer as JSON, one value"),
    Arguments.Option("--help", nil, "this text"),
  ]

  /// Every command, in the order in which `--help` tells them.
  static let all: [Command] =
    running + customers + care + offering + people + WordDesk.all + books + operating + credentials + looking + measuring
  private static let offering: [Command] = campaigns + gates + imports
  private static let people: [Command] = colleagues + [.colleagueShop] + policies + [.disconnects]

  private static let running: [Command] = [.up, .down, .status, .tail, .verify, .replay, .demo]
  private static let customers: [Command] = [
    .orderCapture, .orderShip, .orderReturn, .orderCancel, .orderAmend, .refundConfirm, .refundRefuse, .customer, .offers, .whyNot,
    .lookBack, .why,
  ]
  private static let care: [Command] = [
    .caseOpen, .caseShow, .caseList, .caseAnswer, .caseSolve, .caseReopen, .caseEscalate, .holdPlace, .holdList, .holdLift, .promiseList,
    .promiseAnswer, .capacityShow, .capacitySet, .capacityForecast, .honour, .honourUndo, .honourList, .goodwill, .approvalList,
    .approvalGrant, .approvalRefuse, .ask, .askList, .advances,
  ]
  private static let imports: [Command] = [
    .importOrders, .importProducts, .importCustomers, .importConsents, .importSubscriptions, .importReturns, .importShipments,
    .importLists, .importSegments, .importAgents, .importRoster, .list, .segment, .consentGive, .consentWithdraw,
  ]
  private static let books: [Command] = [
    .ledgerBalance, .ledgerTrial, .ledgerStatement, .ledgerFund, .ledgerPeriod, .ledgerExport, .ledgerReconcile,
  ]
  private static let operating: [Command] = [
    .deadList, .deadShow, .deadRedrive, .deadDrop, .deadAudit, .subscriptionList, .subscriptionShow, .subscriptionReset,
    .subscriptionReplay,
    .subscriptionStop, .subscriptionRemove, .drain, .journalVerify, .journalList, .journalHeal,
  ]
  private static let looking: [Command] = [.clockAdvance, .clockShow, .zone, .schemaCheck]
  private static let measuring: [Command] = [
    .benchBroker, .benchDepartment, .benchMesh, .benchImport, .benchLookBack, .benchLaunch, .benchVerdicts, .benchRecovery, .benchHold,
    .benchDesk,
  ]

  /// Runs what `words` ask for.
  static func run(_ words: [String]) throws(Complaint) {
    guard let first = words.first, first != "--help", first != "help" else {
      Terminal.print(overview)
      return
    }
    // Names of two words are looked for before names of one.
    for length in [2, 1] where words.count >= length {
      let name = words[..<length].joined(separator: " ")
      guard let command = all.first(where: { $0.name == name }) else { continue }
      let arguments = try Arguments(Array(words[length...]), options: command.options, command: name)
      if arguments.has("--help") {
        Terminal.print(command.help)
      } else {
        try command.run(arguments)
      }
      return
    }
    let siblings = all.map(\.name).filter { $0.hasPrefix(first + " ") }
    if !siblings.isEmpty { throw .usage("“accord \(first)” is not a whole command", "there is: \(siblings.joined(separator: ", "))") }
    let near = Nearest.of(first, among: all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
    throw .usage("there is no command “\(first)”\(near)", "accord --help lists them all")
  }

  var help: String {
    let columns = Terminal.columns
    let about = Lines.wrapped(summary, to: columns).joined(separator: "\n")
    var text = "accord \(name)\(operands.isEmpty ? "" : " " + operands)\n\n\(about)\n\nOptions:\n"
    let rows = options.map { HelpTable.Row(name: $0.flag + ($0.value.map { " " + $0 } ?? ""), text: $0.help) }
    text += HelpTable(rows).text(columns: columns)
    if !examples.isEmpty { text += "\nExamples:\n" + examples.map { "  \($0)\n" }.joined() }
    return String(text.dropLast())
  }

  static var overview: String {
    var text = "accord: keeps marketing and customer service from contradicting each other\n\nCommands:\n"
    text += HelpTable(all.map { HelpTable.Row(name: $0.name, text: $0.summary) }).text(columns: Terminal.columns)
    let end = "accord COMMAND --help tells more. Exit codes: 0 done, 1 refused or found wanting, 64 and above as in sysexits.h."
    return text + "\n" + Lines.wrapped(end, to: Terminal.columns).joined(separator: "\n")
  }
}
