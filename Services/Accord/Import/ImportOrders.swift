import Contracts
import Feed
import HTTP
import Host

extension Command {
  static let importOrders = Command(
    "import orders",
    "Takes a shop's orders into the ledger, from its export: each order whole or not at all, each once however often it is run.",
    operands: "FILE",
    options: ImportSettings.options + ImportSettings.amounts + [
      .init("--channel", "NAME", "where they were bought, where no column says so (default web)"),
      .init("--country", "CODE", "ISO 3166-1, where no column says so"),
      .init("--order-id-from", "MEANING,...", "make each line an order, named by these columns and a number among equal ones"),
      .init("--tax-included", nil, "the amounts contain the tax column's"),
      .init("--tax-jurisdiction", "NAME", "where the taxes go (default unknown), such as us-ny"),
    ],
    examples: [
      "accord import orders FILE.csv --map order=basket_id,customer=household_id,sku=product_id,quantity=quantity,amount=cents,placed=at --currency USD",
      "zcat FILE.gz | accord import orders - --map customer=id,placed=date,quantity=n,amount=value --separator space --amounts major \\",
      "  --order-id-from customer,placed --currency USD --zone America/New_York",
    ],
    run: { arguments throws(Complaint) in try ImportOrders(arguments).run() })
}

/// `accord import orders`: the file is read once and its rows parted by order; then order by order goes to the ledger's door.
struct ImportOrders {
  private let settings: ImportSettings
  private let office: Office
  private let head: OrderBatch.Head
  private let currency: Currency
  private let amounts: FeedNumber.Amounts
  private let idRoles: [String]
  private let isJSON: Bool
  private let report: ImportReport

  init(_ arguments: Arguments) throws(Complaint) {
    idRoles = arguments.value("--order-id-from")?.split(separator: ",").map(String.init) ?? []
    let named = !idRoles.isEmpty
    let settings = try ImportSettings(
      arguments, roles: OrderColumns.roles.map { $0.name == "order" ? .init("order", required: !named) : $0 })
    self.settings = settings
    if named {
      guard !settings.pairs.contains(where: { $0.role == "order" }) else {
        throw .usage("--order-id-from makes ids, and --map has order= as well", "leave one of them out")
      }
      let idRoles = self.idRoles
      if let missing = idRoles.first(where: { role in !settings.pairs.contains { $0.role == role } }) {
        throw .usage("--order-id-from names \(missing), which --map does not", "add \(missing)=COLUMN to --map")
      }
    }
    currency = try ImportSettings.currency(arguments)
    amounts = try ImportSettings.amounts(arguments)
    isJSON = arguments.has("--json")
    var head = OrderBatch.Head(
      file: settings.path == "-" ? "stdin" : String(settings.path.split(separator: "/").last?.prefix(120) ?? "file"),
      currency: currency.code,
      channel: arguments.value("--channel") ?? "web", country: arguments.value("--country"))
    head.discountsKnown = settings.pairs.contains { $0.role == "discount" || $0.role == "offer" }
    head.taxIncluded = arguments.has("--tax-included")
    head.taxJurisdiction = arguments.value("--tax-jurisdiction") ?? "unknown"
    self.head = head
    office = try Office(arguments)
    report = try ImportReport(to: arguments.value("--report"))
  }

  func run() throws(Complaint) {
    let began = ContinuousClock.now
    ImportEnding.watch(settings.path, report, isDry: settings.isDry)
    var progress = ImportProgress()
    var file = try FeedFile(settings.path, settings.separator)
    let columns = try file.columns(settings)
    let keys = (idRoles.isEmpty ? ["order"] : idRoles).compactMap { columns.place(of: $0) }
    let spooling = Spooling(separator: settings.separator, keys: keys, makesIDs: !idRoles.isEmpty, data: office.data, report: report)
    let read = try spooling.read(&file, columns, &progress)
    let rows = read.rows
    progress.restart()
    let sent = try send(read.spool, columns, rows: rows, progress)
    progress.clear()
    try tell(rows: rows, sent: sent, seconds: Double((ContinuousClock.now - began).milliseconds) / 1_000)
  }

  // MARK: Sending

  private struct Sent {
    var orders: Int64 = 0
    var strangeTenders: Set<String> = []
    var usedZone = false
  }

