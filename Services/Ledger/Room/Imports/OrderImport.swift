import Contracts
import Feed
import HTTP
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// The door for orders in bulk: one body is one transaction, its answer kept with it, each order whole or refused by itself.
struct OrderImport: Sendable {
  let desk: DepartmentDesk
  let descriptions: Descriptions

  var routes: [Route] {
    [
      Route(
        .post, "/v1/imports/orders", "captures up to a thousand orders of a feed; ?dry_run=true only says what would become of them",
        bodyBytesMax: FeedLimits.batchBytesMax + FeedLimits.orderBytesMax, query: ["dry_run": .flag]
      ) { request, _ in answer(request) }
    ]
  }

  private func answer(_ request: Request) -> Response {
    let batch: OrderBatch
    let intake: Intake
    do {
      batch = try request.body.withUnsafeBytes { try OrderBatch(reading: $0) }
      intake = try Intake(batch.head)
    } catch { return .problem(status: 400, code: "batch_unreadable", detail: "the batch cannot be read: \(error)") }
    if request.query("dry_run") == "true" {
      let now = desk.clock.now()
      return desk.question(request) { snapshot in
        var tally = Tally()
        for feed in batch.orders {
          if case .capture? = try judge(feed, intake, at: now, &tally, in: snapshot) { tally.add(.created) }
        }
        return .json(tally.json)
      }
    }
    return desk.command(request) { transaction, occasion in
      var tally = Tally()
      try Books.keep(in: &transaction) { books, transaction in
        for feed in batch.orders {
          guard case .capture(let order)? = try judge(feed, intake, at: occasion.now, &tally, in: transaction) else { continue }
          do {
            try Capture.keep(order, occasion, desk, books: &books, in: &transaction)
            tally.add(.created)
          } catch let refusal as LedgerRefusal {
            tally.refuse(.rejected, line: feed.line, id: feed.orderID, field: nil, code: refusal.code, refusal.description)
          }
        }
      }
      return .done(status: 200, tally.json)
    }
  }

  /// Decides about one order; what is not to be captured is counted already. Nil where it is no order.
  private func judge(
    _ feed: FeedOrder, _ intake: Intake, at now: Timestamp, _ tally: inout Tally, in reading: borrowing some Reading & ~Copyable
  ) throws -> LedgerDecision? {
    func refuse(_ outcome: Tally.Outcome, _ field: String?, _ code: String, _ sentence: String) {
      tally.refuse(outcome, line: feed.line, id: feed.orderID, field: field, code: code, sentence)
    }
    let order: OrderCaptured
    let known: KnownOrder?
    do {
      let held = try Orders.find(intake.id(feed), in: reading)
      known = held
      order = try intake.order(feed, at: now) { line, sku in
        // As it is known, so that a catalogue that has changed since makes no other order of it.
        guard let held else { return try descriptions.of(sku, in: reading) }
        let same = held.order.lines.first { $0.lineID == line && $0.sku == sku }
        return Products.Description(categories: same?.categories ?? [], brand: same?.brand)
      }
    } catch {
      if error is StoreFault { throw error }
      if let fault = error as? FieldFault {
        refuse(.rejected, fault.field, "order_unreadable", fault.sentence)
      } else {
        refuse(.rejected, (error as? ContractFault).flatMap(\.pointer), "order_unreadable", "\(error)")
      }
      return nil
    }
    do throws(LedgerRefusal) {
      let decision = try LedgerDomain.capture(order, given: known, at: now)
      if case .exists = decision { tally.add(.matched) }
      return decision
    } catch {
      if case .differs(_, let field) = error {
        refuse(.conflicting, field, error.code, error.description)
      } else {
        refuse(.rejected, error.field, error.code, error.description)
      }
      return nil
    }
  }
}

extension ContractFault {
  /// The place that it names; nil where it is the whole.
  fileprivate var pointer: String? {
    switch self {
    case .unreadable(_, let at), .broken(_, let at): at.isEmpty ? nil : at
    }
  }
}

extension LedgerRefusal {
  /// The field that is in the way, where it is one.
  fileprivate var field: String? {
    if case .placedAhead = self { "placed" } else { nil }
  }
}
