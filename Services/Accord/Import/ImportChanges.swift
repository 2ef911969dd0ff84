import Contracts
import Feed
import Host

extension Command {
  static let importReturns = Command(
    "import returns", "Takes goods back that came back: refunded as they were paid, what the returned goods had received clawed back.",
    operands: "FILE", options: ImportSettings.options + ImportSettings.amounts,
    examples: ["accord import returns returns.csv --map order=order,return=id,sku=product,quantity=n,returned=at"],
    run: { arguments throws(Complaint) in try ImportChanges(arguments, .returns).run() })

  static let importShipments = Command(
    "import shipments", "Records what was sent of which orders; a row without line and sku is the whole order.", operands: "FILE",
    options: ImportSettings.options,
    examples: ["accord import shipments parcels.csv --map order=order,shipment=parcel,line=line,shipped=at"],
    run: { arguments throws(Complaint) in try ImportChanges(arguments, .shipments).run() })
}

/// `accord import returns | shipments`: rows with one order and one id, or one time, are one change.
struct ImportChanges {
  enum Kind: String {
    case returns, shipments

    var id: String { self == .returns ? "return" : "shipment" }
    var time: String { self == .returns ? "returned" : "shipped" }
    var roles: [FeedColumns.Role] {
      [.init("order", required: true), .init(time, required: true), .init(id), .init("line"), .init("sku"), .init("quantity")]
        + (self == .returns ? [.init("shipping"), .init("reason")] : [])
    }
  }

  private let kind: Kind
  private let settings: ImportSettings
  private let office: Office
  private let report: ImportReport
  private let isJSON: Bool
  private let currency: Currency?
  private let amounts: FeedNumber.Amounts

  init(_ arguments: Arguments, _ kind: Kind) throws(Complaint) {
    self.kind = kind
    settings = try ImportSettings(arguments, roles: kind.roles)
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
    let keys = ["order", columns.place(of: kind.id) == nil ? kind.time : kind.id].compactMap { columns.place(of: $0) }
    let spooling = Spooling(separator: settings.separator, keys: keys, makesIDs: false, data: office.data, report: report)
    let read = try spooling.read(&file, columns, &progress)
    let rows = read.rows
    try send(read.spool, columns, file.name)
    progress.clear()
    try tell(file.name, rows)
  }

  private func send(_ spool: consuming Spool, _ columns: FeedColumns, _ file: String) throws(Complaint) {
    let report = self.report
    var members: [JSON.Member] = [.init("file", .string(file))]
    if let currency { members.append(.init("currency", .string(currency.code))) }
    let head = JSON.object(members).bytes + [0x0A]
    let courier = try Courier(
      office, path: "/v1/imports/\(kind.rawValue)" + (settings.isDry ? "?dry_run=true" : ""), lanes: 1, run: Courier.newRun
    ) { report.add($0) }
    var batch = Courier.Batch(body: head)
    var values = RowValues(columns: columns, time: settings.time, currency: currency, amounts: amounts)
    try spool.forEachPart { rows throws(Complaint) in
      var place = 0
      while place < rows.count {
        let end = min(rows.end(from: place), place + FeedLimits.rowsPerOrderMax)
        let first = rows[place].line
        do throws(FieldFault) {
          let change = try self.change(rows, place..<end, &values)
          batch.body += JSON.object([.init("line", .integer(first))] + change).bytes
          batch.body.append(0x0A)
          batch.rows += Int64(end - place)
          batch.lines.append(first)
          if report.isWholeWanted { batch.ids.append(values.text("order") ?? "") }
        } catch { report.add(line: values.line, id: values.text("order") ?? "", "rejected", field: error.field, error.sentence) }
        place = end
        if batch.lines.count == FeedLimits.ordersPerBatch || batch.body.count >= FeedLimits.batchBytesMax {
          try courier.send(batch)
          batch = Courier.Batch(body: head)
        }
      }
    }
    if !batch.lines.isEmpty { try courier.send(batch) }
    try courier.finish()
  }

  /// What the rows of one change say together; the same in whatever order they stand.
  private func change(
    _ rows: borrowing SpooledRows, _ range: Range<Int>, _ values: inout RowValues
  ) throws(FieldFault) -> [JSON.Member] {
    var order = "", time: Timestamp?, shipping: Int64 = 0, id: String?, reason: String?
    var lines: [(key: String, json: JSON)] = []
    for place in range {
      var fields: [[UInt8]] = []
      try rows[place].forEachColumn { _, bytes throws(FieldFault) in fields.append(Array(bytes)) }
      values.take(rows[place].line, fields)
      order = try values.needed("order")
      guard let at = try values.time(kind.time) else { throw FieldFault(kind.time, "it is empty") }
      time = min(time ?? at, at)
      id = values.text(kind.id) ?? id
      reason = [reason, values.text("reason")].compactMap { $0 }.min()
      shipping = max(shipping, try values.amount("shipping") ?? 0)
      let quantity = try values.integer("quantity")
      guard let goods = values.member("line").first ?? values.member("sku").first else { continue }
      let number: [JSON.Member] = quantity.map { [.init("quantity", .integer($0))] } ?? []
      lines.append(("\(goods.name)\(goods.value.string ?? "")/\(quantity ?? -1)", .object([goods] + number)))
    }
    lines.sort { $0.key < $1.key }
    var members: [JSON.Member] = [.init("order_id", .string(order)), .init("at", .string((time ?? .first).description))]
    if let id { members.append(.init("id", .string(id))) }
    if !lines.isEmpty { members.append(.init("lines", .array(lines.map(\.json)))) }
    if shipping != 0 { members.append(.init("shipping", .integer(shipping))) }
    if let reason { members.append(.init("reason", .string(reason))) }
    return members
  }

  private func tell(_ file: String, _ rows: Int64) throws(Complaint) {
    try report.confirm()
    if isJSON {
      Terminal.print(report.json([.init("file", .string(file)), .init("dry_run", .bool(settings.isDry)), .init("lines", .integer(rows))]))
    } else {
      if settings.isDry { Terminal.print("Nothing was written (--dry-run); this is what would become of it:") }
      Terminal.print("\(file): \(ImportProgress.grouped(rows)) lines of \(kind.rawValue): \(report.summary)")
      report.tell()
    }
    try report.endWithRefusals(kind.rawValue)
  }
}
