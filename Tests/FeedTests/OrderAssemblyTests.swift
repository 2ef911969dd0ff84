import Contracts
import Feed
import TestKit
import Testing

/// Rows become an order: whole, the same in any order of rows, and refused by line and field.
struct OrderAssemblyTests {
  private static let head = OrderBatch.Head(file: "f.csv", currency: "USD", channel: "store")

  /// The order of `rows`, each the fields that `map` names, as the ledger would read it from a batch.
  private func order(
    _ map: String, _ rows: [[String]], id: String = "A", amounts: FeedNumber.Amounts = .minor, first: Int64 = 2
  ) throws(OrderAssembly.Refusal) -> FeedOrder {
    let names = map.split(separator: ",").map(String.init)
    guard
      let columns = try? FeedColumns(
        names.map { ($0, $0) }, header: names, separator: .comma, near: { _, _ in nil })
    else { preconditionFailure("the map of a test is right") }
    var spool: [UInt8] = []
    for (index, row) in rows.enumerated() {
      FeedRow.append(line: first + Int64(index), key: Array(id.utf8), to: &spool) { spool in
        for field in row { Array(field.utf8).withUnsafeBytes { FeedRow.appendColumn($0, to: &spool) } }
      }
    }
    let key = Array(id.utf8)
    var assembly = OrderAssembly(OrderColumns(columns), .init(currency: Currency("USD")!, amounts: amounts), FeedTime(zone: nil))
    var writer = JSONWriter(appendingTo: Self.head.bytes)
    let outcome = spool.withUnsafeBytes { bytes -> Result<Void, OrderAssembly.Refusal> in
      var (rows, at): ([FeedRow], Int) = ([], 0)
      while let row = FeedRow(bytes, at: at) {
        rows.append(row)
        at += row.byteCount
      }
      return key.withUnsafeBytes { key in
        do throws(OrderAssembly.Refusal) {
          try assembly.write(rows[...], id: key, into: &writer)
          return .success(())
        } catch { return .failure(error) }
      }
    }
    try outcome.get()
    let body = writer.finish()
    guard let batch = try? body.withUnsafeBytes({ try OrderBatch(reading: $0) }), let order = batch.orders.first else {
      preconditionFailure("what is written can be read: \(String(decoding: body, as: UTF8.self))")
    }
    return order
  }

  @Test func `lines of an order are the same whatever order they stand in`() throws {
    let map = "placed,sku,quantity,amount"
    let rows = [
      ["2017-01-01", "B", "1", "50"], ["2017-01-01", "A", "2", "99"], ["2017-01-01", "A", "2", "99"], ["2017-01-01", "", "0", "7"],
    ]
    let wanted = try order(map, rows).lines
    #expect(wanted.map(\.lineID) == ["1", "2", "3", "4"] && wanted.map(\.sku) == [nil, "A", "A", "B"])
    #expect(wanted.map(\.paid) == [7, 99, 99, 50] && wanted.map(\.quantity) == [0, 2, 2, 1])
    var random = Seed.printed(for: "lines of an order")
    for _ in 0..<20 { #expect(try order(map, rows.shuffled(using: &random)).lines == wanted) }
  }

  @Test func `numbered lines keep their numbers and stand in their order`() throws {
    let made = try order("placed,line,amount", [["2017-01-01", "10", "1"], ["2017-01-01", "2", "2"], ["2017-01-01", "x1", "3"]])
    #expect(made.lines.map(\.lineID) == ["2", "10", "x1"] && made.lines.map(\.paid) == [2, 1, 3] && made.line == 2)
  }

  @Test func `what belongs to the whole order may stand once or on each row`() throws {
    let map = "placed,customer,amount,shipping,tender,tax,discount,offer,list,seller,channel,country"
    let made = try order(
      map,
      [
        ["2026-05-08T19:00Z", "ada", "50.00", "9.95", "Visa", "4.00", "-5.00", "SPRING", "55.00", "us", "web", "US"],
        ["", "ada", "15", "", "", "", "", "", "", "", "", ""],
      ], amounts: .major)
    #expect(made.personID == "ada" && made.shipping == 995 && made.channel == "web" && made.country == "US")
    #expect(made.tenders == [.init(kind: "card")])
    #expect(made.lines.contains { $0.discount == 500 && $0.offer == "SPRING" && $0.list == 5_500 && $0.tax == 400 && $0.seller == "us" })
    #expect(made.placedAt == (try? Timestamp(rfc3339: "2026-05-08T19:00:00Z")) && made.precision == .instant)
  }

  @Test func `an order that was paid in two ways names both sums`() throws {
    let made = try order("placed,amount,tender,shipping", [["2017-01-01", "50", "cash", "5"], ["2017-01-01", "15", "gift card", "5"]])
    #expect(
      Set(made.tenders.map { "\($0.kind) \($0.amount ?? 0)" }) == ["cash 50", "gift_card 20"]
        || Set(made.tenders.map { "\($0.kind) \($0.amount ?? 0)" }) == ["cash 55", "gift_card 15"])
  }

