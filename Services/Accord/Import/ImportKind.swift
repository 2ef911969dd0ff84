import Contracts
import Feed

extension ImportRows {
  /// What a file of rows holds: the meanings that its columns can have, and the row that is made of them.
  enum Kind: String {
    case products, customers, consents, subscriptions, lists, segments, agents, roster

    /// The meaning of the column that names the group; nil where the rows are about none.
    var groupRole: String? {
      switch self {
      case .lists: "list"
      case .segments: "segment"
      case .products, .customers, .consents, .subscriptions, .agents, .roster: nil
      }
    }

    /// Whose door the rows go to.
    var program: String { self == .roster ? "service" : "ledger" }

    var roles: [FeedColumns.Role] {
      switch self {
      case .products: [.init("sku", required: true), .init("kind"), .init("category", takesSeveral: true), .init("brand"), .init("list")]
      case .customers:
        [
          .init("customer", required: true), .init("kind"), .init("locale"), .init("name"), .init("address"), .init("email"),
          .init("email_state"), .init("phone"), .init("phone_state"),
        ]
      case .consents:
        [
          .init("customer", required: true), .init("channel", required: true), .init("given", required: true), .init("purpose"),
          .init("at"), .init("proof"), .init("source"),
        ]
      case .subscriptions:
        [
          .init("subscription", required: true), .init("customer"), .init("change", required: true), .init("from_plan"), .init("plan"),
          .init("from", required: true), .init("to"), .init("channel"), .init("at"),
        ]
      case .lists, .segments:
        [.init("customer", required: true), .init(groupRole ?? "", required: true), .init("from"), .init("until")]
      case .agents:
        [
          .init("colleague", required: true), .init("roles", takesSeveral: true), .init("department"),
          .init("locales", takesSeveral: true), .init("person"), .init("household", takesSeveral: true), .init("active"),
        ]
      case .roster:
        [
          .init("agent", required: true), .init("from", required: true), .init("to", required: true), .init("shift"), .init("site"),
          .init("employer"), .init("channels", takesSeveral: true), .init("locales", takesSeveral: true),
        ]
      }
    }

    /// The members of the row, without its line.
    func row(_ values: inout RowValues) throws(FieldFault) -> [JSON.Member] {
      var row: [JSON.Member] = []
      switch self {
      case .products:
        row.append(.init("sku", .string(try values.needed("sku"))))
        row.append(contentsOf: values.member("kind"))
        row.append(.init("categories", .array(values.texts("category").map { .string($0) })))
        row.append(contentsOf: values.member("brand"))
        if let list = try values.amount("list") { row.append(.init("list", .integer(list))) }
      case .customers:
        row.append(.init("person_id", .string(try values.needed("customer"))))
        for name in ["kind", "locale", "name", "address"] { row.append(contentsOf: values.member(name)) }
        var contacts: [JSON] = []
        for channel in ["email", "phone"] where values.has(channel) || values.has("\(channel)_state") {
          contacts.append(
            .object(
              [.init("channel", .string(channel))] + values.member(channel, as: "address") + values.member("\(channel)_state", as: "state"))
          )
        }
        if !contacts.isEmpty { row.append(.init("contacts", .array(contacts))) }
      case .consents:
        row.append(.init("person_id", .string(try values.needed("customer"))))
        row.append(contentsOf: values.member("purpose") + values.member("channel"))
        row.append(.init("given", .bool(try values.flag("given"))))
        if let at = try values.time("at") { row.append(.init("at", .string(at.description))) }
        row.append(contentsOf: values.member("proof") + values.member("source"))
      case .subscriptions:
        row.append(.init("subscription_id", .string(try values.needed("subscription"))))
        row.append(contentsOf: values.member("customer", as: "person_id"))
        row.append(.init("change", .string(try values.needed("change"))))
        row.append(contentsOf: values.member("from_plan") + values.member("plan", as: "to_plan") + values.member("channel"))
        for (role, name) in [("from", "from"), ("to", "to"), ("at", "changed_at")] {
          if let time = try values.time(role) { row.append(.init(name, .string(time.description))) }
        }
      case .lists, .segments:
        row.append(.init("group_id", .string(try values.needed(groupRole ?? ""))))
        row.append(.init("person_id", .string(try values.needed("customer"))))
        for role in ["from", "until"] {
          if let time = try values.time(role) { row.append(.init(role, .string(time.description))) }
        }
      case .agents:
        row.append(.init("colleague_id", .string(try values.needed("colleague"))))
        for role in ["roles", "locales", "household"] where values.has(role) {
          row.append(.init(role, .array(values.words(role).map { .string($0) })))
        }
        row.append(contentsOf: values.member("department") + values.member("person", as: "person_id"))
        if values.text("active") != nil { row.append(.init("active", .bool(try values.flag("active")))) }
      case .roster:
        row.append(.init("agent_id", .string(try values.needed("agent"))))
        row.append(contentsOf: values.member("shift", as: "shift_id") + values.member("site") + values.member("employer"))
        for role in ["from", "to"] {
          guard let time = try values.time(role) else { throw FieldFault(role, "it is empty") }
          row.append(.init(role, .string(time.description)))
        }
        for role in ["channels", "locales"] where values.has(role) {
          row.append(.init(role, .array(values.words(role).map { .string($0) })))
        }
      }
      return row
    }
  }
}

