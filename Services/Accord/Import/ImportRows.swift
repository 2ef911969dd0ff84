import Contracts
import Feed
import Host

extension Command {
  static let importProducts = Command(
    "import products", "Lists goods and plans: lines of orders are described by the catalogue as it stands when they are captured.",
    operands: "FILE", options: ImportSettings.options + ImportSettings.amounts,
    examples: ["accord import products products.csv --map sku=product_id,category=department+product_category+product_type,brand=brand"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .products).run() })

  static let importCustomers = Command(
    "import customers", "Makes customers known. Names, addresses and numbers stay in the ledger's store and are told to nobody.",
    operands: "FILE", options: ImportSettings.options,
    examples: ["accord import customers people.csv --map customer=id,name=full_name,email=mail,email_state=mail_state"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .customers).run() })

  static let importConsents = Command(
    "import consents", "Records what customers let us send, and what no longer.", operands: "FILE", options: ImportSettings.options,
    examples: ["accord import consents consents.csv --map customer=id,purpose=purpose,channel=channel,given=given,at=when,proof=proof"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .consents).run() })

  static let importSubscriptions = Command(
    "import subscriptions", "Tells of plans: begun, upgraded, renewed, cancelled. What was charged for them goes in with the orders.",
    operands: "FILE", options: ImportSettings.options,
    examples: ["accord import subscriptions plans.csv --map subscription=id,customer=who,change=what,plan=plan,from=begins,to=ends"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .subscriptions).run() })

  static let importLists = Command(
    "import lists",
    "Puts customers on lists by which offers can be had, from when until when. Without a from they were on it ever since; until is the first "
      + "instant after it, and takes off whoever is on it.",
    operands: "FILE", options: ImportSettings.options + membership("list"),
    examples: [
      "accord import lists guests.csv --map list=list,customer=id,from=since,until=left --zone America/New_York",
      "accord import lists households.csv --map customer=household_id --list spring-8",
    ], run: { arguments throws(Complaint) in try ImportRows(arguments, .lists).run() })

  static let importSegments = Command(
    "import segments",
    "Puts customers into segments by which offers can be had, from when until when; it goes as import lists does.", operands: "FILE",
    options: ImportSettings.options + membership("segment"),
    examples: ["accord import segments tiers.csv --map segment=tier,customer=id,from=since,until=left"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .segments).run() })

  static let importAgents = Command(
    "import agents", "Makes it known who works here, what they may do, and who left. Tokens are given out one by one.", operands: "FILE",
    options: ImportSettings.options,
    examples: [
      "accord import agents staff.csv --map colleague=id,roles=roles,locales=languages,person=customer_no,active=here",
      "accord colleague token ines --token-file ines.json",
    ], run: { arguments throws(Complaint) in try ImportRows(arguments, .agents).run() })

  static let importRoster = Command(
    "import roster", "Publishes shifts: who works from when to when, in which languages. Who must be briefed is counted from it.",
    operands: "FILE", options: ImportSettings.options,
    examples: ["accord import roster shifts.csv --map agent=who,from=begins,to=ends,locales=languages --zone America/New_York"],
    run: { arguments throws(Complaint) in try ImportRows(arguments, .roster).run() })

  private static func membership(_ kind: String) -> [Arguments.Option] {
    [
      .init("--\(kind)", "NAME", "the \(kind), where no column says so"),
      .init("--correct", nil, "where an end was told otherwise, this file knows better"),
    ]
  }
}

/// `accord import products | customers | consents | subscriptions | lists | segments | agents | roster`: each row by itself, in the file's order.
struct ImportRows {
  private let kind: Kind
  private let settings: ImportSettings
  private let office: Office
  private let report: ImportReport
  private let isJSON: Bool
  private let currency: Currency?
  private let amounts: FeedNumber.Amounts
  private let constants: [String: String]
  private let corrects: Bool

  init(_ arguments: Arguments, _ kind: Kind) throws(Complaint) {
    self.kind = kind
    var constants: [String: String] = [:]
    if let role = kind.groupRole, let name = arguments.value("--\(role)") { constants[role] = name }
    self.constants = constants
    corrects = arguments.has("--correct")
    settings = try ImportSettings(arguments, roles: kind.roles.filter { constants[$0.name] == nil })
    currency = try arguments.value("--currency") == nil ? nil : ImportSettings.currency(arguments)
    amounts = try ImportSettings.amounts(arguments)
    isJSON = arguments.has("--json")
    office = try Office(arguments)
    report = try ImportReport(to: arguments.value("--report"))
  }

