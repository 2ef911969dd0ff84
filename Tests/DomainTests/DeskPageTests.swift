import ServiceDomain
import TestKit
import Testing

/// Pages of a desk: together they are every row once, what bears on the customer first, whatever size they have.
struct DeskPageTests {
  private static func place(_ isTheirs: Bool, _ number: Int, using random: inout SeededRandom) -> DeskPlace {
    DeskPlace(
      isTheirs: isTheirs, tier: Int.random(in: 0..<12, using: &random), rank: Int64.random(in: -3...3, using: &random), id: "o.\(number)")
  }

  @Test func `pages of any size are together every row once, what is theirs before what is everybody's`() {
    var random = Seed.printed(for: "pages of a desk")
    for _ in 0..<300 {
      let theirs = (0..<Int.random(in: 0...9, using: &random)).map { Self.place(true, $0, using: &random) }.sorted()
      let others = (0..<Int.random(in: 0...40, using: &random)).map { Self.place(false, 100 + $0, using: &random) }.sorted()
      let limit = Int.random(in: 1...12, using: &random)
      var (seen, after) = ([DeskPlace](), DeskPlace?.none)
      var pages = 0
      repeat {
        let page = DeskPage(theirs: theirs, others: others.count, after: after, limit: limit) { others[$0] }
        let rows = Array(theirs[page.theirs]) + Array(others[page.others])
        #expect(rows.count <= limit && (page.next == nil || rows.count == limit))
        #expect(page.next == nil || page.next == rows.last)
        seen += rows
        after = page.next
        pages += 1
      } while after != nil && pages <= 60
      #expect(seen == theirs + others)
    }
  }

  @Test func `a row that went away behind a page leaves no other out and shows none twice`() {
    let others = (0..<6).map { DeskPlace(isTheirs: false, tier: 2, rank: Int64($0), id: "o") }
    let first = DeskPage(theirs: [], others: 6, after: nil, limit: 3) { others[$0] }
    let left = [0, 1, 3, 4, 5].map { others[$0] }
    let second = DeskPage(theirs: [], others: left.count, after: first.next, limit: 3) { left[$0] }
    #expect(Array(left[second.others]) == [others[3], others[4], others[5]] && second.next == nil)
  }

  @Test func `a cursor leads back to its place`() {
    var random = Seed.printed(for: "cursors of a desk")
    for number in 0..<100 {
      let place = Self.place(number % 2 == 0, number, using: &random)
      #expect(DeskPlace(cursor: place.cursor) == place)
    }
  }

  @Test(arguments: ["", "next", "theirs.1.2", "ours.1.2.sunday", "theirs.x.2.sunday", "others.1.2.", "others.1.2.a b", "others.1..sunday"])
  func `what no page gave is no cursor`(text: String) { #expect(DeskPlace(cursor: text) == nil) }
}
