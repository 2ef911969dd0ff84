import Contracts
import Feed
import HTTP
import Host
import LedgerDomain
import Store

/// The doors for what happened to orders after their capture, in bulk: goods that were sent, goods that came back.
///
/// Each change has an id of its own in the feed, or its time stands for one: with the same content it happens once, with other content it is
/// refused.
struct ChangeImport: Sendable {
  let desk: DepartmentDesk

  private enum Kind: String, Sendable { case returns, shipments }

  var routes: [Route] {
    [
      route(.returns, "takes goods of up to a thousand orders back"),
      route(.shipments, "records that goods of up to a thousand orders were sent"),
    ]
  }

  private func route(_ kind: Kind, _ doc: String) -> Route {
    Route(
      .post, "/v1/imports/\(kind.rawValue)", doc, bodyBytesMax: FeedLimits.batchBytesMax + FeedLimits.orderBytesMax,
      query: ["dry_run": .flag]
    ) { request, _ in
      let batch: RowBatch
      do { batch = try RowBatch(request.body) } catch {
        return .problem(status: 400, code: "batch_unreadable", detail: "the batch cannot be read: \(error)")
      }
      guard request.query("dry_run") != "true" else { return rehearse(request, kind, batch) }
      return desk.command(request) { transaction, occasion in
        .done(status: 200, try take(batch, kind, occasion, in: &transaction).json)
      }
    }
  }

  private struct Rehearsed: Error { let tally: Tally }

  /// Does everything and takes it back: what a change comes to depends on those before it.
  private func rehearse(_ request: Request, _ kind: Kind, _ batch: RowBatch) -> Response {
    desk.guarding(request) { asker in
      do {
        let never = try desk.store.write { transaction -> Tally in
          let occasion = Occasion.command("rehearsal", of: asker, at: desk.clock.now(), correlation: nil)
          throw Rehearsed(tally: try take(batch, kind, occasion, in: &transaction))
        }
        preconditionFailure("a rehearsal was committed: \(never.value)")
      } catch let rehearsed as Rehearsed {
        return .json(rehearsed.tally.json)
      } catch { return .problem(status: 503, code: "store_busy", detail: "\(error)").with("Retry-After", "1") }
    }
  }

  private func take(_ batch: RowBatch, _ kind: Kind, _ occasion: Occasion, in transaction: inout Transaction) throws -> Tally {
    var tally = Tally()
    let judge = try Judge(desk, occasion, in: transaction)
    try Books.keep(in: &transaction) { books, transaction in
      for row in batch.rows { try take(row, kind, batch, OrderChanges(judge: judge), &tally, books: &books, in: &transaction) }
    }
    return tally
  }

  private func take(
    _ row: RowBatch.Row, _ kind: Kind, _ batch: RowBatch, _ changes: OrderChanges, _ tally: inout Tally, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    let order = row.text("order_id") ?? ""
    func refuse(_ field: String?, _ code: String, _ sentence: String, _ tally: inout Tally, _ outcome: Tally.Outcome = .rejected) {
      tally.refuse(outcome, line: row.line, id: order, field: field, code: code, sentence)
    }
    do {
      let change = try Change(row, kind.rawValue, batch)
      let known = try Idempotency.find(key: change.key, principal: Self.principal, bodyHash: change.hash, in: transaction)
      switch known {
      case .same: return tally.add(.matched)
      case .otherBody:
        return refuse(
          change.idField, "exists_with_different_content",
          "\(change.id) of order \(order) is there with other lines, quantities or times; an id means one content for ever", &tally,
          .conflicting)
      case .new: break
      }
      try books.savepoint(in: &transaction) { books, transaction in
        let lines = try change.lines(of: changes.known(change.order, in: transaction))
        switch kind {
        case .returns:
          _ = try changes.takeBack(
            change.order, lines, shipping: change.shipping, receiptOnly: false, reason: change.reason, at: change.at, books: &books,
            in: &transaction)
        case .shipments: _ = try changes.ship(change.order, lines, at: change.at, books: &books, in: &transaction)
        }
        try Idempotency.record(
          key: change.key, principal: Self.principal, bodyHash: change.hash, answer: .init(status: 200, response: []),
          at: changes.judge.occasion.now,
          in: transaction)
      }
      tally.add(.created)
    } catch let fault as FieldFault {
      refuse(fault.field, "row_unreadable", fault.sentence, &tally)
    } catch let refusal as OrderRefusal {
      refuse(nil, refusal.code, refusal.description, &tally)
    } catch let refusal as LedgerRefusal {
      refuse(nil, refusal.code, refusal.description, &tally)
    }
  }

