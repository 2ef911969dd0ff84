import Contracts
import HTTP
import Host
import Store

/// The doors of campaigns and their money.
struct CampaignDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(.get, "/v1/campaigns", "the campaigns, by name") { request, _ in
        desk.question(request) { snapshot in
          .json(.object([.init("campaigns", .array(try Campaigns.all(in: snapshot).map { Self.line($0) }))]))
        }
      },
      Route(.get, "/v1/campaigns/{id}", "a campaign and what the ledger said about its money") { request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Campaign>(parameters["id"]), let known = try Campaigns.find(id, in: snapshot) else {
            return .problem(status: 404, code: "no_campaign", detail: Self.nobody(parameters["id"]))
          }
          return .json(Self.line(known, said: try BudgetWords.said(of: id, in: snapshot)))
        }
      },
      Route(
        .post, "/v1/campaigns", "opens a campaign with its budget",
        members: ["campaign_id": .id, "budget": .object, "approved_by": .id]
      ) { request, _ in
        desk.moneyCommand(request) { transaction, occasion in try open(request, Telling(desk: desk, occasion: occasion), in: transaction) }
      },
      Route(.post, "/v1/campaigns/{id}/fund", "gives an open campaign more money", members: ["amount": .object, "approved_by": .id]) {
        request, parameters in
        desk.moneyCommand(request) { transaction, occasion in
          try fund(parameters["id"], request, Telling(desk: desk, occasion: occasion), in: transaction)
        }
      },
      Route(.post, "/v1/campaigns/{id}/close", "closes a campaign: no offer may begin under it", members: [:]) { request, parameters in
        desk.command(request) { transaction, occasion in
          try close(parameters["id"], Telling(desk: desk, occasion: occasion), in: transaction)
        }
      },
    ]
  }

  private func open(_ request: Request, _ telling: Telling, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    let id: Identifier<Campaign>
    let amount: Money
    let approvedBy: Identifier<Colleague>?
    do {
      let body = try JSON(parsing: request.body)
      id = try Identifier(body["campaign_id"]?.string ?? "")
      guard let budget = Self.amount(body["budget"]) else {
        return .refused(
          status: 400, code: "budget", sentence: "a campaign needs a budget above zero in a known currency, such as 5000.00 USD; give one")
      }
      amount = budget
      approvedBy = try body["approved_by"]?.string.map { text throws(InvalidIdentifier) in try Identifier(text) }
    } catch {
      return .refused(status: 400, code: "campaign_unreadable", sentence: "the campaign cannot be read: \(error)")
    }
    if let known = try Campaigns.find(id, in: transaction) {
      guard known.isOpen else {
        return .refused(status: 409, code: "campaign_closed", sentence: "the campaign \(id) is closed for good; open one of another name")
      }
      guard known.opening == amount, known.approvedBy == approvedBy?.text else {
        return .refused(
          status: 409, code: "campaign_exists",
          sentence:
            "the campaign \(id) is open with \(known.amount)\(known.approvedBy.map { ", approved by \($0)" } ?? ""); give it more with `accord campaign fund`, or open one of another name"
        )
      }
      return .done(status: 200, .object([.init("outcome", "exists"), .init("campaign", Self.line(known))]))
    }
    if let refused = try Self.refusal(of: approvedBy, in: transaction) { return refused }
    let message = try telling.tell(
      .budgetChanged(
        BudgetChanged(kind: .opened, publisher: .marketing, campaignID: id, amount: amount, approvedBy: approvedBy ?? telling.by)),
      in: transaction)
    return try answer("opened", id, message, in: transaction)
  }

  /// Money is approved by those who may spend it or decide over it: nobody at the desk, and nobody who is not here.
  private static func refusal(
    of approver: Identifier<Colleague>?, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome? {
    guard let approver else { return nil }
    do { try ApproverRefusal.confirm(approver, .marketer, .lead, .supervisor, in: transaction) } catch let refusal as ApproverRefusal {
      return .refused(status: 422, code: refusal.code, sentence: refusal.description)
    }
    return nil
  }

  /// An amount above zero; nil where there is none.
  private static func amount(_ json: JSON?) -> Money? {
    guard let minor = json?["amount_minor"]?.integer, let currency = json?["currency"]?.string.flatMap({ Currency($0) }),
      (1...Limits.amountMax).contains(minor)
    else { return nil }
    return Money(minor: minor, currency)
  }

  /// The same fact as the opening, told again with what is added: the ledger books it, and repays from it first what was advanced.
  private func fund(
    _ name: String, _ request: Request, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let id = try? Identifier<Campaign>(name), let known = try Campaigns.find(id, in: transaction) else {
      return .refused(status: 404, code: "no_campaign", sentence: Self.nobody(name))
    }
    guard known.isOpen else {
      return .refused(status: 409, code: "campaign_closed", sentence: "the campaign \(id) is closed for good; open one of another name")
    }
    let amount: Money
    let approvedBy: Identifier<Colleague>?
    do {
      let body = try JSON(parsing: request.body)
      guard let given = Self.amount(body["amount"]) else {
        return .refused(
          status: 400, code: "amount", sentence: "an amount above zero in a known currency is needed, such as 1000.00 USD; give one")
      }
      amount = given
      approvedBy = try body["approved_by"]?.string.map { text throws(InvalidIdentifier) in try Identifier(text) }
    } catch { return .refused(status: 400, code: "amount_unreadable", sentence: "the amount cannot be read: \(error)") }
    guard amount.currency == known.amount.currency else {
      return .refused(
        status: 409, code: "campaign_currency",
        sentence: "the campaign \(id) is kept in \(known.amount.currency), not in \(amount.currency); give it \(known.amount.currency)")
    }
    guard let sum = try? known.amount.adding(amount), sum.minor <= Limits.amountMax else {
      return .refused(status: 422, code: "amount", sentence: "the campaign \(id) would have more than can be counted; give it less")
    }
    if let refused = try Self.refusal(of: approvedBy, in: transaction) { return refused }
    let message = try telling.tell(
      .budgetChanged(
        BudgetChanged(kind: .opened, publisher: .marketing, campaignID: id, amount: amount, approvedBy: approvedBy ?? telling.by)),
      in: transaction)
    return try answer("funded", id, message, in: transaction)
  }

  private func close(_ name: String, _ telling: Telling, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    guard let id = try? Identifier<Campaign>(name), let known = try Campaigns.find(id, in: transaction) else {
      return .refused(status: 404, code: "no_campaign", sentence: Self.nobody(name))
    }
    guard known.isOpen else { return .done(status: 200, .object([.init("outcome", "exists"), .init("campaign", Self.line(known))])) }
    let unfinished = try Campaigns.unfinished(id, in: transaction)
    guard unfinished.isEmpty else {
      return .refused(
        status: 409, code: "campaign_in_use",
        sentence: "the campaign \(id) still carries \(unfinished.joined(separator: ", ")); end or cancel them first")
    }
    let message = try telling.tell(
      .budgetChanged(BudgetChanged(kind: .closed, publisher: .marketing, campaignID: id, amount: known.amount, approvedBy: telling.by)),
      in: transaction)
    return try answer("closed", id, message, in: transaction)
  }

  private func answer(
    _ outcome: String, _ id: Identifier<Campaign>, _ message: Identifier<Message>, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let known = try Campaigns.find(id, in: transaction) else { preconditionFailure("a campaign that was just told of is there") }
    return .done(
      status: outcome == "opened" ? 201 : 200,
      .object([
        .init("outcome", .string(outcome)), .init("message_id", .string(message.text)), .init("campaign", Self.line(known)),
      ]))
  }

  private static func nobody(_ name: String) -> String { "there is no campaign \(name); `accord campaign open` opens one" }

  private static func line(_ known: Campaigns.Known, said: [JSON]? = nil) -> JSON {
    var members: [JSON.Member] = [
      .init("campaign_id", .string(known.id.text)), .init("state", known.isOpen ? "open" : "closed"),
      .init("budget", ["amount_minor": .integer(known.amount.minor), "currency": .string(known.amount.currency.code)]),
    ]
    if let approver = known.approvedBy { members.append(.init("approved_by", .string(approver))) }
    members.append(.init("opened_at", .string(known.openedAt.description)))
    if let closed = known.closedAt { members.append(.init("closed_at", .string(closed.description))) }
    if let said { members.append(.init("ledger", .array(said))) }
    return .object(members)
  }
}
