import Contracts
import Store
import Terms

/// What is sold, as the ledger lists it.
enum Catalogue {
  /// The latest listing counts: an older one that comes later changes nothing.
  static func list(_ products: [ProductsListed.Item], at position: UInt64, in transaction: borrowing Transaction) throws {
    for product in products {
      let categories = JSON.array(product.categories.map { .string($0) })
      try transaction.run(
        """
        INSERT INTO product (sku, kind, categories, brand, list_minor, currency, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (sku) DO UPDATE SET kind = excluded.kind, categories = excluded.categories, brand = excluded.brand,
          list_minor = excluded.list_minor, currency = excluded.currency, position = excluded.position
          WHERE excluded.position > position
        """, .text(product.sku.text), .text(product.kind.rawValue), .blob(categories.bytes), .optional(product.brand),
        .optional(product.list?.minor), .optional(product.list?.currency.code), .unsigned(position))
    }
  }

  /// What is sold at a list price, by its name.
  static func items(in reading: borrowing some Reading & ~Copyable) throws -> [Parity.Item] {
    try reading.all(
      "SELECT sku, kind, categories, brand, list_minor, currency FROM product WHERE list_minor IS NOT NULL ORDER BY sku"
    ) { row -> Parity.Item? in
      guard let currency = try row.optionalText(5).flatMap({ Currency($0) }) else { return nil }
      return Parity.Item(
        sku: try row.text(0), list: Money(minor: try row.integer(4), currency),
        categories: (try? JSON(parsing: row.blob(2)))?.strings ?? [], brand: try row.optionalText(3),
        isPlan: try row.text(1) == ProductsListed.Item.Kind.plan.rawValue)
    }.compactMap(\.self)
  }

  static func find(_ sku: Identifier<Product>, in reading: borrowing some Reading & ~Copyable) throws -> ProductsListed.Item? {
    try reading.first("SELECT kind, categories, brand, list_minor, currency FROM product WHERE sku = ?1", .text(sku.text)) { row in
      var list: Money?
      if let minor = try row.optionalInteger(3), let currency = try row.optionalText(4).flatMap({ Currency($0) }) {
        list = Money(minor: minor, currency)
      }
      return ProductsListed.Item(
        sku: sku, kind: ProductsListed.Item.Kind(rawValue: try row.text(0)) ?? .goods,
        categories: (try? JSON(parsing: row.blob(1)))?.strings ?? [], brand: try row.optionalText(2), list: list)
    }
  }
}
