import Contracts
import Feed
import HTTP
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// The doors for what orders need beside them: products, customers, consents. Each row is taken by itself or refused.
struct SmallImports: Sendable {
  let desk: DepartmentDesk
  let descriptions: Descriptions

  var routes: [Route] {
    [
      route(ProductRows.self, "lists goods and plans: their categories, brand and list price"),
      route(CustomerRows.self, "makes customers known; names and addresses stay in the ledger's store"),
      route(ConsentRows.self, "records what customers let us send, and what no longer"),
      route(SubscriptionRows.self, "tells of plans that began, changed, went on or ended"),
      route(ColleagueRows.self, "makes it known who works here, what they may do and who left"),
    ]
  }

  private func route<Rows: ImportedRows>(_ rows: Rows.Type, _ doc: String) -> Route {
    Route(
      .post, "/v1/imports/\(Rows.name)", doc, bodyBytesMax: FeedLimits.batchBytesMax + FeedLimits.orderBytesMax, query: ["dry_run": .flag]
    ) { request, _ in
      let batch: RowBatch
      do { batch = try RowBatch(request.body) } catch {
        return .problem(status: 400, code: "batch_unreadable", detail: "the batch cannot be read: \(error)")
      }
      return request.query("dry_run") == "true" ? ask(request, batch, rows) : take(request, batch, rows)
    }
  }

  private func ask<Rows: ImportedRows>(_ request: Request, _ batch: RowBatch, _: Rows.Type) -> Response {
    desk.question(request) { snapshot in
      var tally = Tally()
      for row in batch.rows { _ = try Self.judge(row, batch, Rows.self, &tally, in: snapshot) }
      return .json(tally.json)
    }
  }

  private func take<Rows: ImportedRows>(_ request: Request, _ batch: RowBatch, _: Rows.Type) -> Response {
    // What is listed anew is described anew, from the moment that it is written.
    defer { descriptions.forget() }
    return desk.command(request, forAnyOf: Rows.roles) { transaction, occasion in
      var tally = Tally()
      try Books.keep(in: &transaction) { books, transaction in
        var waiting: [Rows.Item] = []
        for (index, row) in batch.rows.enumerated() {
          if let found = try Self.judge(row, batch, Rows.self, &tally, in: transaction) {
            if let item = found.item { waiting.append(item) }
            for kept in found.personal { try Customers.keep(kept, in: transaction) }
          }
          guard waiting.count == Rows.itemsPerFact || index == batch.rows.count - 1, !waiting.isEmpty else { continue }
          let told = Rows.fact(of: waiting, key: "\(Hex.encode(SHA256.hash(request.body).prefix(12)))-\(index + 1)", at: occasion.now)
          try Facts.tell(told.fact, true: told.at, occasion, desk, books: &books, in: &transaction)
          waiting = []
        }
      }
      return .done(status: 200, tally.json)
    }
  }

  /// What a row comes to; its outcome is counted. Nil where it is refused.
  private static func judge<Rows: ImportedRows>(
    _ row: RowBatch.Row, _ batch: RowBatch, _: Rows.Type, _ tally: inout Tally, in reading: borrowing some Reading & ~Copyable
  ) throws -> ImportedRow<Rows.Item>? {
    do {
      let found = try Rows.judge(row, batch, in: reading)
      tally.add(found.outcome)
      return found
    } catch let fault as FieldFault {
      let id = row.text(Rows.idField) ?? ""
      tally.refuse(.rejected, line: row.line, id: id, field: fault.field, code: "row_unreadable", fault.sentence)
      return nil
    }
  }
}

/// One kind of rows that are taken in.
protocol ImportedRows: Sendable {
  associatedtype Item
  /// The end of the door's path.
  static var name: String { get }
  /// What stands in the report.
  static var idField: String { get }
  /// Who may bring such rows, beside the operator.
  static var roles: [Principal.Role] { get }
  /// How many items one fact tells.
  static var itemsPerFact: Int { get }
  /// Decides about a row, given what the store holds. Throws `FieldFault` where it is not to be taken.
  static func judge(_ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable) throws -> ImportedRow<Item>
  /// The fact that tells of `items` (one to `itemsPerFact`), and when it was true; `key` is unique.
  static func fact(of items: [Item], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp)
}

extension ImportedRows {
  static var roles: [Principal.Role] { [.operator] }
}

/// What a row comes to.
struct ImportedRow<Item> {
  var outcome: Tally.Outcome
  /// What is told of it; nil where nothing is new.
  var item: Item?
  /// What stays in this store.
  var personal: [Customers.Personal] = []
}
