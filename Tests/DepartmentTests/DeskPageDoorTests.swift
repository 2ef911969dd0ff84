import Contracts
import HTTP
import Host
import TestKit
import Testing

/// A desk with more offers than one page holds: what bears on the customer stands on the first page, and the pages together are the whole.
struct DeskPageDoorTests {
  private static func offer(_ id: String) -> TaleOffer {
    TaleOffer(
      id, ("applies_to", ["include": [["kind": "sku", "ids": [.string(id)]]], "exclude": []]),
      ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking/group", "price"), ("briefing", .null))
  }

  private static let live = (0..<60).map { offer("live-\($0 < 10 ? "0" : "")\($0)") }
  private static let over = (0..<4).map { offer("over-\($0)") }

  /// Ada ordered what the last of the offers that are over was for; Bob something else.
  private func scene() throws -> WordScene {
    let scene = try WordScene()
    for draft in Self.live + Self.over { try scene.version(draft) }
    for (order, person, sku) in [("A", "ada", "over-3"), ("B", "bob", "mug")] {
      try scene.tell(
        .orderCaptured(
          try Tale.orderDraft(order) { draft in
            draft.personID = person
            draft.lines[0].sku = Identifier(restoring: sku)
          }.order()))
    }
    scene.advance(to: Tale.sunday)
    for draft in Self.live + Self.over { try scene.turn(draft, .launched) }
    scene.advance(to: Tale.sunday.adding(.seconds(3_600)))
    for draft in Self.over { try scene.turn(draft, .ended) }
    scene.advance(to: Tale.sunday.adding(.seconds(7_200)))
    return scene
  }

  private func rows(_ answer: JSON) -> [String] {
    (answer["offers"]?.array ?? []).map { "\($0["kind"]?.string ?? "?") \($0["offer"]?.string ?? "?") \($0["yes"]?.bool == true)" }
  }

  private func all(_ scene: WordScene, _ path: String, limit: Int) throws -> [[String]] {
    var pages: [[String]] = []
    var after: String?
    repeat {
      let answer = try scene.get(path, [("limit", "\(limit)")] + (after.map { [("after", $0)] } ?? [])).json
      #expect(answer["total"] == 64)
      pages.append(rows(answer))
      after = answer["next"]?.string
    } while after != nil && pages.count < 100
    return pages
  }

  @Test func `what bears on the customer is on the first page, at its place among the others`() throws {
    let scene = try scene()
    let ada = try scene.get("/v1/customers/ada/offers").json
    #expect(ada["total"] == 64 && ada["next"] != nil)
    #expect(rows(ada).count == 50)
    // Over, but hers: below what is live, above nothing else.
    #expect(rows(ada).last == "honourable over-3@1 true")
    #expect(rows(ada).dropLast().allSatisfy { $0.hasPrefix("live live-") })
    let bob = try scene.get("/v1/customers/bob/offers").json
    #expect(rows(bob).count == 50 && rows(bob).allSatisfy { $0.hasPrefix("live live-") })
    // What is over and says only that comes last of all.
    let last = try #require(all(scene, "/v1/customers/bob/offers", limit: 50).last)
    #expect(last.suffix(4) == (0..<4).map { "honourable over-\($0)@1 false" }[...])
  }

  @Test(arguments: ["/v1/customers/ada/offers", "/v1/customers/bob/offers", "/v1/orders/A/offers", "/v1/orders/B/offers"])
  func `pages of any size are together the whole table`(path: String) throws {
    let scene = try scene()
    let whole = try rows(scene.get(path, [("limit", "1000")]).json)
    #expect(whole.count == 64 && Set(whole).count == 64)
    #expect(whole == whole.sorted { Self.kinds($0) < Self.kinds($1) })
    for limit in [1, 7, 50, 64] {
      let pages = try all(scene, path, limit: limit)
      #expect(pages.dropLast().allSatisfy { $0.count == limit })
      #expect(pages.flatMap(\.self).sorted() == whole.sorted(), "pages of \(limit)")
    }
    let order = path.hasSuffix("/A/offers")
    #expect(!order || whole.contains("honourable over-3@1 true"))
  }

  /// The kinds in their order, and of a kind those that say yes first.
  private static func kinds(_ row: String) -> Int {
    let words = row.split(separator: " ").map(String.init)
    return (["already_given", "live", "starts_soon", "honourable", "parity", "unknown"].firstIndex(of: words[0]) ?? 9) * 2
      + (words[2] == "true" ? 0 : 1)
  }

  @Test func `an offer that ends while somebody turns the page is not shown twice`() throws {
    let scene = try scene()
    let first = try scene.get("/v1/customers/bob/offers", [("limit", "30")]).json
    try scene.turn(Self.live[3], .stopped)
    var seen = rows(first)
    var after = first["next"]?.string
    while let next = after {
      let page = try scene.get("/v1/customers/bob/offers", [("limit", "30"), ("after", next)]).json
      seen += rows(page)
      after = page["next"]?.string
    }
    #expect(seen.count == 64 && Set(seen).count == 64)
  }

  @Test func `what the customer calls it is found on whichever page it lies`() throws {
    let scene = try scene()
    let found = try scene.get("/v1/customers/bob/offers", [("called", "over-2"), ("limit", "1")]).json
    #expect(rows(found) == ["honourable over-2@1 false"] && found["total"] == 1 && found["next"] == nil)
  }

  @Test(
    arguments: [
      (("limit", "0"), "limit"), (("limit", "1001"), "limit"), (("limit", "all"), "limit"), (("limit", ""), "limit"),
      (("after", "elsewhere"), "cursor"), (("after", ""), "cursor"),
    ] as [((String, String), String)])
  func `a page that cannot be is refused, and the refusal names why`(query: (String, String), code: String) throws {
    let scene = try WordScene()
    for path in ["/v1/customers/ada/offers", "/v1/orders/A/offers"] {
      let answer = scene.get(path, [query])
      #expect(answer.status == 400)
      #expect(try answer.json["code"]?.string == code)
    }
  }
}
