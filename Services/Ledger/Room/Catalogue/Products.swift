import Contracts
import Store

/// The catalogue as rows: what is sold, under which categories and brand, at which list price.
enum Products {
  /// What an order's line takes over from the catalogue.
  struct Description: Sendable, Equatable {
    var categories: [String] = []
    var brand: String?
  }

  /// The fold of `ledger.products.listed`: the last listing of a sku counts.
  static func fold(_ listed: ProductsListed, message: Identifier<Message>, in transaction: borrowing Transaction) throws {
    for item in listed.products {
      try transaction.run(
        """
        INSERT INTO product (sku, kind, categories, brand, list_minor, list_currency, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (sku) DO UPDATE SET kind = ?2, categories = ?3, brand = ?4, list_minor = ?5, list_currency = ?6, message_id = ?7
        """, .text(item.sku.text), .text(item.kind.rawValue), .text(text(item.categories)), .optional(item.brand),
        .optional(item.list?.minor), .optional(item.list?.currency.code), .text(message.text))
    }
  }

  /// What is listed under `sku`; nil where nothing is.
  static func find(_ sku: Identifier<Product>, in reading: borrowing some Reading & ~Copyable) throws -> ProductsListed.Item? {
    try reading.first("SELECT kind, categories, brand, list_minor, list_currency FROM product WHERE sku = ?1", .text(sku.text)) { row in
      var list: Money?
      if let minor = try row.optionalInteger(3), let currency = Currency(try row.text(4)) { list = Money(minor: minor, currency) }
      return ProductsListed.Item(
        sku: sku, kind: .init(rawValue: try row.text(0)) ?? .goods, categories: try categories(row.text(1)), brand: try row.optionalText(2),
        list: list)
    }
  }

  /// What lines of `sku` are described with; nothing where it is not listed.
  static func description(of sku: Identifier<Product>, in reading: borrowing some Reading & ~Copyable) throws -> Description {
    try reading.first("SELECT categories, brand FROM product WHERE sku = ?1", .text(sku.text)) { row in
      Description(categories: try categories(row.text(0)), brand: try row.optionalText(1))
    } ?? Description()
  }

  static var isEmptyQuestion: StaticString { "SELECT count(*) FROM (SELECT 1 FROM product LIMIT 1)" }

  private static func text(_ categories: [String]) -> String {
    String(decoding: JSON.array(categories.map { .string($0) }).bytes, as: UTF8.self)
  }

  private static func categories(_ text: String) throws -> [String] {
    try JSON(parsing: Array(text.utf8)).array?.compactMap(\.string) ?? []
  }
}
