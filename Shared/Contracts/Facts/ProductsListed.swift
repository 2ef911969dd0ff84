/// `ledger.products.listed.v1`: goods and plans that are sold, some hundred a fact. Keyed by the batch.
package struct ProductsListed: TreeFact {
  package static let type = "ledger.products.listed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Goods and plans that are sold" }

  package struct Item: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case goods, plan }
    package var sku: Identifier<Product>
    package var kind: Kind
    package var categories: [String]
    package var brand: String?
    /// What one of it costs without any reduction; a plan's price is for one period.
    package var list: Money?

    package init(sku: Identifier<Product>, kind: Kind = .goods, categories: [String] = [], brand: String? = nil, list: Money? = nil) {
      self.sku = sku
      self.kind = kind
      self.categories = categories
      self.brand = brand
      self.list = list
    }

    static let shape = Shape<Item>.object { item throws(ContractFault) in
      Item(
        sku: try item.needs("sku", .id()), kind: try item.needs("kind", .choice()),
        categories: try item.list("categories", of: .text, max: Limits.lineCategoriesMax), brand: try item.may("brand", .text),
        list: try item.may("list", .money))
    }

    func write(into writer: inout JSONWriter) {
      writer.beginObject()
      writer.member("sku", sku)
      writer.member("kind", kind.rawValue)
      writer.member("categories", categories)
      writer.member("brand", ifPresent: brand)
      writer.member("list", ifPresent: list)
      writer.endObject()
    }
  }

  package var batchID: Identifier<Listing>
  package var products: [Item]

  package init(batchID: Identifier<Listing>, products: [Item]) {
    self.batchID = batchID
    self.products = products
  }

  package var type: String { Self.type }
  package var key: String { batchID.text }
  package var event: DomainEvent { .productsListed(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      batchID: try members.needs("batch_id", .id()),
      products: try members.needs("products", .list(of: Item.shape, min: 1, max: Limits.productsMax)))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("batch_id", batchID)
    writer.member("products", products) { $0.write(into: &$1) }
    writer.endObject()
  }
}
