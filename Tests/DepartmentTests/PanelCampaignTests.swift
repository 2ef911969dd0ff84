import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing

/// Campaigns of the published Complete Journey panel: 10 percent off what their coupons are for, for the households that they were sent to,
/// reaching back 48 hours. What the ledger gives is what a plain sum over the raw rows gives.
struct PanelCampaignTests {
  static let isThere = PublishedData.file("completejourney/transactions.csv.gz") != nil

  /// A campaign that began at midnight in New York.
  struct Campaign: Sendable, CustomTestStringConvertible {
    let id: String
    let starts: String
    let ends: String
    /// Hours from that clock to UTC.
    var west = 4
    var testDescription: String { "campaign \(id)" }

    var startsAt: Timestamp { (try? Timestamp(rfc3339: "\(starts)-0\(west):00")) ?? .first }
  }

  static let campaigns = [
    Campaign(id: "9", starts: "2017-05-31T00:00:00", ends: "2017-07-03T00:00:00"),
    Campaign(id: "17", starts: "2017-10-18T00:00:00", ends: "2017-11-20T00:00:00"),
    Campaign(id: "27", starts: "2017-02-08T00:00:00", ends: "2017-03-27T00:00:00", west: 5),
  ]

  /// Lines of a shell's output.
  private static func lines(_ script: String, _ arguments: String...) throws -> [[String]] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script, "sh", try #require(PublishedData.folder).appending(path: "completejourney").path] + arguments
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private struct Basket {
    let id: String
    let household: String
    let at: String
    var lines: [(sku: String, quantity: Int64, cents: Int64)] = []
  }