  private func send(_ spool: consuming Spool, _ columns: FeedColumns, rows: Int64, _ progress: ImportProgress) throws(Complaint) -> Sent {
    let report = self.report
    let courier = try Courier(office, path: "/v1/imports/orders" + (settings.isDry ? "?dry_run=true" : "")) { report.add($0) }
    var assembly = OrderAssembly(
      OrderColumns(columns), .init(currency: currency, amounts: amounts, taxIncluded: head.taxIncluded), settings.time)
    var batch = Courier.Batch(body: head.bytes)
    var progress = progress
    var sent = Sent()
    var group: [FeedRow] = []
    var id: [UInt8] = []
    try spool.forEachPart { rowsOfPart throws(Complaint) in
      var place = 0
      while place < rowsOfPart.count {
        let end = rowsOfPart.end(from: place)
        let whole = place
        // An order each, or all of them one.
        repeat {
          let last = idRoles.isEmpty ? end : place + 1
          group.removeAll(keepingCapacity: true)
          for at in place..<min(last, place + FeedLimits.rowsPerOrderMax) { group.append(rowsOfPart[at]) }
          id.removeAll(keepingCapacity: true)
          id.append(contentsOf: group[0].key)
          if !idRoles.isEmpty { id.append(contentsOf: "-\(place - whole + 1)".utf8) }
          add(group[...], last - place, id, &assembly, &batch)
          sent.orders += 1
          place = last
          if batch.lines.count == FeedLimits.ordersPerBatch || batch.body.count >= FeedLimits.batchBytesMax {
            try courier.send(batch)
            batch = Courier.Batch(body: head.bytes)
            progress.show(settings.isDry ? "asking" : "importing", report.rowsAnswered, of: rows, "lines")
          }
        } while place < end
      }
    }
    if !batch.lines.isEmpty { try courier.send(batch) }
    try courier.finish()
    sent.strangeTenders = assembly.strangeTenders
    sent.usedZone = assembly.usedZone
    return sent
  }

  /// Adds one order to the batch, or its refusal to the report.
  private func add(
    _ rows: ArraySlice<FeedRow>, _ rowCount: Int, _ id: [UInt8], _ assembly: inout OrderAssembly, _ batch: inout Courier.Batch
  ) {
    let start = batch.body.count
    let line = rows.reduce(Int64.max) { min($0, $1.line) }
    var writer = JSONWriter(appendingTo: batch.body)
    batch.body = []
    let refusal = id.withUnsafeBytes { id -> OrderAssembly.Refusal? in
      do throws(OrderAssembly.Refusal) {
        try assembly.write(rows, id: id, into: &writer)
        return nil
      } catch { return error }
    }
    batch.body = writer.finish()
    if let refusal {
      batch.body.removeLast(batch.body.count - start)
      let name = String(decoding: id, as: UTF8.self)
      switch refusal {
      case .line(let line, let fault): report.add(line: line, id: name, "rejected", field: fault.field, fault.sentence)
      case .leftOut(let status): report.add(line: line, id: name, "left_out", field: "status", "\(status): no order was made of it")
      }
      return
    }
    guard batch.body.count - start <= FeedLimits.orderBytesMax else {
      batch.body.removeLast(batch.body.count - start)
      return report.add(
        line: line, id: String(decoding: id, as: UTF8.self), "rejected", field: "order",
        "it is longer than \(FeedLimits.orderBytesMax) bytes, which no message holds")
    }
    batch.body.append(0x0A)
    batch.rows += Int64(rowCount)
    batch.lines.append(line)
    if report.isWholeWanted { batch.ids.append(String(decoding: id, as: UTF8.self)) }
  }

  // MARK: Telling

  private func tell(rows: Int64, sent: Sent, seconds: Double) throws(Complaint) {
    try report.confirm()
    let rate = Int64(Double(rows) / max(seconds, 0.001))
    if isJSON {
      Terminal.print(
        report.json([
          .init("file", .string(head.file)), .init("dry_run", .bool(settings.isDry)), .init("lines", .integer(rows)),
          .init("orders", .integer(sent.orders)), .init("milliseconds", .integer(Int64(seconds * 1_000))),
          .init("lines_per_second", .integer(rate)),
        ]))
    } else {
      let grouped = ImportProgress.grouped
      if settings.isDry { Terminal.print("Nothing was written (--dry-run); this is what would become of it:") }
      Terminal.print(
        "\(head.file): \(grouped(sent.orders)) order\(sent.orders == 1 ? "" : "s") on \(grouped(rows)) line\(rows == 1 ? "" : "s"), "
          + "\(grouped(rate)) lines a second: "
          + report.summary)
      report.tell()
      if sent.usedZone, settings.zone == nil {
        Terminal.note("times without offset, and days, were taken as UTC; --zone says otherwise")
      }
      if !sent.strangeTenders.isEmpty {
        Terminal.note("not known as tenders, kept as unknown: \(sent.strangeTenders.sorted().joined(separator: ", "))")
      }
    }
    let refused = report.count("conflicting") + report.count("rejected")
    guard refused == 0 else {
      throw Complaint(
        code: .refused, happened: "\(refused) \(refused == 1 ? "order was" : "orders were") not taken in; the others were",
        advice: "mend those lines and run it again: what is there already is only matched")
    }
  }
}
