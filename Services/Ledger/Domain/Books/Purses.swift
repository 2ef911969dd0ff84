package import Contracts

/// The purses of one offer of one campaign, as a plan looks at them. Amounts in minor units; what waits is counted as gone.
package struct Purses: Sendable, Equatable {
  package var campaign: Identifier<Campaign>
  package var currency: Currency
  /// What the campaign has free.
  package var free: Int64
  /// What is reserved for the offer and not given away or waiting; 0 where no offer is meant.
  package var reserved: Int64
  /// What the campaign owes customer service.
  package var outstanding: Int64
  package var isReleased: Bool
  package var isClosed: Bool

  package init(
    campaign: Identifier<Campaign>, _ currency: Currency, free: Int64, reserved: Int64 = 0, outstanding: Int64 = 0,
    isReleased: Bool = false, isClosed: Bool = false
  ) {
    self.campaign = campaign
    self.currency = currency
    self.free = free
    self.reserved = reserved
    self.outstanding = outstanding
    self.isReleased = isReleased
    self.isClosed = isClosed
  }
}
