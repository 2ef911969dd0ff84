extension Shop {
  /// The order of Friday evening that the free shipping of Sunday reaches.
  package static let fridayOrder = "FRIDAY-1942"
  /// The charge for the change from Basic to Pro, two days before Pro costs 15 % less.
  package static let upgrade = "UPGRADE-0510"
  package static let upgradedSubscription = "SUB-501"
  /// The order of which an item comes back over the counter, with its receipt and without an email.
  package static let returnedOrder = "STORE-0502"

  /// Every order: those of the stories first, then one for each edge that a rule has.
  package static let orders: [Sale] = stories + edges + tenders + places + plans

  private static let stories = [
    Sale(
      id: fridayOrder, why: "Friday evening: shipping paid, and on Sunday it is free", customer: "C-1001",
      placedAt: "2026-05-08T19:42:00-04:00",
      lines: [.init(sku: "KETTLE-17", paid: 39_00), .init(sku: "TEA-ASSAM", quantity: 2, paid: 11_00)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(59_95)]),
    Sale(
      id: upgrade, why: "from Basic to Pro on Sunday; on Tuesday Pro costs 15 % less", customer: "C-1002",
      placedAt: "2026-05-10T10:15:00-04:00", lines: [.init(sku: "pro-monthly", paid: 30_00)], tenders: [card(30_00)],
      plan: .init(subscription: upgradedSubscription, period: "SUB-501/2026-05-10")),
    Sale(
      id: returnedOrder, why: "two things bought at the counter; one comes back, with the receipt and nothing else", channel: "store",
      placedAt: "2026-05-02T11:05:00-04:00",
      lines: [.init(sku: "TOASTER-2", paid: 45_00, list: 45_00), .init(sku: "MUGS-6", paid: 24_00, list: 24_00)],
      tenders: [cash(69_00)]),
  ]

  /// Beginnings and ends of the 48 hours before Sunday, and what a line may be.
  private static let edges = [
    shipped("EDGE-BEFORE", "one millisecond too early", "C-1010", "2026-05-07T23:59:59.999-04:00"),
    shipped("EDGE-FIRST", "the first instant of the look-back", "C-1010", "2026-05-08T00:00:00-04:00"),
    shipped("EDGE-LAST", "one millisecond before the start", "C-1013", "2026-05-09T23:59:59.999-04:00"),
    shipped("EDGE-START", "the first instant of the offer: the checkout's business", "C-1013", "2026-05-10T00:00:00-04:00"),
    shipped("EDGE-SUNDAY", "inside the offer, and the checkout took nothing off", "C-1004", "2026-05-10T12:30:00-04:00"),
    Sale(
      id: "EDGE-DAY", why: "known to the day only", customer: "C-1005", placedAt: "2026-05-09T00:00:00-04:00", isDayOnly: true,
      lines: [.init(sku: "TEA-BOX", paid: 28_80)], shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(38_75)],
      discountsKnown: false),
    Sale(
      id: "EDGE-OVERSIZE", why: "an oversize thing in it: no free shipping for any of it", customer: "C-1001",
      placedAt: "2026-05-09T09:00:00-04:00", lines: [.init(sku: "CHAIR-OAK", paid: 249_00), .init(sku: "TEA-MINT", paid: 3_33)],
      shipping: [.init(method: "standard", paid: 9_95), .init(method: "freight", paid: 49_00)], tenders: [card(311_28)]),
    Sale(
      id: "EDGE-EXPRESS", why: "express is not what is free", customer: "C-1015", placedAt: "2026-05-09T10:00:00-04:00",
      lines: [.init(sku: "BOOK-BREAD", paid: 22_95)], shipping: [.init(method: "express", paid: 18_50)], tenders: [card(41_45)]),
    Sale(
      id: "EDGE-TWO-CHARGES", why: "two ways of shipping, one of them free", customer: "C-1015", placedAt: "2026-05-09T10:30:00-04:00",
      lines: [.init(sku: "LAMP-READ", paid: 59_90), .init(sku: "SEEDS-TOM", quantity: 3, paid: 7_50)],
      shipping: [.init(method: "standard", paid: 12_50), .init(method: "express", paid: 18_50)], tenders: [card(98_40)]),
    Sale(
      id: "EDGE-CUT", why: "shipping above what the offer gives at most", customer: "C-1007", placedAt: "2026-05-08T08:08:00-04:00",
      lines: [.init(sku: "HOSE-20", quantity: 4, paid: 133_20)], shipping: [.init(method: "standard", paid: 24_90)],
      tenders: [card(158_10)]),
    Sale(
      id: "EDGE-DISCOUNT", why: "the checkout took something off already", customer: "C-1010", placedAt: "2026-05-09T15:00:00-04:00",
      lines: [.init(sku: "POT-CAST-4", paid: 80_10, list: 89_00), .init(sku: "TEA-MINT", quantity: 3, paid: 9_99, list: 9_99)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(100_04)], discount: (nil, 8_90)),
    Sale(
      id: "EDGE-SELLER", why: "one line is another seller's", customer: "C-1011", placedAt: "2026-05-09T16:00:00-04:00",
      lines: [.init(sku: "RUG-JUTE", paid: 120_00, seller: "loomhouse"), .init(sku: "MUGS-6", paid: 24_00)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(153_95)]),
    Sale(
      id: "EDGE-ADDED", why: "a line was added after the order was placed", customer: "C-1007", placedAt: "2026-05-07T20:00:00-04:00",
      lines: [.init(sku: "BLANKET", paid: 75_00), .init(sku: "TEA-BOX", paid: 28_80, addedAt: "2026-05-08T09:30:00-04:00")],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(113_75)]),
    Sale(
      id: "EDGE-NOTHING", why: "a thing that costs nothing, and a line of none", customer: "C-1016",
      placedAt: "2026-05-09T17:00:00-04:00",
      lines: [.init(sku: "SEEDS-TOM", paid: 0, list: 2_50), .init(sku: "TEA-MINT", quantity: 0, paid: 0)], tenders: []),
    Sale(
      id: "EDGE-UNKNOWN", why: "a thing that no catalogue knows", customer: "C-1016", placedAt: "2026-05-09T18:00:00-04:00",
      lines: [.init(sku: "OLD-4711", paid: 12_34, isKnown: false)], shipping: [.init(method: "standard", paid: 9_95)],
      tenders: [card(22_29)], discountsKnown: false),
  ]

  private static let tenders = [
    Sale(
      id: "PAID-ANONYMOUS", why: "by phone, cash on delivery, nobody's name", channel: "phone", placedAt: "2026-05-09T11:00:00-04:00",
      lines: [.init(sku: "TEA-ASSAM", quantity: 4, paid: 22_00)], shipping: [.init(method: "standard", paid: 9_95)],
      tenders: [cash(31_95)]),
    Sale(
      id: "PAID-CASH", why: "cash by somebody whom we know", customer: "C-1008", channel: "phone", placedAt: "2026-05-09T11:30:00-04:00",
      lines: [.init(sku: "BOOK-BREAD", paid: 22_95)], shipping: [.init(method: "standard", paid: 9_95)], tenders: [cash(32_90)]),
    Sale(
      id: "PAID-GIFT-CARD", why: "with a gift card alone", customer: "C-1014", placedAt: "2026-05-09T12:00:00-04:00",
      lines: [.init(sku: "MUGS-6", paid: 24_00)], shipping: [.init(method: "standard", paid: 9_95)],
      tenders: [.init(kind: "gift_card", amount: 33_95, refundableAbsent: true)]),
    Sale(
      id: "PAID-SPLIT", why: "less by card than the shipping costs: the rest goes elsewhere", customer: "C-1013",
      placedAt: "2026-05-09T12:30:00-04:00", lines: [.init(sku: "LAMP-READ", paid: 59_90)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(5_00), .init(kind: "cash", amount: 64_85, refundableAbsent: false)]),
    Sale(
      id: "PAID-INVOICE", why: "by invoice, with tax on top", customer: "C-1007", placedAt: "2026-05-09T13:00:00-04:00",
      lines: [.init(sku: "BLANKET", paid: 75_00, tax: .init(amount: 6_00, jurisdiction: "us-ny", inclusive: false))],
      shipping: [.init(method: "standard", paid: 9_95, tax: .init(amount: 80, jurisdiction: "us-ny", inclusive: false))],
      tenders: [.init(kind: "invoice", amount: 91_75, refundableAbsent: true)]),
  ]

  private static let places = [
    Sale(
      id: "PLACE-STORE", why: "at the counter: a channel that the offer does not name", customer: "C-1003", channel: "store",
      placedAt: "2026-05-09T14:00:00-04:00", lines: [.init(sku: "KETTLE-17", paid: 39_00)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(48_95)]),
    Sale(
      id: "PLACE-CANADA", why: "another country, paid in the shop's currency", customer: "C-1009", country: "CA",
      placedAt: "2026-05-09T14:10:00-04:00", lines: [.init(sku: "TEA-BOX", paid: 28_80)],
      shipping: [.init(method: "standard", paid: 14_00)], tenders: [card(42_80)]),
    Sale(
      id: "PLACE-DOLLARS", why: "Canadian dollars", customer: "C-1009", country: "CA", currency: "CAD",
      placedAt: "2026-05-09T14:20:00-04:00", lines: [.init(sku: "TEA-BOX", paid: 39_00)],
      shipping: [.init(method: "standard", paid: 14_00)], tenders: [card(53_00)]),
    Sale(
      id: "PLACE-EURO", why: "euros, with the tax inside the prices", customer: "C-1017", country: "DE", currency: "EUR",
      placedAt: "2026-05-09T14:30:00-04:00",
      lines: [.init(sku: "KETTLE-17", paid: 41_65, tax: .init(amount: 6_65, jurisdiction: "de", inclusive: true))],
      shipping: [.init(method: "standard", paid: 11_90, tax: .init(amount: 1_90, jurisdiction: "de", inclusive: true))],
      tenders: [card(53_55)]),
    Sale(
      id: "PLACE-YEN", why: "a currency without cents", customer: "C-1012", country: "JP", currency: "JPY",
      placedAt: "2026-05-09T14:40:00-04:00", lines: [.init(sku: "MUGS-6", paid: 3_330)],
      shipping: [.init(method: "standard", paid: 1_500)], tenders: [card(4_830)]),
    Sale(
      id: "PLACE-NOWHERE", why: "no country told", customer: "C-1010", country: nil, placedAt: "2026-05-09T14:50:00-04:00",
      lines: [.init(sku: "TEA-MINT", paid: 3_33)], shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(13_28)]),
  ]

  private static let plans = [
    Sale(
      id: "PLAN-BASIC-0415", why: "the month of Basic before the upgrade", customer: "C-1002", placedAt: "2026-04-15T10:15:00-04:00",
      lines: [.init(sku: "basic-monthly", paid: 9_00)], tenders: [card(9_00)],
      plan: .init(subscription: upgradedSubscription, period: "SUB-501/2026-04-15")),
    Sale(
      id: "PLAN-PRO-0420", why: "Pro renewed inside the billing period before the offer", customer: "C-1015", channel: "phone",
      placedAt: "2026-04-20T08:00:00-04:00", lines: [.init(sku: "pro-monthly", paid: 30_00)], tenders: [card(30_00)],
      plan: .init(subscription: "SUB-502", period: "SUB-502/2026-04-20")),
    Sale(
      id: "PLAN-PRO-0410", why: "Pro charged a day too early for the look-back", customer: "C-1010", placedAt: "2026-04-10T08:00:00-04:00",
      lines: [.init(sku: "pro-monthly", paid: 30_00)], tenders: [card(30_00)],
      plan: .init(subscription: "SUB-503", period: "SUB-503/2026-04-10")),
  ]

  private static func shipped(_ id: String, _ why: String, _ customer: String, _ placedAt: String) -> Sale {
    Sale(
      id: id, why: why, customer: customer, placedAt: placedAt, lines: [.init(sku: "TEA-BOX", paid: 28_80)],
      shipping: [.init(method: "standard", paid: 9_95)], tenders: [card(38_75)])
  }

  private static func card(_ amount: Int64) -> Sale.Tender { .init(kind: "card", amount: amount, refundableAbsent: true) }
  private static func cash(_ amount: Int64) -> Sale.Tender { .init(kind: "cash", amount: amount, refundableAbsent: false) }
}
