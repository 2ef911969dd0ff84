import Contracts
import Host

extension Command {
  private static let over: [Arguments.Option] = [
    .init("--approver", "ID", "who decides where it is over your limit (default: the first supervisor)"), CareReport.key,
  ]

  static let honour = Command(
    "honour", "Honours an offer for an order by its terms. Inside your limit nobody is asked; ten seconds are left to undo it.",
    operands: "ORDER OFFER",
    options: [
      .init("--amount", TypedAmount.name, "less than the terms give, or what a described benefit comes to; \(TypedAmount.form)"),
      .init("--currency", "CODE", "ISO 4217, with --amount"), .init("--case", "CASE", "the case that it belongs to"),
      .init("--refuse", "REASON", "do not: not_bought, outside_interval, item_excluded, already_better, abuse_suspected, other"),
      .init("--because", "TEXT", "a sentence that the customer may read, with --refuse"),
    ] + over, examples: ["accord honour FRIDAY-1 sunday-free-shipping", "accord honour FRIDAY-1 sunday-free-shipping --refuse not_bought"],
    run: { arguments throws(Complaint) in try HonourCommands.honour(arguments) })

  static let honourUndo = Command(
    "honour undo", "Takes back what you granted less than ten seconds ago.", operands: "[REQUEST]", options: [CareReport.key],
    run: { arguments throws(Complaint) in try HonourCommands.undo(arguments) })

  static let honourList = Command(
    "honour list", "Lists what was granted and refused at the desk, latest first.",
    options: [.init("--limit", "N", "at most so many (default: 100)")],
    run: { arguments throws(Complaint) in try HonourCommands.list(arguments) })

  static let goodwill = Command(
    "goodwill", "Gives goodwill to a customer, or in a case of theirs, from customer service's fund.", operands: "CUSTOMER|CASE AMOUNT",
    options: [
      .init("--currency", "CODE", "ISO 4217"), .init("--because", "TEXT", "why, without personal data"),
    ] + over, examples: ["accord goodwill ada 5.00 --currency USD"],
    run: { arguments throws(Complaint) in try HonourCommands.goodwill(arguments) })

  static let approvalList = Command(
    "approval list", "Lists what is over somebody's limit and waits for somebody above, the most urgent first.",
    run: { arguments throws(Complaint) in try HonourCommands.approvals(arguments) })

  static let approvalGrant = Command(
    "approval grant", "Lets what is over somebody's limit go.", operands: "REQUEST",
    options: [.init("--because", "TEXT", "a word on it"), CareReport.key],
    run: { arguments throws(Complaint) in try HonourCommands.decide("grant", arguments) })

  static let approvalRefuse = Command(
    "approval refuse", "Does not let it go; the customer reads a kind sentence.", operands: "REQUEST",
    options: [
      .init("--reason", "WORD", "not_bought, outside_interval, item_excluded, already_better, abuse_suspected or other (default: other)"),
      .init("--because", "TEXT", "a sentence that the customer may read"), CareReport.key,
    ], run: { arguments throws(Complaint) in try HonourCommands.decide("refuse", arguments) })
}

/// `accord honour`, `goodwill` and `approval`: what is given at the desk.
enum HonourCommands {
  static func honour(_ arguments: Arguments) throws(Complaint) {
    let words = try CareReport.operands(arguments, 2, "honour ORDER OFFER")
    var body: [JSON.Member] = [.init("order_id", .string(words[0])), .init("offer_id", .string(words[1]))]
    if let text = arguments.value("--amount") {
      let currency = try TypedAmount.currency(try arguments.required("--currency"))
      body.append(.init("amount", try TypedAmount.read(text, "--amount", currency).json))
    }
    body += CareReport.members(
      arguments, [("--case", "case_id"), ("--approver", "approver"), ("--refuse", "refuse"), ("--because", "sentence")])
    let answer = try CareReport.command(arguments, "/v1/honours", body)
    try tell(answer, arguments, isWanted: arguments.value("--refuse") != nil)
  }

  static func goodwill(_ arguments: Arguments) throws(Complaint) {
    let words = try CareReport.operands(arguments, 2, "goodwill ada 5.00 --currency USD")
    let currency = try TypedAmount.currency(try arguments.required("--currency"))
    let amount = try TypedAmount.read(words[1], "AMOUNT", currency)
    let body =
      [JSON.Member("to", .string(words[0])), .init("amount", amount.json)]
      + CareReport.members(arguments, [("--approver", "approver"), ("--because", "sentence")])
    try tell(CareReport.command(arguments, "/v1/goodwill", body), arguments, isWanted: false)
  }

