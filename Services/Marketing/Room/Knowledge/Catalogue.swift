import Contracts
import Store
import Terms

/// What there is to sell, as rows.
enum Catalogue {
  /// Takes in a list: what it says of a product replaces what was known of it.
  static func fold(_ listed: ProductsListed, in transaction: borrowing Transaction) throws {
    for item in listed.products {
      try transaction.run(
        """
        INSERT INTO product (sku, kind, categories, brand, list_minor, currency) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET kind = ?2, categories = ?3, brand = ?4, list_minor = ?5, currency = ?6
        """, .text(item.sku.text), .text(item.kind.rawValue), .text(JSON.array(item.categories.map { .string($0) }).text),
        .optional(item.brand), .optional(item.list?.minor), .optional(item.list?.currency.code))
    }
  }

  /// The whole catalogue for a check; nil where no product was ever listed.
  static func whole(in reading: borrowing some Reading & ~Copyable) throws -> OfferContext.Catalogue? {
    var catalogue = OfferContext.Catalogue(skus: [], categories: [], brands: [], plans: [])
    var isEmpty = true
    try reading.rows("SELECT sku, kind, categories, brand, list_minor, currency FROM product") { row in
      isEmpty = false
      let sku = try row.text(0)
      if try row.text(1) == "plan" { catalogue.plans.insert(sku) } else { catalogue.skus.insert(sku) }
      for category in try JSON(parsing: try row.text(2)).strings ?? [] { catalogue.categories.insert(category) }
      if let brand = try row.optionalText(3) { catalogue.brands.insert(brand) }
      if let minor = try row.optionalInteger(4), let currency = try row.optionalText(5).flatMap({ Currency($0) }) {
        catalogue.lists[sku] = Money(minor: minor, currency)
      }
    }
    return isEmpty ? nil : catalogue
  }
}

extension Catalogue {
  /// What is sold at a list price, by its name.
  static func items(in reading: borrowing some Reading & ~Copyable) throws -> [Parity.Item] {
    var items: [Parity.Item] = []
    try reading.rows(
      "SELECT sku, kind, categories, brand, list_minor, currency FROM product WHERE list_minor IS NOT NULL ORDER BY sku"
    ) { row in
      guard let minor = try row.optionalInteger(4), let currency = try row.optionalText(5).flatMap({ Currency($0) }) else { return }
      items.append(
        Parity.Item(
          sku: try row.text(0), list: Money(minor: minor, currency), categories: try JSON(parsing: try row.text(2)).strings ?? [],
          brand: try row.optionalText(3), isPlan: try row.text(1) == "plan"))
    }
    return items
  }
}
