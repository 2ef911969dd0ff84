package import Contracts
package import Zones

/// What is known around an offer document when it is checked. What is nil is not known, and not checked.
package struct OfferContext: Sendable {
  package var now: Timestamp
  /// Nil for a zone that the system does not have.
  package var zone: @Sendable (String) -> Zone?
  package var catalogue: Catalogue?
  package var people: [Staff]?
  /// The segments and lists that anybody was ever told to belong to.
  package var groups: Set<CustomerGroup>?
  /// The campaign that the document names; `.unknown` where there is none of that name.
  package var campaign: Campaign?
  /// The version before, where there is one.
  package var previous: OfferDocument?
  /// What the look-back would come to by the orders that are known.
  package var rehearsed: Rehearsal?
  /// Policies: how long goods may be returned, how long before its start service wants to know an offer.
  package var returnPeriod: Duration?
  package var briefingNotice: Duration?
  /// The templates of notes that there are.
  package var templates: Set<String>?
  /// Whether the document is about to be scheduled for a window that may be over.
  package var isHistorical: Bool

  /// What there is to sell.
  package struct Catalogue: Sendable {
    package var skus: Set<String>
    package var categories: Set<String>
    package var brands: Set<String>
    package var plans: Set<String>
    /// Methods of shipping.
    package var methods: Set<String>?
    /// List prices by sku, minor units with their currency.
    package var lists: [String: Money]

    package init(
      skus: Set<String>, categories: Set<String>, brands: Set<String> = [], plans: Set<String> = [], methods: Set<String>? = nil,
      lists: [String: Money] = [:]
    ) {
      self.skus = skus
      self.categories = categories
      self.brands = brands
      self.plans = plans
      self.methods = methods
      self.lists = lists
    }
  }

  /// Somebody who works here.
  package struct Staff: Sendable, Equatable {
    package var id: String
    package var hasLeft: Bool
    package init(id: String, hasLeft: Bool = false) {
      self.id = id
      self.hasLeft = hasLeft
    }
  }

  /// What a look-back over the orders known so far would give, in minor units.
  package struct Rehearsal: Sendable, Equatable {
    package var sum: Int64
    /// How many orders were looked at, and how many there are: where the time did not suffice, the sum is of the first of them.
    package var looked: Int64
    package var orders: Int64

    package init(sum: Int64, looked: Int64, of orders: Int64) {
      self.sum = sum
      self.looked = looked
      self.orders = orders
    }

    /// What all orders may come to, if the others are like those that were looked at.
    var estimate: Int64 {
      guard looked > 0, looked < orders else { return sum }
      return Rounding.share(of: sum, orders, by: looked) ?? sum
    }
  }

  package enum Campaign: Sendable, Equatable { case open, closed, unknown }

  package init(
    now: Timestamp, zone: @escaping @Sendable (String) -> Zone?, catalogue: Catalogue? = nil, people: [Staff]? = nil,
    campaign: Campaign? = nil, previous: OfferDocument? = nil, rehearsed: Rehearsal? = nil, returnPeriod: Duration? = nil,
    briefingNotice: Duration? = nil, templates: Set<String>? = nil, isHistorical: Bool = false, groups: Set<CustomerGroup>? = nil
  ) {
    self.now = now
    self.zone = zone
    self.catalogue = catalogue
    self.people = people
    self.groups = groups
    self.campaign = campaign
    self.previous = previous
    self.rehearsed = rehearsed
    self.returnPeriod = returnPeriod
    self.briefingNotice = briefingNotice
    self.templates = templates
    self.isHistorical = isHistorical
  }
}
