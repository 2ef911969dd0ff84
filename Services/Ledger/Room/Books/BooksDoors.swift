import Contracts
import HTTP
import Host
import LedgerDomain
import Store

/// The doors of the books: balances, trial balance, statements, entries; customer service's fund and the close of a period.
struct BooksDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .get, "/v1/ledger/balance", "what stands on an account, now or as of another time",
        query: BooksForm.query("account", "customer", "currency", "as_of", "recorded_by")
      ) { request, _ in
        desk.question(request) { snapshot in try refusing { try balance(request, snapshot) } }
      },
      Route(.get, "/v1/ledger/trial", "the trial balance: every account, customers' credit as one", query: BooksForm.query("as_of")) {
        request, _ in
        desk.question(request) { snapshot in try refusing { try trial(request, snapshot) } }
      },
      Route(
        .get, "/v1/ledger/statement", "the entries of an account, newest first, by pages",
        query: BooksForm.query("account", "customer", "currency", "from", "to", "before", "limit")
      ) { request, _ in
        desk.question(request) { snapshot in try refusing { try statement(request, snapshot) } }
      },
      Route(.get, "/v1/ledger/entries", "entries with their legs in their order, by pages", query: BooksForm.query("after", "limit")) {
        request, _ in
        desk.question(request) { snapshot in try refusing { try entries(request, snapshot) } }
      },
      Route(.get, "/v1/ledger/entries/{number}", "one entry with its legs", path: ["number": .number(1...Int64.max)]) {
        request, parameters in
        desk.question(request) { snapshot in
          guard let number = Int64(parameters["number"]), let entry = try EntryRows.find(number, in: snapshot) else {
            return .problem(status: 404, code: "no_such_entry", detail: "there is no entry \(parameters["number"]); check its number")
          }
          return .json(BooksJSON.entry(entry, try EntryRows.legs(of: number, in: snapshot)))
        }
      },
      Route(
        .get, "/v1/campaigns/{id}/money",
        "what became of a campaign's money: given, advanced and owed, day by day beside what was expected"
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let id = try? Identifier<Campaign>(parameters["id"]) else {
            return .problem(status: 400, code: "campaign_id", detail: "“\(parameters["id"])” is no campaign's id; `accord campaign list`")
          }
          let found = try CampaignMoney.read(id, in: snapshot)
          guard !found.isEmpty else {
            return .problem(
              status: 404, code: "no_campaign",
              detail: "the ledger knows no money of a campaign \(id); `accord campaign list` shows which there are")
          }
          return .json(.object([.init("campaign_id", .string(id.text)), .init("currencies", .array(found.map(\.json)))]))
        }
      },
      Route(
        .post, "/v1/ledger/funds/service", "gives customer service's own fund money", members: ["amount": .object, "approved_by": .id]
      ) { request, _ in
        desk.command(request, for: .supervisor) { transaction, occasion in try fundService(request, occasion, &transaction) }
      },
      Route(.post, "/v1/ledger/periods", "closes the books through a day", members: ["through": .text]) { request, _ in
        desk.command(request) { transaction, occasion in try closePeriod(request, occasion, &transaction) }
      },
    ]
  }

  // MARK: Asking

  private func balance(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let path = try BooksForm.account(request)
    let view = try BooksForm.view(request)
    var balances: [JSON] = []
    for currency in try currencies(of: path, request, snapshot) {
      let account = try Account(path: path, currency)
      balances.append(BooksJSON.balance(account, try AccountHistory.balance(account, view, in: snapshot)))
    }
    let role = try Account(path: path, Self.anyCurrency).role
    return .json(
      .object([
        .init("account", .string(path)), .init("class", .string(role.accountClass)), .init("normal", .string(role.normal.rawValue)),
        .init("balances", .array(balances)),
      ]))
  }

  private func trial(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let trial = try TrialBalance.read(throughDay: try BooksForm.day(request, "as_of"), in: snapshot)
    return .json(trial.json)
  }

  private func statement(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let path = try BooksForm.account(request)
    let (limit, before) = (try BooksForm.limit(request), try BooksForm.number(request, "before"))
    let (from, through) = (try BooksForm.day(request, "from"), try BooksForm.day(request, "to"))
    let currencies = try currencies(of: path, request, snapshot)
    guard let currency = currencies.first else {
      return .json(.object([.init("account", .string(path)), .init("balances", .array([])), .init("lines", .array([]))]))
    }
    guard currencies.count == 1 else {
      let codes = currencies.map(\.code).joined(separator: ", ")
      throw Unusable("\(path) is kept in \(codes); add currency=\(currency) or another of them")
    }
    let account = try Account(path: path, currency)
    let page = try AccountHistory.lines(account, before: before, from: from, through: through, limit: limit, in: snapshot)
    var members: [JSON.Member] = [
      .init("account", .string(path)), .init("currency", .string(currency.code)),
      .init("balances", .array([BooksJSON.balance(account, try AccountHistory.balance(account, .init(), in: snapshot))])),
      .init("lines", .array(page.lines.map { BooksJSON.line($0) })),
    ]
    if let next = page.next { members.append(.init("next", .integer(next))) }
    return .json(.object(members))
  }

  private func entries(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let after = try BooksForm.number(request, "after") ?? 0
    let limit = try BooksForm.limit(request)
    var entries: [JSON] = []
    var number = after
    while entries.count < limit, let entry = try EntryRows.find(number + 1, in: snapshot) {
      number += 1
      entries.append(BooksJSON.entry(entry, try EntryRows.legs(of: number, in: snapshot)))
    }
    var members: [JSON.Member] = [.init("entries", .array(entries))]
    if entries.count == limit { members.append(.init("next", .integer(number))) }
    return .json(.object(members))
  }

  /// The currencies that are asked for, or those that the account is kept in.
  private func currencies(of path: String, _ request: Request, _ snapshot: borrowing Snapshot) throws -> [Currency] {
    if let code = request.query("currency") {
      guard let currency = Currency(code) else { throw Unusable("\(code) is no currency of ISO 4217; write it like USD") }
      return [currency]
    }
    return try snapshot.all("SELECT currency FROM account WHERE path = ?1 ORDER BY currency", .text(path)) { row in
      Currency(try row.text(0))
    }.compactMap(\.self)
  }

  /// Only to ask a path for its role.
  private static let anyCurrency: Currency = {
    guard let euro = Currency("EUR") else { preconditionFailure("ISO 4217 has the euro") }
    return euro
  }()

  // MARK: Doing

  private func fundService(
    _ request: Request, _ occasion: Occasion, _ transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    let (amount, approvedBy): (Money, Identifier<Colleague>?)
    do { (amount, approvedBy) = try BooksForm.fund(request.body) } catch {
      return .refused(status: 400, code: "fund_unreadable", sentence: "the fund cannot be opened: \(error)")
    }
    do { if let approvedBy { try ApproverRefusal.confirm(approvedBy, .supervisor, in: transaction) } } catch let refusal as ApproverRefusal
    {
      return .refused(status: 422, code: refusal.code, sentence: refusal.description)
    }
    return try booking { () throws in
      try Books.keep(in: &transaction) { books, transaction in
        let entry = try Funds.openService(amount, approvedBy: approvedBy, occasion, desk, books: &books, in: &transaction)
        let account = Account.serviceReserve(amount.currency)
        return .done(
          status: 201,
          .object([
            .init("entry", .integer(entry)), .init("account", .string(account.path)),
            .init("balance", BooksJSON.balance(account, try books.balance(account, in: transaction))),
          ]))
      }
    }
  }

  private func closePeriod(
    _ request: Request, _ occasion: Occasion, _ transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let text = (try? JSON(parsing: request.body))?["through"]?.string, let day = CivilDate(text) else {
      return .refused(
        status: 400, code: "day_unreadable", sentence: "the body names no day; send {\"through\": \"2026-05-31\"}, a day of the calendar")
    }
    return try booking { () throws in
      try Books.keep(in: &transaction) { books, transaction in
        let period = try Periods.close(through: day, occasion, desk, books: &books, in: &transaction)
        return .done(
          status: 201,
          .object([
            .init("through", .string(period.through.description)), .init("entry", .integer(period.sequence)),
            .init("head", .string(period.head)),
          ]))
      }
    }
  }

  private func booking(_ body: () throws -> DepartmentDesk.Outcome) throws -> DepartmentDesk.Outcome {
    do { return try body() } catch let refusal as LedgerRefusal {
      return .refused(status: 409, code: refusal.code, sentence: refusal.description)
    }
  }

  private func refusing(_ body: () throws -> Response) throws -> Response {
    do { return try body() } catch let unusable as Unusable {
      return .problem(status: 400, code: "question_unreadable", detail: unusable.sentence)
    } catch let refusal as BooksRefusal {
      return .problem(status: 404, code: refusal.code, detail: refusal.description)
    }
  }

  /// Why a question cannot be answered, for a person.
  struct Unusable: Error, CustomStringConvertible {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
    var description: String { sentence }
  }
}
