import Contracts
import Host
import Shop

/// The built-in shop as files beside the data of a story, such as a shop would have them: to be imported, checked, looked at, changed.
struct DemoPapers {
  /// DIR/papers.
  let folder: String

  /// Writes them all.
  init(_ data: String) throws(Complaint) {
    folder = "\(data)/papers"
    do {
      try Files.makeFolder(folder)
      for offer in Shop.offers { try write(offer.text + "\n", to: "\(offer.id).json") }
      for sale in Shop.orders { try write(sale.json.text + "\n", to: "\(sale.id).json") }
      for (audience, people) in Shop.audiences { try write(people.joined(separator: "\n") + "\n", to: "\(audience).txt") }
      try write(Self.products, to: "products.csv")
    } catch { throw Complaint(host: error) }
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func write(_ text: String, to name: String) throws(FileFault) { try Files.write(Array(text.utf8), to: path(name)) }

  /// One row a product; categories are separated by bars.
  private static var products: String {
    let rows = Shop.products.map { product in
      "\(product.sku),\(product.kind.rawValue),\(product.categories.joined(separator: "|")),\(product.brand ?? ""),\(product.list)"
    }
    return (["sku,kind,category,brand,list"] + rows).joined(separator: "\n") + "\n"
  }
}
