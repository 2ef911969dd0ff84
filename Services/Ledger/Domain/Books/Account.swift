package import Contracts

/// One account: a path of the chart in one currency. Ids inside a path are escaped, so no id can name another's account.
package struct Account: Hashable, Sendable, CustomStringConvertible {
  package let role: Role
  /// Such as `customer/ada/credit`.
  package let path: String
  package let currency: Currency

  private init(_ role: Role, _ path: String, _ currency: Currency) {
    self.role = role
    self.path = path
    self.currency = currency
  }

  /// Reads a path as a person or a row writes it. Throws where the chart has no such account.
  package init(path: String, _ currency: Currency) throws(BooksRefusal) {
    guard let role = Role(path) else { throw .noSuchAccount(path) }
    self.init(role, path, currency)
  }

  /// What was paid with a kind of tender; credit that is spent is none: it stands on its customer's account.
  package static func tender(_ kind: OrderCaptured.Tender.Kind, _ currency: Currency) -> Account {
    precondition(kind != .customerCredit, "credit that is spent stands on its customer's account, not on a tender's")
    return Account(.tender, "tender/" + kind.rawValue, currency)
  }

  /// Revenue of a channel.
  package static func sales(_ channel: String, _ currency: Currency) -> Account { Account(.sales, "sales/" + escaped(channel), currency) }

  /// Shipping that a channel charged.
  package static func shipping(_ channel: String, _ currency: Currency) -> Account {
    Account(.shipping, "shipping/" + escaped(channel), currency)
  }

  /// Taxes that belong to a jurisdiction.
  package static func tax(_ jurisdiction: String, _ currency: Currency) -> Account {
    Account(.tax, "tax/" + escaped(jurisdiction), currency)
  }

  /// What the company owes a person, to be spent with it.
  package static func credit(of person: Identifier<Person>, _ currency: Currency) -> Account {
    Account(.customerCredit, "customer/" + escaped(person.text) + "/credit", currency)
  }

  /// The counter-account of all funds.
  package static func companyGoodwill(_ currency: Currency) -> Account { Account(.companyGoodwill, "company/goodwill", currency) }

  /// What a campaign has free.
  package static func goodwill(of campaign: Identifier<Campaign>, _ currency: Currency) -> Account {
    Account(.campaignGoodwill, "marketing/" + escaped(campaign.text) + "/goodwill", currency)
  }

  /// What a campaign has promised to one of its offers.
  package static func reserved(for offer: Identifier<Offer>, of campaign: Identifier<Campaign>, _ currency: Currency) -> Account {
    Account(.reserved, "marketing/" + escaped(campaign.text) + "/reserved/" + escaped(offer.text), currency)
  }

  /// Customer service's own fund.
  package static func serviceReserve(_ currency: Currency) -> Account { Account(.serviceReserve, "service/goodwill-reserve", currency) }

  /// An id as one segment of a path: a slash would begin another (RFC 3986 2.1).
  static func escaped(_ id: String) -> String {
    guard id.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return id }
    var segment = ""
    for character in id.unicodeScalars {
      switch character {
      case "/": segment += "%2F"
      case "%": segment += "%25"
      default: segment.unicodeScalars.append(character)
      }
    }
    return segment
  }

  package static func == (a: Self, b: Self) -> Bool { a.path == b.path && a.currency == b.currency }
  /// The path alone tells nearly all of them apart.
  package func hash(into hasher: inout Hasher) { hasher.combine(path) }

  package var description: String { "\(path) \(currency)" }
}

extension Account {
  /// What an account is for: its line of the chart, which gives its class, its normal side and its limit.
  package enum Role: Sendable, CaseIterable {
    case tender, sales, shipping, tax, customerCredit, companyGoodwill, campaignGoodwill, reserved, serviceReserve

    /// The role of a path; nil where the chart has none.
    init?(_ path: String) {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.allSatisfy({ !$0.isEmpty }), let first = parts.first else { return nil }
      switch (first, parts.count) {
      case ("tender", 2):
        guard let kind = OrderCaptured.Tender.Kind(rawValue: String(parts[1])), kind != .customerCredit else { return nil }
        self = .tender
      case ("sales", 2): self = .sales
      case ("shipping", 2): self = .shipping
      case ("tax", 2): self = .tax
      case ("customer", 3) where parts[2] == "credit": self = .customerCredit
      case ("company", 2) where parts[1] == "goodwill": self = .companyGoodwill
      case ("marketing", 3) where parts[2] == "goodwill": self = .campaignGoodwill
      case ("marketing", 4) where parts[2] == "reserved": self = .reserved
      case ("service", 2) where parts[1] == "goodwill-reserve": self = .serviceReserve
      case _: return nil
      }
    }

    /// How a balance sheet would list it.
    package var accountClass: String {
      switch self {
      case .tender: "clearing"
      case .sales, .shipping: "revenue"
      case .tax, .customerCredit: "liability"
      case .companyGoodwill: "counter"
      case .campaignGoodwill, .reserved, .serviceReserve: "fund"
      }
    }

    /// The side on which it usually grows.
    package var normal: Leg.Side {
      switch self {
      case .tender, .companyGoodwill: .debit
      case .sales, .shipping, .tax, .customerCredit, .campaignGoodwill, .reserved, .serviceReserve: .credit
      }
    }

    /// Whether what is available on it may fall below zero; what waits counts as gone.
    package var isBounded: Bool {
      switch self {
      case .customerCredit, .companyGoodwill, .campaignGoodwill, .reserved: true
      // The reserve may go below zero: an alarm, never a refusal to a customer.
      case .tender, .sales, .shipping, .tax, .serviceReserve: false
      }
    }

    /// Whether it is one of the purses that goodwill is paid from.
    package var isFund: Bool { accountClass == "fund" }
  }
}