/// The mapped columns of one row as texts, read by what they mean.
struct RowValues {
  let columns: FeedColumns
  private var reader: FeedTime
  private let currency: Currency?
  private let amounts: FeedNumber.Amounts
  /// What is the same for every row, by its meaning: no column says it.
  private let constants: [String: String]
  private var fields: [[UInt8]] = []
  private(set) var line: Int64 = 0
  private(set) var usedZone = false

  init(
    columns: FeedColumns, time: FeedTime, currency: Currency?, amounts: FeedNumber.Amounts, constants: [String: String] = [:]
  ) {
    self.constants = constants
    self.columns = columns
    reader = time
    self.currency = currency
    self.amounts = amounts
  }

  mutating func take(_ line: Int64, _ fields: [[UInt8]]) {
    self.line = line
    self.fields = fields
  }

  func has(_ role: String) -> Bool { columns.place(of: role) != nil }

  /// What is said for all rows, or the text of a role's column; nil where it is not mapped or empty.
  func text(_ role: String) -> String? {
    if let constant = constants[role] { return constant }
    guard let place = columns.place(of: role), !fields[place].isEmpty else { return nil }
    return String(decoding: fields[place], as: UTF8.self)
  }

  /// The texts of all columns of a role that are not empty.
  func texts(_ role: String) -> [String] {
    columns.columns.indices.filter { columns.columns[$0].role == role && !fields[$0].isEmpty }.map {
      String(decoding: fields[$0], as: UTF8.self)
    }
  }

  /// The words in all columns of a role: a cell may hold several, apart from each other by blanks, semicolons or bars.
  func words(_ role: String) -> [String] {
    texts(role).flatMap { $0.split { " ;|".contains($0) }.map(String.init) }
  }

  func needed(_ role: String) throws(FieldFault) -> String {
    guard let text = text(role) else { throw FieldFault(role, "it is empty") }
    return text
  }

  func member(_ role: String, as name: String? = nil) -> [JSON.Member] { text(role).map { [.init(name ?? role, .string($0))] } ?? [] }

  func flag(_ role: String) throws(FieldFault) -> Bool {
    switch try needed(role).lowercased() {
    case "true", "yes", "y", "1", "given", "granted", "subscribed", "opt_in", "opt-in": return true
    case "false", "no", "n", "0", "withdrawn", "declined", "unsubscribed", "opt_out", "opt-out": return false
    case let word: throw FieldFault(role, "“\(word)” is neither yes nor no")
    }
  }

  func integer(_ role: String) throws(FieldFault) -> Int64? {
    guard let place = columns.place(of: role), !fields[place].isEmpty else { return nil }
    let outcome = fields[place].withUnsafeBytes { text -> Result<Int64, FieldFault> in
      do throws(FieldFault) { return .success(try FeedNumber.quantity(text, field: role)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  func amount(_ role: String) throws(FieldFault) -> Int64? {
    guard let place = columns.place(of: role), !fields[place].isEmpty else { return nil }
    guard let currency else { throw FieldFault(role, "an amount needs its currency; add --currency") }
    let outcome = fields[place].withUnsafeBytes { text -> Result<Int64, FieldFault> in
      do throws(FieldFault) { return .success(try FeedNumber.amount(text, amounts, currency, field: role)) } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  mutating func time(_ role: String) throws(FieldFault) -> Timestamp? {
    guard let place = columns.place(of: role), !fields[place].isEmpty else { return nil }
    var reader = self.reader
    let outcome = fields[place].withUnsafeBytes { text -> Result<FeedTime.Moment, FieldFault> in
      do throws(FieldFault) { return .success(try reader.read(text, field: role)) } catch { return .failure(error) }
    }
    self.reader = reader
    let moment = try outcome.get()
    if moment.usedZone { usedZone = true }
    return moment.instant
  }
}
