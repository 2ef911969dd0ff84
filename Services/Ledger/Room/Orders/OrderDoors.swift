import Contracts
import HTTP
import Host
import LedgerDomain
import Store

/// The doors through which an order changes after its capture, and those at which a refund is resolved.
struct OrderDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      change("ship", "goods of an order leave the house; without lines all of them", ["lines": .list, "shipped_at": .text]) {
        form, order, changes, books, transaction in
        try changes.ship(order, form.lines(), at: form.instant("shipped_at"), books: &books, in: &transaction)
      },
      change(
        "return", "goods come back on the order's number alone; without lines all of them",
        ["lines": .list, "shipping": .object, "receipt_only": .flag, "reason": .sentence, "returned_at": .text]
      ) {
        form, order, changes, books, transaction in
        try changes.takeBack(
          order, form.lines(), shipping: form.money("shipping"), receiptOnly: form.flag("receipt_only") ?? false,
          reason: form.text("reason"), at: form.instant("returned_at"), books: &books, in: &transaction)
      },
      change(
        "cancel", "an order, or lines of it, is not wanted any more before it was sent",
        ["lines": .list, "reason": .sentence, "cancelled_at": .text]
      ) { form, order, changes, books, transaction in
        try changes.cancel(
          order, form.lines(), reason: form.text("reason"), at: form.instant("cancelled_at"), books: &books, in: &transaction)
      },
      change("amend", "lines are added to an order", nil) { form, order, changes, books, transaction in
        try changes.amend(form.amended(order), books: &books, in: &transaction)
      },
      refund("confirm", "a tender took the money, or somebody claimed it with the receipt", ["reference": .text]) {
        form, id, refunds, books, transaction in
        try refunds.confirm(id, reference: form.text("reference"), books: &books, in: &transaction)
      },
      refund("refuse", "a tender does not take the money: it goes the next way", ["cause": .text, "reference": .text]) {
        form, id, refunds, books, transaction in
        try refunds.refuse(
          id, cause: form.text("cause"), reference: form.text("reference"), books: &books, in: &transaction)
      },
      plan,
    ]
  }

  // MARK: Plans

  /// `POST /v1/subscriptions/{id}/changes`: the body as the contract has it; `changed_at` is now where it is left out.
  private var plan: Route {
    Route(.post, "/v1/subscriptions/{id}/changes", "a subscription began, changed, went on or ended") { request, parameters in
      desk.command(request, for: .agent, .lead, .supervisor) { transaction, occasion in
        try answering {
          let fact = try ChangeForm(request.body, at: occasion.now).subscription(parameters["id"])
          let judge = try Judge(desk, occasion, in: transaction)
          let message = try Books.keep(in: &transaction) { books, transaction in
            try Plans.change(fact, judge, books: &books, in: &transaction)
          }
          return .done(
            status: 200,
            .object([.init("subscription_id", .string(fact.subscriptionID.text)), .init("message_id", .string(message.text))]))
        }
      }
    }
  }

  // MARK: Orders

  private typealias Change =
    @Sendable (
      ChangeForm, Identifier<Order>, OrderChanges, inout Books, inout Transaction
    ) throws -> OrderChanges.Done

  /// `members` is nil where the body is the contract's own, which may say more than anybody reads.
  private func change(_ word: String, _ doc: String, _ members: BodyForm?, _ body: @escaping Change) -> Route {
    Route(.post, "/v1/orders/{id}/\(word)", doc, bodyBytesMax: API.orderBytesMax, members: members) { request, parameters in
      desk.command(request, for: .agent, .lead, .supervisor) { transaction, occasion in
        try answering {
          let form = try ChangeForm(request.body, at: occasion.now)
          guard let order = try? Identifier<Order>(parameters["id"]) else { throw OrderRefusal.noOrder(parameters["id"]) }
          let judge = try Judge(desk, occasion, in: transaction)
          let done = try Books.keep(in: &transaction) { books, transaction in
            try body(form, order, OrderChanges(judge: judge), &books, &transaction)
          }
          return .done(status: 200, try answer(done, order, in: transaction))
        }
      }
    }
  }

  private func answer(_ done: OrderChanges.Done, _ order: Identifier<Order>, in reading: borrowing Transaction) throws -> JSON {
    var members: [JSON.Member] = [
      .init("order_id", .string(order.text)), .init("message_id", .string(done.message.text)),
    ]
    if let taken = done.taken, let currency = try OrderFile.find(order, in: reading)?.order.currency {
      let whole = taken.refund.reduce(0) { $0 + $1.amount.minor }
      // The slip shows one number: what is paid out.
      members.append(.init("paid_out", RemedyText.money(Money(minor: whole, currency))))
      members.append(.init("price", RemedyText.money(Money(minor: taken.price, currency))))
      members.append(.init("clawed_back", RemedyText.money(Money(minor: taken.clawedBack, currency))))
      members.append(.init("refund", .array(taken.refund.map(RemedyText.tender))))
    }
    let remedies = try OrderFile.find(order, in: reading)?.standing.remedies ?? []
    members.append(.init("remedies", .array(remedies.map { RemedyText.json($0) })))
    return .object(members)
  }

  // MARK: Refunds

  private typealias Resolve = @Sendable (ChangeForm, RemedyID, Refunds, inout Books, inout Transaction) throws -> Refunds.Done

  private func refund(_ word: String, _ doc: String, _ members: BodyForm, _ body: @escaping Resolve) -> Route {
    Route(.post, "/v1/refunds/{remedy}/\(word)", doc, path: ["remedy": .longID], members: members) { request, parameters in
      desk.command(request, for: .lead, .supervisor) { transaction, occasion in
        try answering {
          let form = try ChangeForm(request.body, at: occasion.now)
          guard let id = RemedyID(parameters["remedy"]) else { throw OrderRefusal.noRemedy(parameters["remedy"]) }
          let judge = try Judge(desk, occasion, in: transaction)
          let done = try Books.keep(in: &transaction) { books, transaction in
            try body(form, id, Refunds(judge: judge), &books, &transaction)
          }
          return .done(
            status: 200,
            .object([
              .init("remedy_id", .string(id.description)), .init("remedies", .array(done.remedies.map { RemedyText.json($0) })),
            ]))
        }
      }
    }
  }

  /// Refusals become answers with their code and sentence.
  private func answering(_ body: () throws -> DepartmentDesk.Outcome) throws -> DepartmentDesk.Outcome {
    do { return try body() } catch let refusal as OrderRefusal {
      return .refused(status: refusal.status, code: refusal.code, sentence: refusal.description)
    } catch let refusal as LedgerRefusal {
      return .refused(status: 409, code: refusal.code, sentence: refusal.description)
    }
  }
}
