import Contracts
import LedgerDomain

/// The body of a change: a JSON object, whose members are all optional; an empty body is an empty object.
struct ChangeForm {
  private let members: [JSON.Member]
  private let now: Timestamp

  init(_ body: [UInt8], at now: Timestamp) throws(OrderRefusal) {
    self.now = now
    guard !body.isEmpty else {
      members = []
      return
    }
    guard let json = try? JSON(parsing: body), let members = json.object else {
      throw .unreadable("it is no JSON object; send one, or nothing")
    }
    self.members = members
  }

  private subscript(name: String) -> JSON? {
    members.first { $0.name == name }.flatMap { $0.value.isNull ? nil : $0.value }
  }

  /// Nil where no lines are named: the change is about all of them.
  func lines() throws(OrderRefusal) -> [LineQuantity]? {
    guard let value = self["lines"] else { return nil }
    guard let elements = value.array else { throw .unreadable("lines is no array; write [{\"line_id\": \"1\", \"quantity\": 1}]") }
    var lines: [LineQuantity] = []
    for element in elements {
      guard let text = element["line_id"]?.string, let id = try? Identifier<OrderLine>(text) else {
        throw .unreadable("a line has no line_id; name the order's line")
      }
      guard let quantity = element["quantity"]?.integer else { throw .unreadable("line \(id) has no quantity; write a whole number") }
      lines.append(LineQuantity(lineID: id, quantity: quantity))
    }
    return lines
  }

  func text(_ name: String) throws(OrderRefusal) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, (1...Limits.textBytesMax).contains(text.utf8.count) else {
      throw .unreadable("\(name) is no text of 1 to \(Limits.textBytesMax) bytes; correct it or leave it out")
    }
    return text
  }

  func flag(_ name: String) throws(OrderRefusal) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let flag = value.bool else { throw .unreadable("\(name) is neither true nor false") }
    return flag
  }

  func money(_ name: String) throws(OrderRefusal) -> Money? {
    guard let value = self[name] else { return nil }
    guard let minor = value["amount_minor"]?.integer, let currency = value["currency"]?.string.flatMap({ Currency($0) }), minor >= 0 else {
      throw .unreadable("\(name) is no amount; write {\"amount_minor\": 995, \"currency\": \"USD\"}")
    }
    return Money(minor: minor, currency)
  }

  /// When it was true; now where nothing is said.
  func instant(_ name: String) throws(OrderRefusal) -> Timestamp {
    guard let value = self[name] else { return now }
    guard let instant = value.string.flatMap({ try? Timestamp(rfc3339: $0) }) else {
      throw .unreadable("\(name) is no RFC 3339 time; write 2026-05-08T19:42:00-04:00")
    }
    return min(instant, now)
  }

  /// The body as the contract of an amendment has it.
  func amended(_ order: Identifier<Order>) throws(OrderRefusal) -> OrderAmended {
    var members = members.filter { !["order_id", "person_id"].contains($0.name) }
    if self["amended_at"] == nil { members.append(.init("amended_at", .string(now.description))) }
    members.append(.init("order_id", .string(order.text)))
    let fact: DomainEvent?
    do { fact = try DomainEvent.decode(type: OrderAmended.type, data: JSON.object(members).bytes) } catch { throw .unreadable("\(error)") }
    guard case .orderAmended(let amended)? = fact else { throw .nothing }
    return amended
  }

  /// The body as the contract of a subscription's change has it.
  func subscription(_ id: String) throws(OrderRefusal) -> SubscriptionChanged {
    var members = members.filter { $0.name != "subscription_id" }
    for name in ["changed_at", "from"] where self[name] == nil { members.append(.init(name, .string(now.description))) }
    members.append(.init("subscription_id", .string(id)))
    let fact: DomainEvent?
    do { fact = try DomainEvent.decode(type: SubscriptionChanged.type, data: JSON.object(members).bytes) } catch {
      throw .unreadable("\(error)")
    }
    guard case .subscriptionChanged(let changed)? = fact else { throw .nothing }
    return changed
  }
}
