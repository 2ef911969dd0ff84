import Contracts
import Host
import Shop

/// The built-in shop as files beside the data of a story, such as a shop would have them: to be imported, checked, looked at, changed.
struct DemoPapers {
  /// DIR/papers.
  let folder: String

  /// Writes them all; without emails nobody has one, and nobody agreed to be written to.
  init(_ data: String, withoutEmails: Bool) throws(Complaint) {
    folder = "\(data)/papers"
    let customers = withoutEmails ? Shop.customersWithoutEmail : Shop.customers
    do {
      try Files.makeFolder(folder)
      for offer in Shop.offers { try write(offer.text + "\n", to: "\(offer.id).json") }
      for (place, sale) in Shop.orders.enumerated() { try write(Self.fed(sale, place).text + "\n", to: "\(sale.id).json") }
      for (audience, people) in Shop.audiences { try write(people.joined(separator: "\n") + "\n", to: "\(audience).txt") }
      try write(Self.table(Self.products), to: "products.csv")
      try write(Self.table(Self.people(customers)), to: "customers.csv")
      try write(Self.table(Self.consents(customers)), to: "consents.csv")
      try write(Self.table(Self.plans { $0.changedAt < Shop.begins }), to: "plans.csv")
      try write(Self.table(Self.plans { $0.changedAt > Shop.begins }), to: "upgrade.csv")
    } catch { throw Complaint(host: error) }
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func write(_ text: String, to name: String) throws(FileFault) { try Files.write(Array(text.utf8), to: path(name)) }

  /// An order as it comes from the feed of the built-in shop: the ledger's policies know that feed as `demo`.
  private static func fed(_ sale: Shop.Sale, _ place: Int) -> JSON {
    .object((sale.json.object ?? []) + [.init("import", ["file": "demo", "line": .integer(Int64(place + 1))])])
  }

  // MARK: Tables

  private static var products: [[String]] {
    [["sku", "kind", "category", "second_category", "brand", "list"]]
      + Shop.products.map { product in
        let second = product.categories.count > 1 ? product.categories[1] : ""
        return [product.sku, product.kind.rawValue, product.categories[0], second, product.brand ?? "", String(product.list)]
      }
  }

  private static func people(_ customers: [Shop.Customer]) -> [[String]] {
    [["id", "kind", "name", "address", "phone", "phone_state", "locale", "email", "email_state"]]
      + customers.map { customer in
        [
          customer.id, customer.isHousehold ? "household" : "person", customer.name,
          [customer.street, customer.town].compactMap(\.self).joined(separator: ", "), customer.phone ?? "",
          customer.phone == nil ? "never_asked" : "unverified", customer.locale, customer.email.address ?? "", customer.email.state,
        ]
      }
  }

  private static func consents(_ customers: [Shop.Customer]) -> [[String]] {
    [["id", "purpose", "channel", "given", "at", "source"]]
      + customers.compactMap { customer in customer.agreedAt.map { [customer.id, "marketing", "email", "yes", $0, "web"] } }
  }

  private static func plans(_ isWanted: (Shop.PlanChange) -> Bool) -> [[String]] {
    [["subscription", "customer", "change", "from_plan", "plan", "from", "to", "channel", "at"]]
      + Shop.planChanges.filter(isWanted).map { change in
        [
          change.subscription, change.customer, change.change, change.fromPlan ?? "", change.toPlan, change.from, change.to, change.channel,
          change.changedAt,
        ]
      }
  }

  /// RFC 4180: what holds a comma stands in quotation marks.
  private static func table(_ rows: [[String]]) -> String {
    rows.map { row in row.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") + "\n" }.joined()
  }
}
