import Contracts
import Shop

/// The long weekend, deed by deed.
enum DemoStory {
  /// What is done, and what is said about it.
  enum Deed {
    case say(String)
    /// A command shown to the spectator, with a sentence before it; `answers` is how many lines of its answer are shown.
    case command([String], answers: Int = 0, String? = nil)
    /// Commands that are not worth a line each.
    case quietly([[String]])
  }

  struct Scene {
    let title: String
    let deeds: [Deed]
  }

  static func scenes(_ papers: DemoPapers) -> [Scene] {
    [
      Scene(
        title: "The shop, and what it may spend",
        deeds: [
          .command(
            [
              "import", "products", papers.path("products.csv"), "--map",
              "sku=sku,kind=kind,category=category+second_category,brand=brand,list=list", "--currency", Shop.currency,
            ], "Goods and plans come from a file, as any shop exports them; so do the customers, their consents and their plans."),
          .quietly([
            [
              "import", "customers", papers.path("customers.csv"), "--map",
              "customer=id,kind=kind,name=name,address=address,phone=phone,phone_state=phone_state,locale=locale,email=email,"
                + "email_state=email_state",
            ],
            [
              "import", "consents", papers.path("consents.csv"), "--map",
              "customer=id,purpose=purpose,channel=channel,given=given,at=at,source=source",
            ],
            plans("plans.csv", papers),
          ]),
          .quietly([["colleague", "shop"]]),
          .quietly(Shop.audiences.keys.sorted().map { ["audience", "import", papers.path("\($0).txt"), "--id", $0] }),
          .quietly(Shop.campaigns.map(campaign)),
          .quietly([
            ["ledger", "fund", "service", decimal(Shop.serviceFund), "--currency", Shop.currency, "--approved-by", "supervisor/ruth"]
          ]),
        ]),
      Scene(
        title: "Friday, 19:00. Maya schedules free shipping from Sunday on",
        deeds: [
          .command(["offer", "check", papers.path("sunday-free-shipping.json")], answers: 40, "First the offer is read back to her:"),
          .command(["offer", "schedule", papers.path("sunday-free-shipping.json")] + unasked),
        ]),
      Scene(
        title: "Friday, 19:42. Nora buys a kettle, and pays 9.95 for shipping",
        deeds: [
          .command(["clock", "advance", "42m"]),
          .command(["order", "capture", "--file", papers.path("\(Shop.fridayOrder).json")]),
          .say("On any other system she will be annoyed on Sunday."),
        ]),
      Scene(
        title: "Saturday, 15:20. Maud brings a toaster back, and gives no email",
        deeds: [
          .command(["clock", "advance", "--to", Shop.counterReturn.at]),
          .quietly(orders(until: Shop.counterReturn.at, papers)),
          .command(
            [
              "order", "return", Shop.returnedOrder, "--line", Shop.counterReturn.line, "--receipt-only", "--reason",
              Shop.counterReturn.reason,
            ], "The number on her receipt is all that is asked for."),
        ]),
      Scene(
        title: "Sunday, 0:00. Shipping is free from now on, and for those of the last 48 hours it was",
        deeds: [
          .command(["clock", "advance", "--to", saturdayNight], "Others bought as well until midnight."),
          .quietly(orders(after: Shop.counterReturn.at, until: saturdayNight, papers)),
          .command(["clock", "advance", "--to", "2026-05-10T00:00:00-04:00"]),
          .command(["offers", Shop.fridayOrder], answers: 40, "Nora calls. The agent sees, without asking anybody:"),
          .command(
            ["why-not", "EDGE-OVERSIZE", "sunday-free-shipping"], answers: 2, "Somebody with an armchair in the order calls too:"),
          .say(
            "What goes back to a card counts as arrived at once in this story: so the policy has it for imports and the demo. Elsewhere the "
              + "card company's word is awaited (`accord refund confirm`)."),
        ]),
      Scene(
        title: "Sunday, 10:15. Elias changes from Basic to Pro",
        deeds: [
          .command(["clock", "advance", "--to", "2026-05-10T10:15:00-04:00"]),
          .command(["order", "capture", "--file", papers.path("\(Shop.upgrade).json")]),
          .quietly([plans("upgrade.csv", papers)]),
          .command(
            ["offer", "schedule", papers.path("pro-fifteen.json")] + unasked,
            "On the same morning marketing schedules 15 % off Pro, from Tuesday on."
          ),
        ]),
      Scene(
        title: "Tuesday, 9:00. Pro costs 15 % less: two days too late for Elias?",
        deeds: [
          .command(["clock", "advance", "--to", "2026-05-12T09:00:00-04:00"]),
          .command(["customer", "C-1002"], answers: 40, "What service sees of Elias:"),
        ]),
      Scene(
        title: "Who paid for it",
        deeds: [.command(["ledger", "trial"], answers: 40, "Each cent stands under the campaign that caused it:")]),
    ]
  }

  /// This story is about the ledger: what the offers ask of customer service is passed over, as an operator may, with a reason.
  private static let unasked = ["--waive", "promises,capacity,channels,sheets,briefings", "--reason", "a story without a roster"]

  private static func campaign(_ campaign: Shop.Campaign) -> [String] {
    [
      "campaign", "open", campaign.id, "--budget", decimal(campaign.budget), "--currency", Shop.currency, "--approved-by",
      campaign.approvedBy,
    ]
  }

  private static func plans(_ file: String, _ papers: DemoPapers) -> [String] {
    [
      "import", "subscriptions", papers.path(file), "--map",
      "subscription=subscription,customer=customer,change=change,from_plan=from_plan,plan=plan,from=from,to=to,channel=channel,at=at",
    ]
  }

  /// `10000.00`.
  private static func decimal(_ cents: Int64) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }

  private static let saturdayNight = "2026-05-09T23:59:59.999-04:00"

  /// The other orders that were placed after `begin` and until `end`, by their files.
  private static func orders(after begin: String? = nil, until end: String, _ papers: DemoPapers) -> [[String]] {
    func instant(_ text: String?) -> Timestamp { text.flatMap { try? Timestamp(rfc3339: $0) } ?? Timestamp(milliseconds: .min) }
    let wanted = Shop.orders.filter { sale in
      let placed = instant(sale.placedAt)
      return placed > instant(begin) && placed <= instant(end) && ![Shop.fridayOrder, Shop.upgrade].contains(sale.id)
    }
    return wanted.map { ["order", "capture", "--file", papers.path("\($0.id).json")] }
  }
}
