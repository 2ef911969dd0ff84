package import Contracts

extension Shop {
  /// Something to buy: goods, or a plan that renews each month.
  package struct Product: Sendable, Equatable {
    package enum Kind: String, Sendable { case goods, plan }
    package let sku: String
    package let kind: Kind
    package let title: String
    package let categories: [String]
    package let brand: String?
    /// The list price of one, in cents of the shop's currency.
    package let list: Int64

    /// The product as a door takes it in.
    package var json: JSON {
      var members: [JSON.Member] = [
        .init("sku", .string(sku)), .init("kind", .string(kind.rawValue)), .init("title", .string(title)),
        .init("categories", .array(categories.map(JSON.string))),
      ]
      if let brand { members.append(.init("brand", .string(brand))) }
      members.append(.init("list", Shop.money(list)))
      return .object(members)
    }
  }

  /// A way to bring an order to somebody.
  package struct ShippingMethod: Sendable, Equatable {
    package let id: String
    package let title: String
    /// What it usually costs, in cents of the shop's currency.
    package let price: Int64
  }

  /// What stands on the shelves, then the two plans.
  package static let products: [Product] = [
    goods("KETTLE-17", "Kettle, 1.7 litres", ["KITCHEN"], "Norhaven", 39_00),
    goods("TOASTER-2", "Toaster for two slices", ["KITCHEN"], "Norhaven", 45_00),
    goods("POT-CAST-4", "Cast-iron pot, 4 litres", ["KITCHEN"], "Grisom", 89_00),
    goods("KNIFE-CHEF", "Chef's knife", ["KITCHEN", "CLEARANCE"], "Grisom", 64_50),
    goods("MUGS-6", "Six mugs", ["KITCHEN", "GIFTS"], "Plain & Son", 24_00),
    goods("TEA-ASSAM", "Assam tea, 250 g", ["TEA"], "Larkspur", 5_50),
    goods("TEA-MINT", "Mint tea, 100 g", ["TEA"], "Larkspur", 3_33),
    goods("TEA-BOX", "Box of twelve teas", ["TEA", "GIFTS"], "Larkspur", 28_80),
    goods("BOOK-BREAD", "Bread, a book", ["BOOKS"], nil, 22_95),
    goods("LAMP-READ", "Reading lamp", ["HOME"], "Halden", 59_90),
    goods("BLANKET", "Wool blanket", ["HOME", "GIFTS"], "Halden", 75_00),
    goods("CHAIR-OAK", "Oak armchair", ["FURNITURE", "OVERSIZE"], "Halden", 249_00),
    goods("TABLE-TEAK", "Garden table", ["GARDEN", "OVERSIZE"], "Halden", 310_00),
    goods("SEEDS-TOM", "Tomato seeds", ["GARDEN"], nil, 2_50),
    goods("HOSE-20", "Garden hose, 20 metres", ["GARDEN"], "Grisom", 33_30),
    goods("RUG-JUTE", "Jute rug, from another seller", ["HOME"], "Loomhouse", 120_00),
    goods("GIFTCARD-50", "Gift card over 50.00", ["GIFTCARDS"], nil, 50_00),
    Product(sku: "basic-monthly", kind: .plan, title: "Basic, by the month", categories: ["PLANS"], brand: nil, list: 9_00),
    Product(sku: "pro-monthly", kind: .plan, title: "Pro, by the month", categories: ["PLANS"], brand: nil, list: 30_00),
  ]

  /// How orders travel. What is in the category OVERSIZE goes by freight alone.
  package static let shippingMethods: [ShippingMethod] = [
    ShippingMethod(id: "standard", title: "Standard, three to five days", price: 9_95),
    ShippingMethod(id: "express", title: "Express, the next day", price: 18_50),
    ShippingMethod(id: "freight", title: "Freight, for what is oversize", price: 49_00),
    ShippingMethod(id: "pickup", title: "Picked up in the store", price: 0),
  ]

  /// The product called `sku`; nil where there is none.
  package static func product(_ sku: String) -> Product? { products.first { $0.sku == sku } }

  static func money(_ minor: Int64, _ currency: String = Shop.currency) -> JSON {
    .object([.init("amount_minor", .integer(minor)), .init("currency", .string(currency))])
  }

  private static func goods(_ sku: String, _ title: String, _ categories: [String], _ brand: String?, _ list: Int64) -> Product {
    Product(sku: sku, kind: .goods, title: title, categories: categories, brand: brand, list: list)
  }
}
