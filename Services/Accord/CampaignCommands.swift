import Contracts
import Glibc
import HTTP
import Host

extension Command {
  static let campaignOpen = Command(
    "campaign open", "Opens a campaign: the money that its offers may spend on keeping their promises.", operands: "NAME",
    options: [
      .init("--budget", TypedAmount.name, "in \(TypedAmount.form)"), .init("--currency", "CODE", "ISO 4217, such as USD"),
      .init("--approved-by", "ID", "who approved it, such as supervisor/ruth"),
    ],
    examples: ["accord campaign open spring --budget 10000.00 --currency USD --approved-by supervisor/ruth"],
    run: { arguments throws(Complaint) in try CampaignCommands.open(arguments) })

  static let campaignFund = Command(
    "campaign fund", "Gives an open campaign more money. What customer service advanced for it is repaid first.", operands: "NAME AMOUNT",
    options: [
      .init("--currency", "CODE", "ISO 4217 (default: the campaign's)"),
      .init("--approved-by", "ID", "who approved it, such as supervisor/ruth"),
      .init("--key", "KEY", "idempotency key: the same key again gets the same answer (default: a new one)"),
    ],
    examples: ["accord campaign fund spring 1000.00 --approved-by supervisor/ruth"],
    run: { arguments throws(Complaint) in try CampaignCommands.fund(arguments) })

  static let campaignClose = Command(
    "campaign close", "Closes a campaign whose offers are over: no offer may begin under it.", operands: "NAME",
    run: { arguments throws(Complaint) in try CampaignCommands.close(arguments) })

  static let campaignShow = Command(
    "campaign show", "Shows a campaign and what the ledger said about its money.", operands: "NAME",
    run: { arguments throws(Complaint) in try CampaignCommands.show(arguments) })

  static let campaignMoney = Command(
    "campaign money", "Shows what became of a campaign's money, day by day: expected, given, and what customer service advanced for it.",
    operands: "NAME", run: { arguments throws(Complaint) in try CampaignCommands.money(arguments) })

  static let campaignList = Command(
    "campaign list", "Lists the campaigns.", run: { arguments throws(Complaint) in try CampaignCommands.list(arguments) })
}

/// `accord campaign ...`: money for promises.
enum CampaignCommands {
  static func open(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("campaign")
    let currency = try TypedAmount.currency(try arguments.required("--currency"))
    let amount = try TypedAmount.read(arguments.value("--budget"), "--budget", currency)
    var body: [JSON.Member] = [.init("campaign_id", .string(name)), .init("budget", amount.json)]
    if let approver = arguments.value("--approved-by") { body.append(.init("approved_by", .string(approver))) }
    let answer = try Office(arguments).ask(
      "marketing", .post, "/v1/campaigns", headers: [("Idempotency-Key", key("open"))], body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      answer["outcome"]?.string == "exists"
        ? "The campaign \(name) was open already with \(amount); nothing changed."
        : "The campaign \(name) is open with \(amount). `accord why \(answer["message_id"]?.string ?? "?")` tells more.")
  }

  /// Gives an open campaign more; its currency is the campaign's own.
  static func fund(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2 else {
      throw .usage("a campaign is given an amount", "write accord campaign fund spring 1000.00")
    }
    let (name, office) = (arguments.operands[0], try Office(arguments))
    let known = try office.ask("marketing", .get, "/v1/campaigns/\(name.percentEncoded)")
    let currency = try TypedAmount.currency(arguments.value("--currency") ?? known["budget"]?["currency"]?.string ?? "")
    let amount = try TypedAmount.read(arguments.operands[1], "AMOUNT", currency)
    var body: [JSON.Member] = [.init("amount", amount.json)]
    if let approver = arguments.value("--approved-by") { body.append(.init("approved_by", .string(approver))) }
    let answer = try office.ask(
      "marketing", .post, "/v1/campaigns/\(name.percentEncoded)/fund",
      headers: [("Idempotency-Key", arguments.value("--key") ?? Key.new())], body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "The campaign \(name) has \(amount) more, \(OfferReport.money(answer["campaign"]?["budget"])) in all; what was advanced for it is "
        + "repaid first. `accord why \(answer["message_id"]?.string ?? "?")` tells more.")
  }

  static func close(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("campaign")
    let answer = try Office(arguments).ask(
      "marketing", .post, "/v1/campaigns/\(name.percentEncoded)/close", headers: [("Idempotency-Key", key("close"))])
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(answer["outcome"]?.string == "exists" ? "The campaign \(name) was closed before." : "The campaign \(name) is closed.")
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("campaign")
    let answer = try Office(arguments).ask("marketing", .get, "/v1/campaigns/\(name.percentEncoded)")
    if arguments.has("--json") { return Terminal.print(answer) }
    line(answer)
    for said in answer["ledger"]?.array ?? [] {
      let offer = said["offer_id"]?.string.map { " for \($0)" } ?? ""
      let cause = said["cause"]?.string.map { ": \($0)" } ?? ""
      Terminal.print(
        "  \(said["at"]?.string ?? "?")  the ledger: \(said["kind"]?.string ?? "?") \(OfferReport.money(said["amount"]))\(offer)\(cause)")
    }
  }

  static func money(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("campaign")
    let answer = try Office(arguments).ask("ledger", .get, "/v1/campaigns/\(name.percentEncoded)/money")
    if arguments.has("--json") { return Terminal.print(answer) }
    for one in answer["currencies"]?.array ?? [] {
      guard let currency = one["currency"]?.string.flatMap({ Currency($0) }) else { continue }
      func amount(_ json: JSON, _ member: String) -> String { "\(Money(minor: json[member]?.integer ?? 0, currency))" }
      Terminal.print(
        "\(name): \(amount(one, "opened")) in all, \(amount(one, "given")) given, \(amount(one, "free")) free, "
          + "\(amount(one, "outstanding")) owed to customer service")
      for row in one["reserved"]?.array ?? [] {
        Terminal.print("  reserved for \(row["offer_id"]?.string ?? "?"): \(amount(row, "amount_minor"))")
      }
      for day in one["days"]?.array ?? [] {
        Terminal.print(
          "  \(day["day"]?.string ?? "?")  given \(amount(day, "given")) of \(amount(day, "expected")) expected by then, "
            + "\(amount(day, "granted")) that day, owed \(amount(day, "outstanding"))")
      }
    }
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask("marketing", .get, "/v1/campaigns")
    if arguments.has("--json") { return Terminal.print(answer) }
    let campaigns = answer["campaigns"]?.array ?? []
    if campaigns.isEmpty {
      Terminal.print("There are no campaigns yet. `accord campaign open NAME --budget AMOUNT --currency USD` opens one.")
    }
    for campaign in campaigns { line(campaign) }
  }

  private static func line(_ campaign: JSON) {
    let approver = campaign["approved_by"]?.string.map { ", approved by \($0)" } ?? ""
    Terminal.print(
      "\(campaign["campaign_id"]?.string ?? "?")  \(campaign["state"]?.string ?? "?")  \(OfferReport.money(campaign["budget"]))\(approver)")
  }

  private static func key(_ deed: String) -> String { "campaign/\(deed)/\(getpid())-\(Clock.uptimeMilliseconds)" }
}