  @Test(arguments: [
    ("placed,amount", [["2017-01-01", "1"], ["2017-01-02", "1"]], Int64(3), "placed"),
    ("placed,customer,amount", [["2017-01-01", "a", "1"], ["2017-01-01", "b", "1"]], 3, "customer"),
    ("placed,amount,shipping", [["2017-01-01", "1", "5"], ["2017-01-01", "1", "6"]], 3, "shipping"),
    ("placed,amount", [["2017-01-01", "1"], ["2017-01-01", "x"]], 3, "amount"),
    ("placed,amount", [["2017-01-01", "-1"]], 2, "amount"),
    ("placed,amount", [["2017-01-01", ""]], 2, "amount"),
    ("placed,amount", [["", "1"]], 2, "placed"),
    ("placed,amount", [["2017-13-01", "1"]], 2, "placed"),
    ("placed,amount,quantity", [["2017-01-01", "1", "-1"]], 2, "quantity"),
    ("placed,amount,quantity", [["2017-01-01", "1", "0.5"]], 2, "quantity"),
    ("placed,amount", [["2017-01-01", "9223372036854775808"]], 2, "amount"),
    ("placed,amount,status", [["2017-01-01", "1", "maybe"]], 2, "status"),
  ])
  func `a row in the way refuses its order by line and field`(map: String, rows: [[String]], line: Int64, field: String) {
    let refusal = #expect(throws: OrderAssembly.Refusal.self) { try order(map, rows) }
    guard case .line(let named, let fault)? = refusal else {
      Issue.record("\(String(describing: refusal)) names no line")
      return
    }
    #expect(named == line && fault.field == field, "\(fault)")
  }

  @Test func `what was never paid is left out, and too many lines are none of one order`() throws {
    #expect(throws: OrderAssembly.Refusal.leftOut("cancelled")) { try order("placed,amount,status", [["2017-01-01", "1", "Cancelled"]]) }
    let many = [[String]](repeating: ["2017-01-01", "1"], count: FeedLimits.rowsPerOrderMax)
    #expect(throws: OrderAssembly.Refusal.self) { try order("placed,amount", many) }
    #expect(try order("placed,amount", many.dropLast()).lines.count == 1_000)
  }

  @Test func `text that JSON would escape, and text that is none, come through or are named`() throws {
    #expect(try order("placed,amount,customer", [["2017-01-01", "1", "Zoë \"Z\""]]).personID == "Zoë \"Z\"")
  }

  @Test(arguments: ["", "{}", "{\"file\":\"f\",\"currency\":\"USD\",\"channel\":\"web\"}\n{\"lines\":1}", "[]"])
  func `a body that is no batch is refused`(body: String) {
    #expect(throws: BatchFault.self) { try Array(body.utf8).withUnsafeBytes { try OrderBatch(reading: $0) } }
  }
}