  /// The baskets from 60 hours before the campaign until it begins, in the order of their first rows.
  private static func baskets(_ campaign: Campaign) throws -> [Basket] {
    let rows = try lines(
      #"gzip -dc "$1/transactions.csv.gz" | awk -F, -v from="$2" -v to="$3" 'NR > 1 && $11 >= from && $11 < to'"#,
      campaign.startsAt.adding(.seconds(-60 * 3_600)).description, campaign.startsAt.description)
    var (baskets, places): ([Basket], [String: Int]) = ([], [:])
    for row in rows {
      let place = places[row[2]] ?? baskets.count
      if place == baskets.count {
        places[row[2]] = place
        baskets.append(Basket(id: row[2], household: row[0], at: row[10]))
      }
      baskets[place].lines.append((row[3], try #require(Int64(row[4])), try #require(Int64(row[6]))))
    }
    return baskets
  }

  /// What the rules come to, read out of the rows by themselves: baskets of targeted households in the 48 hours, a tenth of what their
  /// coupon products cost, half to the even cent, once a basket.
  private static func expected(_ baskets: [Basket], _ households: Set<String>, _ skus: Set<String>, _ campaign: Campaign)
    -> (given: [String: Int64], strangers: Int)
  {
    let from = campaign.startsAt.adding(.seconds(-48 * 3_600)).description.prefix(19)
    var (given, strangers): ([String: Int64], Int) = ([:], 0)
    for basket in baskets where basket.at.prefix(19) >= from {
      guard households.contains(basket.household) else {
        strangers += 1
        continue
      }
      let cents = basket.lines.filter { skus.contains($0.sku) && $0.quantity > 0 && $0.cents > 0 }.reduce(0) { $0 + $1.cents }
      let (tenth, rest) = cents.quotientAndRemainder(dividingBy: 10)
      let off = rest > 5 || rest == 5 && tenth % 2 == 1 ? tenth + 1 : tenth
      if off > 0 { given[basket.id] = off }
    }
    return (given, strangers)
  }

  @Test(.enabled(if: isThere, "left out: completejourney is not in ACCORD_DATA"), arguments: campaigns)
  func `a campaign for its targeted households comes to the independent sum, on time and told of late`(_ campaign: Campaign) throws {
    let baskets = try Self.baskets(campaign)
    let households = try Self.lines(#"awk -F, -v id="$2" '$1 == id { print $2 }' "$1/campaigns.csv""#, campaign.id).map { $0[0] }
    let skus = try Self.lines(
      #"gzip -dc "$1/coupons.csv.gz" | awk -F, -v id="$2" '$3 == id { print $2 }' | sort -u"#, campaign.id
    ).map { $0[0] }
    let (given, strangers) = Self.expected(baskets, Set(households), Set(skus), campaign)
    #expect(given.count > 10 && strangers > 500, "too little to show anything")

    let house = try LedgerHouse(at: campaign.startsAt)
    try house.openCampaign(9_000_000)
    try Self.importOrders(baskets, house)
    // Half of them are on the list in time; the other half are told of when the look-back is over.
    let half = households.count / 2
    let name = "campaign-\(campaign.id)"
    #expect(try house.join(name, households.prefix(half).map { [$0, "", ""] }).status == 200)
    var offer = PlannedOffer()
    (offer.id, offer.starts, offer.ends) = ("panel-\(campaign.id)", campaign.starts, campaign.ends)
    (offer.only, offer.anonymous) = (CustomerGroup(.list, Identifier(restoring: name)), false)
    (offer.channels, offer.countries, offer.reserve) = (["store"], .null, 9_000_000)
    offer.include = [["kind": "sku", "ids": .array(skus.map { .string($0) })]]
    offer.benefit = ["kind": "percent_off", "percent_off": "10"]
    try house.launch(offer)
    let lookBack = try #require(try house.lookBacks(offer.id).first)
    let early = Set(households.prefix(half))
    let onTime = baskets.filter { early.contains($0.household) }.compactMap { given[$0.id] }
    #expect(lookBack["granted"]?.integer == Int64(onTime.count))
    #expect(lookBack["sum"]?["amount_minor"]?.integer == onTime.reduce(0, +))
    #expect(try house.join(name, households.dropFirst(half).map { [$0, "", ""] }).status == 200)
    try house.work()

    var found: [String: Int64] = [:]
    for event in try house.told() {
      guard case .remedyChanged(let remedy) = event, let order = remedy.orderID?.text else { continue }
      #expect(found[order] == nil, "basket \(order) twice")
      found[order] = remedy.amount.minor
    }
    #expect(found == given)
    let refused = lookBack["refused"]?["not_eligible_customer"]?.integer ?? 0
    let late = Set(households.dropFirst(half))
    let inTime = campaign.startsAt.adding(.seconds(-48 * 3_600)).description.prefix(19)
    #expect(refused == Int64(strangers + baskets.count { $0.at.prefix(19) >= inTime && late.contains($0.household) }))
    // Each check in a reading of its own: the bound of one reading is for a console's page.
    for check in house.premises.department.checks {
      let findings = try house.store.read { Check.findings(in: $0, with: [check]) }
      #expect(findings == [], "\(findings)")
    }
    print("panel campaign \(campaign.id): \(baskets.count) baskets, \(found.count) given \(found.values.reduce(0, +)) cents")
  }

  private static func importOrders(_ baskets: [Basket], _ house: LedgerHouse) throws {
    for start in stride(from: 0, to: baskets.count, by: 500) {
      let part = baskets[start..<min(start + 500, baskets.count)]
      let lines = part.enumerated().map { number, basket -> JSON in
        let rows = basket.lines.enumerated().map { place, line -> JSON in
          .array([.string("\(place + 1)"), .string(line.sku), .integer(line.quantity), .integer(line.cents)])
        }
        return [
          "line": .integer(Int64(number + 2)), "order_id": .string(basket.id), "person_id": .string(basket.household),
          "placed_at": .string(basket.at), "lines": .array(rows),
        ]
      }
      let head: JSON = ["file": "transactions.csv", "currency": "USD", "channel": "store"]
      let answer = house.premises.ask(
        .post, "/v1/imports/orders", headers: house.premises.headers(key: UUID().uuidString),
        body: Array(([head] + lines).map(\.text).joined(separator: "\n").utf8))
      #expect(try answer.json["outcomes"]?.string == String(repeating: "c", count: part.count), "\(answer.status)")
    }
  }
}
