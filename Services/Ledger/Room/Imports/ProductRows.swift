import Contracts
import Feed
import Store
import protocol Store.Reading

/// Products as rows of an import: `sku`, `kind`, `categories`, `brand`, `list` in minor units of the head's currency.
enum ProductRows: ImportedRows {
  static let name = "products"
  static let idField = "sku"
  static let itemsPerFact = Limits.productsMax

  static func judge(
    _ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable
  ) throws -> ImportedRow<ProductsListed.Item> {
    let sku: Identifier<Product> = try row.identifier("sku")
    var item = ProductsListed.Item(sku: sku, kind: try row.word("kind", ProductsListed.Item.Kind.self) ?? .goods)
    for category in row.list("categories") {
      guard let text = category.string, !text.isEmpty, !item.categories.contains(text) else { continue }
      guard text.utf8.count <= Limits.textBytesMax else { throw FieldFault("category", "it is longer than \(Limits.textBytesMax) bytes") }
      item.categories.append(text)
    }
    guard item.categories.count <= Limits.lineCategoriesMax else {
      throw FieldFault("category", "there are \(item.categories.count), and \(Limits.lineCategoriesMax) are taken")
    }
    if let brand = row.text("brand"), !brand.isEmpty {
      guard brand.utf8.count <= Limits.textBytesMax else { throw FieldFault("brand", "it is longer than \(Limits.textBytesMax) bytes") }
      item.brand = brand
    }
    if let list = row.integer("list") {
      guard let currency = batch.currency.flatMap({ Currency($0) }) else {
        throw FieldFault("list", "a price needs its currency; add --currency")
      }
      guard (0...Limits.amountMax).contains(list) else { throw FieldFault("list", "\(list) is not within 0 to \(Limits.amountMax)") }
      item.list = Money(minor: list, currency)
    }
    let known = try Products.find(sku, in: reading)
    if known == item { return ImportedRow(outcome: .matched) }
    return ImportedRow(outcome: known == nil ? .created : .changed, item: item)
  }

  static func fact(of items: [ProductsListed.Item], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp) {
    // A sku that stands twice: what came last counts, as it would in two facts.
    (.productsListed(ProductsListed(batchID: Identifier(restoring: key), products: items)), now)
  }
}
