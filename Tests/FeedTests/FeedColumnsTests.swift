import Feed
import Host
import Testing

/// `--map`: which column means what, and what is said where it cannot be.
struct FeedColumnsTests {
  private static let roles: [FeedColumns.Role] = [
    .init("order", required: true), .init("sku"), .init("amount", required: true), .init("category", takesSeveral: true),
  ]
  private static func near(_ text: String, _ names: [String]) -> String? { Nearest.of(text, among: names) }

  private func columns(_ map: String, _ header: [String]) throws(FeedFault) -> FeedColumns {
    try FeedColumns(
      FeedColumns.pairs(map, roles: Self.roles, near: Self.near), header: header, separator: .comma, near: Self.near)
  }

  @Test func `columns are found by name, several for what takes several`() throws {
    let found = try columns(
      "order=basket_id,category=dep+type,amount= value".replacing(" value", with: "value"), ["value ", "dep", "basket_id", "type"])
    #expect(found.columns.map(\.index) == [2, 1, 3, 0] && found.count == 4)
    #expect(found.place(of: "category") == 1 && found.place(of: "sku") == nil)
  }

  @Test(arguments: [
    ("order=baskt_id,amount=value", ["basket_id", "value"], "there is no column “baskt_id” for order; did you mean “basket_id”?"),
    ("order=zzzzz,amount=value", ["basket_id", "value"], "the file has: basket_id, value"),
    ("order=a", ["a"], "--map does not say which column is amount; add amount=COLUMN"),
    ("order=a,amount=b,ammount=c", ["a", "b"], "ammount means nothing here; did you mean amount=?"),
    ("order=a,amount=b,order=c", ["a", "b", "c"], "order stands there twice"),
    ("order=a,amount", ["a"], "write MEANING=COLUMN"),
    ("order=a,amount=b", ["a", "b", "a"], "the header has the column “a” twice"),
    ("order=a,amount=b", ["a;b"], "it looks as if --separator semicolon were right"),
    ("order=a,amount=b", ["a\u{1B}[2J;b"], "the header holds characters that no text has"),
    ("order=a,amount=b", ["a", "\u{7F}"], "the header holds characters that no text has"),
    ("order=a+b,amount=b", ["a", "b"], "there is no column “a+b” for order"),
  ])
  func `a map that does not fit is refused with what would`(map: String, header: [String], words: String) {
    let error = #expect(throws: FeedFault.self) { try columns(map, header) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
