import Contracts
import HTTP
import LedgerDomain

/// What is asked of the books, as it stands in a request.
enum BooksForm {
  typealias Unusable = BooksDoors.Unusable

  /// What a question's query may name; each is looked at closer below.
  static func query(_ names: String...) -> [String: RequestForm] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, .text(max: RequestForm.longIDBytesMax)) })
  }

  /// The account's path: `account`, or the credit of a `customer`.
  static func account(_ request: Request) throws -> String {
    if let id = request.query("customer") {
      guard let person = try? Identifier<Person>(id), let euro = Currency("EUR") else {
        throw Unusable("“\(id)” is no customer's id; an id has 1 to \(Limits.identifierBytesMax) visible ASCII characters")
      }
      return Account.credit(of: person, euro).path
    }
    guard let path = request.query("account") else {
      throw Unusable("the question names no account; add account=customer/ada/credit or another of the chart, or customer=ada")
    }
    guard let euro = Currency("EUR") else { preconditionFailure("ISO 4217 has the euro") }
    return try Account(path: path, euro).path
  }

  /// `as_of` is an instant, or a day of the books; `recorded_by` an instant.
  static func view(_ request: Request) throws -> AccountHistory.View {
    var view = AccountHistory.View()
    if let text = request.query("as_of") {
      if let day = CivilDate(text) { view.throughDay = day.daysSinceEpoch } else { view.asOf = try instant(text, "as_of") }
    }
    view.recordedBy = try request.query("recorded_by").map { try instant($0, "recorded_by") }
    return view
  }

  static func day(_ request: Request, _ name: String) throws -> Int? {
    guard let text = request.query(name) else { return nil }
    guard let day = CivilDate(text) else { throw Unusable("\(name)=\(text) is no day of the calendar; write it like 2026-05-31") }
    return day.daysSinceEpoch
  }

  static func number(_ request: Request, _ name: String) throws -> Int64? {
    guard let text = request.query(name) else { return nil }
    guard let number = Int64(text), number >= 0 else { throw Unusable("\(name)=\(text) is no number of this list; take it from “next”") }
    return number
  }

  static func limit(_ request: Request) throws -> Int {
    guard let text = request.query("limit") else { return BooksLimits.pageRows }
    guard let limit = Int(text), (1...BooksLimits.pageRowsMax).contains(limit) else {
      throw Unusable("limit=\(text) is no count of rows; a page has 1 to \(BooksLimits.pageRowsMax)")
    }
    return limit
  }

  /// The body of `POST /v1/ledger/funds/service`: `{"amount": {"amount_minor": 500000, "currency": "USD"}, "approved_by": "maya"}`.
  static func fund(_ body: [UInt8]) throws -> (Money, Identifier<Colleague>?) {
    let json = try JSON(parsing: body)
    guard let minor = json["amount"]?["amount_minor"]?.integer, let code = json["amount"]?["currency"]?.string else {
      throw Unusable("it has no amount; send {\"amount\": {\"amount_minor\": 500000, \"currency\": \"USD\"}}")
    }
    guard let currency = Currency(code) else { throw Unusable("\(code) is no currency of ISO 4217; write it like USD") }
    guard (1...Limits.amountMax).contains(minor) else {
      throw Unusable("\(minor) is no amount to open a fund with; it is 1 to \(Limits.amountMax) minor units")
    }
    return (Money(minor: minor, currency), try json["approved_by"]?.string.map { try Identifier($0) })
  }

  private static func instant(_ text: String, _ name: String) throws -> Timestamp {
    do { return try Timestamp(rfc3339: text) } catch { throw Unusable("\(name)=\(text) is neither a day nor an instant: \(error)") }
  }
}
