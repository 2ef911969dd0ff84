import Contracts

/// The body of `POST /v1/orders`: an order as the contract has it, without what only the ledger can say.
///
/// Left out, `placed_at` is the ledger's now (or what the known order says), `placed_precision` is `instant`, `discounts_known` is false, and
/// `charges`, `tenders`, `discounts` are none. `captured_at` is always the ledger's own.
struct OrderForm {
  let orderID: Identifier<Order>
  private let members: [JSON.Member]

  init(_ body: [UInt8]) throws {
    guard let members = try JSON(parsing: body).object else { throw Unusable.notAnObject }
    self.members = members
    guard let id = members.first(where: { $0.name == "order_id" })?.value.string else { throw Unusable.noID }
    orderID = try Identifier(id)
  }

  /// The order as it would be told. Throws with what is missing or wrong, and where.
  func order(at now: Timestamp, known: OrderCaptured?) throws -> OrderCaptured {
    var members = members
    members.removeAll { $0.name == "captured_at" }
    members.append(.init("captured_at", .string(now.description)))
    let defaults: [JSON.Member] = [
      .init("placed_at", .string((known?.placedAt ?? now).description)), .init("placed_precision", .string("instant")),
      .init("discounts_known", .bool(false)), .init("charges", .array([])), .init("tenders", .array([])), .init("discounts", .array([])),
    ]
    for member in defaults where !members.contains(where: { $0.name == member.name }) { members.append(member) }
    return try JSON.object(members).bytes.withUnsafeBytes { try OrderCaptured(decoding: $0) }
  }

  enum Unusable: Error, CustomStringConvertible {
    case notAnObject, noID
    var description: String {
      switch self {
      case .notAnObject: "it is no JSON object; send one with order_id, channel and lines"
      case .noID: "it has no order_id; add one: it names the order for ever"
      }
    }
  }
}
