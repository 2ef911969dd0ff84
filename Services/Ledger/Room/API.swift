import Contracts
import HTTP
import Host
import LedgerDomain
import Store
import enum Wire.WireLimits

/// The ledger's doors: orders come in here and nowhere else.
struct API: Sendable {
  let desk: DepartmentDesk
  private let descriptions = Descriptions()

  init(desk: DepartmentDesk) { self.desk = desk }

  /// The fact that is made of an order must fit into a message, with its envelope and what the body may leave out.
  static let orderBytesMax = WireLimits.messageBytesMax - 65_536

  var routes: [Route] {
    orders + OrderImport(desk: desk, descriptions: descriptions).routes + SmallImports(desk: desk, descriptions: descriptions).routes
      + MembershipImport(desk: desk).routes + MembershipDoors(desk: desk).routes + ChangeImport(desk: desk).routes
      + OrderDoors(desk: desk).routes + LookBackDoors(desk: desk).routes + ColleagueDoors(desk: desk).routes
      + PolicyDoors(desk: desk).routes + DisconnectDoors(desk: desk).routes
  }

  private var orders: [Route] {
    [
      Route(.post, "/v1/orders", "captures an order, once for its id and for ever", bodyBytesMax: Self.orderBytesMax) { request, _ in
        desk.command(request, for: .agent, .lead, .supervisor) { transaction, occasion in
          try capture(request, occasion, &transaction)
        }
      },
      Route(.get, "/v1/orders/{id}", "an order as it was captured") { request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Order>(parameters["id"]), let known = try Orders.find(id, in: snapshot) else {
            return .problem(status: 404, code: "no_order", detail: "no order \(parameters["id"]) was captured; is its id right?")
          }
          return .json(
            .object([
              .init("message_id", .string(known.messageID.text)),
              .init("order", try JSON(parsing: DomainEvent.orderCaptured(known.order).encode())),
            ]))
        }
      },
    ]
  }

  private func capture(
    _ request: Request, _ occasion: Occasion, _ transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    let form: OrderForm
    do { form = try OrderForm(request.body) } catch { return Self.unreadable(error) }
    let known = try Orders.find(form.orderID, in: transaction)
    let order: OrderCaptured
    do {
      order = try Capture.described(form.order(at: occasion.now, known: known?.order), known: known?.order, descriptions, in: transaction)
    } catch {
      guard !(error is StoreFault) else { throw error }
      return Self.unreadable(error)
    }
    let decision: LedgerDecision
    do throws(LedgerRefusal) { decision = try LedgerDomain.capture(order, given: known, at: occasion.now) } catch {
      return .refused(status: 409, code: error.code, sentence: error.description)
    }
    switch decision {
    case .exists(let known): return .done(status: 200, Self.answer("exists", known.order.orderID, known.messageID))
    case .capture(let order):
      do {
        let told = try Books.keep(in: &transaction) { books, transaction in
          try Capture.keep(order, occasion, desk, books: &books, in: &transaction)
        }
        return .done(status: 201, Self.answer("captured", order.orderID, told.id))
      } catch let refusal as LedgerRefusal {
        return .refused(status: 409, code: refusal.code, sentence: refusal.description)
      }
    }
  }

  private static func unreadable(_ error: any Error) -> DepartmentDesk.Outcome {
    .refused(status: 400, code: "order_unreadable", sentence: "the order cannot be read: \(error)")
  }

  private static func answer(_ outcome: String, _ order: Identifier<Order>, _ message: Identifier<Message>) -> JSON {
    .object([.init("outcome", .string(outcome)), .init("order_id", .string(order.text)), .init("message_id", .string(message.text))])
  }
}