  /// A refusal by the terms exits with 1; one that was asked for does not.
  private static func tell(_ answer: JSON, _ arguments: Arguments, isWanted: Bool) throws(Complaint) {
    let isRefused = answer["outcome"]?.string == "refused" && !isWanted
    if arguments.has("--json") {
      Terminal.print(answer)
      if isRefused { throw CareReport.refused("the offer does not give it: \(CareReport.text(answer, "sentence"))") }
      return
    }
    switch answer["outcome"]?.string {
    case "given":
      Terminal.print(
        "\(OfferReport.money(answer["amount"])) (\(CareReport.text(answer, "in_words")))\(answer["destination"]?.string.map { ", \($0)" } ?? ""), charged to "
          + "\(CareReport.text(answer, "who_pays")). `accord honour undo` takes it back until \(CareReport.text(answer, "undo_until")).")
    case "waiting":
      let otherwise = answer["given_at_deadline"].map { "\(OfferReport.money($0)) are given then" } ?? "nothing is given then"
      Terminal.print(
        "\(OfferReport.money(answer["amount"])) waits: \(CareReport.text(answer, "why")). \(CareReport.text(answer, "approver")) decides by "
          + "\(CareReport.text(answer, "deadline_at")), else \(otherwise) (\(CareReport.text(answer, "request_id"))).")
    case "already": Terminal.print("\(CareReport.text(answer, "sentence")).")
    case _ where isRefused:
      Terminal.print("The customer reads: “\(CareReport.text(answer, "customer_reads"))”")
      throw CareReport.refused("the offer does not give it (\(CareReport.text(answer, "reason"))): \(CareReport.text(answer, "sentence"))")
    case _: Terminal.print("Refused (\(CareReport.text(answer, "reason"))), and noted.")
    }
    if let reads = answer["customer_reads"]?.string { Terminal.print("The customer reads: “\(reads)”") }
  }

  static func undo(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count <= 1 else { throw .usage("one request at a time", "leave out the others") }
    let body = arguments.operands.first.map { [JSON.Member("request_id", .string($0))] } ?? []
    let answer = try CareReport.command(arguments, "/v1/honours/undo", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "\(OfferReport.money(answer["amount"])) was taken back (\(CareReport.text(answer, "request_id"))); nobody was told of it.")
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(arguments, "/v1/honours", [("limit", arguments.value("--limit"))])
    if arguments.has("--json") { return Terminal.print(answer) }
    let requests = answer["requests"]?.array ?? []
    if requests.isEmpty { Terminal.print("Nothing was granted or refused at the desk yet.") }
    for one in requests { request(one) }
  }

  private static func request(_ one: JSON) {
    let what = one["offer_id"]?.string ?? "goodwill"
    let whom = one["order_id"]?.string.map { "order \($0)" } ?? one["person_id"]?.string ?? "?"
    Terminal.print(
      "\(CareReport.text(one, "request_id"))  \(CareReport.text(one, "state"))  \(one["amount"].map { OfferReport.money($0) } ?? "")  \(what) for \(whom) by "
        + "\(CareReport.text(one, "agent"))\(one["approver"]?.string.map { ", with \($0)" } ?? "")"
        + (one["lies_with"]?.string.map { ", who left it to \($0)" } ?? "") + (one["deadline_at"]?.string.map { ", by \($0)" } ?? "")
        + (one["reason"]?.string.map { " (\($0))" } ?? ""))
  }

  static func approvals(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(arguments, "/v1/approvals")
    if arguments.has("--json") { return Terminal.print(answer) }
    let waiting = answer["waiting"]?.array ?? []
    if waiting.isEmpty { Terminal.print("Nothing waits for anybody.") }
    for one in waiting { request(one) }
  }

  static func decide(_ deed: String, _ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("request")
    let answer = try CareReport.command(
      arguments, "/v1/approvals/\(id.percentEncoded)/\(deed)",
      CareReport.members(arguments, [("--because", "sentence"), ("--reason", "reason")]))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("\(OfferReport.money(answer["amount"])) of request \(id) is \(CareReport.text(answer, "outcome")).")
    if let reads = answer["customer_reads"]?.string { Terminal.print("The customer reads: “\(reads)”") }
  }
}