  /// Whose keys these are: of no command's.
  private static let principal = "import"
}

/// One change as a row tells it.
private struct Change {
  let order: Identifier<Order>
  /// The feed's own name of it, or its time.
  let id: String
  let idField: String
  let at: Timestamp
  let shipping: Money?
  let reason: String?
  let key: String
  /// SHA-256 of what it says.
  let hash: [UInt8]
  private let named: [Named]

  private struct Named {
    let line: String?
    let sku: String?
    let quantity: Int64?
  }

  init(_ row: RowBatch.Row, _ kind: String, _ batch: RowBatch) throws(FieldFault) {
    order = try row.identifier("order_id")
    at = try row.time("at")
    let own = row.text("id")
    idField = own == nil ? "time" : kind == "returns" ? "return" : "shipment"
    id = own ?? at.description
    named = row.list("lines").map { Named(line: $0["line"]?.string, sku: $0["sku"]?.string, quantity: $0["quantity"]?.integer) }
    reason = row.text("reason")
    if let minor = row.integer("shipping"), minor != 0 {
      guard let currency = batch.currency.flatMap({ Currency($0) }) else {
        throw FieldFault("shipping", "an amount needs its currency; add --currency")
      }
      guard minor > 0 else { throw FieldFault("shipping", "\(minor) is below zero") }
      shipping = Money(minor: minor, currency)
    } else {
      shipping = nil
    }
    key = "\(kind)/\(Hex.encode(SHA256.hash(Array("\(order.text)\n\(id)".utf8)).prefix(20)))"
    var said = "\(at)\n\(reason ?? "")\n\(shipping?.description ?? "")\n"
    for one in named { said += "\(one.line ?? "")\t\(one.sku ?? "")\t\(one.quantity.map { String($0) } ?? "")\n" }
    hash = SHA256.hash(Array(said.utf8))
  }

  /// The order's lines that are meant; nil where none is named, which is all of them. A sku is looked for among the order's own lines.
  func lines(of order: OrderCaptured) throws -> [LineQuantity]? {
    guard !named.isEmpty else { return nil }
    var meant: [LineQuantity] = []
    func add(_ line: OrderCaptured.Line, _ quantity: Int64) {
      if let at = meant.firstIndex(where: { $0.lineID == line.lineID }) {
        meant[at].quantity += quantity
      } else {
        meant.append(LineQuantity(lineID: line.lineID, quantity: quantity))
      }
    }
    for one in named {
      if let id = one.line {
        guard let line = order.lines.first(where: { $0.lineID.text == id }) else {
          throw FieldFault("line", "order \(order.orderID) has no line \(id)")
        }
        add(line, one.quantity ?? line.quantity)
      } else if let sku = one.sku {
        let lines = order.lines.filter { $0.sku?.text == sku }
        guard !lines.isEmpty else { throw FieldFault("sku", "order \(order.orderID) has no line with the sku \(sku)") }
        var left = one.quantity ?? lines.reduce(0) { $0 + $1.quantity }
        for line in lines where left > 0 && line.quantity > 0 {
          let taken = min(left, line.quantity)
          add(line, taken)
          left -= taken
        }
        guard left == 0 else { throw FieldFault("quantity", "order \(order.orderID) has fewer of the sku \(sku)") }
      } else {
        throw FieldFault("line", "neither a line nor a sku is named")
      }
    }
    return meant
  }
}

extension OrderChanges {
  /// The order as it was captured.
  fileprivate func known(_ id: Identifier<Order>, in transaction: borrowing Transaction) throws -> OrderCaptured {
    guard let known = try Orders.find(id, in: transaction) else { throw OrderRefusal.noOrder(id.text) }
    return known.order
  }
}