  func run() throws(Complaint) {
    ImportEnding.watch(settings.path, report, isDry: settings.isDry)
    var progress = ImportProgress()
    var file = try FeedFile(settings.path, settings.separator)
    let columns = try file.columns(settings)
    let report = self.report
    let courier = try Courier(
      office, path: "/v1/imports/\(kind.rawValue)" + (settings.isDry ? "?dry_run=true" : ""), lanes: 1, run: Courier.newRun,
      to: kind.program
    ) { report.add($0) }
    let reader = DelimitedText(settings.separator)
    let head = self.head(file.name)
    var batch = Courier.Batch(body: head)
    var values = RowValues(columns: columns, time: settings.time, currency: currency, amounts: amounts, constants: constants)
    var rows: Int64 = 0
    do throws(FeedFailure<Spooling.RowFailure>) {
      while try file.next({ (line, fields, bytes) throws(Spooling.RowFailure) in
        guard fields.count == columns.count else { throw .feed(.torn(line: line, fields: fields.count, columns: columns.count)) }
        rows += 1
        values.take(line, columns.columns.map { reader.bytes(of: fields[$0.index], in: bytes) })
        do throws(FieldFault) {
          let row = try kind.row(&values)
          batch.body += JSON.object([.init("line", .integer(line))] + row).bytes
          batch.body.append(0x0A)
          batch.rows += 1
          batch.lines.append(line)
          if report.isWholeWanted { batch.ids.append(values.text(kind.roles[0].name) ?? "") }
        } catch {
          report.add(line: line, id: values.text(kind.roles[0].name) ?? "", "rejected", field: error.field, error.sentence)
        }
        guard batch.lines.count == FeedLimits.ordersPerBatch || batch.body.count >= FeedLimits.batchBytesMax else { return }
        do throws(Complaint) { try courier.send(batch) } catch { throw .complaint(error) }
        batch = Courier.Batch(body: head)
      }) { progress.show("importing", file.bytesRead >> 10, of: file.byteCount.map { $0 >> 10 }, "KiB") }
    } catch {
      progress.clear()
      // What stood before the line that cannot be read is taken in by then, each row by itself.
      try? courier.finish()
      throw Spooling.complaint(error, file.name)
    }
    if !batch.lines.isEmpty { try courier.send(batch) }
    try courier.finish()
    progress.clear()
    try tell(file.name, rows, usedZone: values.usedZone)
  }

  private func head(_ file: String) -> [UInt8] {
    var members: [JSON.Member] = [.init("file", .string(file))]
    if let currency { members.append(.init("currency", .string(currency.code))) }
    if corrects { members.append(.init("correct", true)) }
    return JSON.object(members).bytes + [0x0A]
  }

  private func tell(_ file: String, _ rows: Int64, usedZone: Bool) throws(Complaint) {
    try report.confirm()
    if isJSON {
      Terminal.print(report.json([.init("file", .string(file)), .init("dry_run", .bool(settings.isDry)), .init("lines", .integer(rows))]))
    } else {
      if settings.isDry { Terminal.print("Nothing was written (--dry-run); this is what would become of it:") }
      Terminal.print(
        "\(file): \(ImportProgress.grouped(rows)) \(kind.groupRole.map { "rows of \($0)s" } ?? kind.rawValue): \(report.summary)")
      report.tell()
      if usedZone, settings.zone == nil { Terminal.note("times without offset, and days, were taken as UTC; --zone says otherwise") }
    }
    try report.endWithRefusals(kind.groupRole == nil ? kind.rawValue : "members")
  }
}

extension ImportReport {
  /// Ends the command with a no where something was refused.
  func endWithRefusals(_ what: String) throws(Complaint) {
    let refused = count("conflicting") + count("rejected")
    guard refused == 0 else {
      throw Complaint(
        code: .refused, happened: "\(refused) of the \(what) \(refused == 1 ? "was" : "were") not taken in; the others were",
        advice: "mend those lines and run it again: what is there already is only matched")
    }
  }
}
