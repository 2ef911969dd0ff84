/// How much of an offer was used.
package struct Tally: Sendable, Hashable {
  /// Minor units.
  package var amount: Int64
  /// Orders; for plans subscriptions.
  package var uses: Int64
  /// Quantities of lines.
  package var units: Int64

  package init(amount: Int64 = 0, uses: Int64 = 0, units: Int64 = 0) {
    self.amount = amount
    self.uses = uses
    self.units = units
  }

  /// Takes in what was decided.
  package mutating func add(_ other: Tally) {
    amount += other.amount
    uses += other.uses
    units += other.units
  }

  /// Gives back what did not come about: voided, or expired.
  package mutating func remove(_ other: Tally) {
    amount -= other.amount
    uses -= other.uses
    units -= other.units
  }
}
