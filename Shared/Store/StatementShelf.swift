/// The compiled statements of one connection by the address of their literal: each literal of the program is compiled once, so their number
/// bounds the shelf.
///
/// ```
/// address ─▸ place by its bits ─▸ empty: not there yet │ the same: found │ another: the next place
/// ```
/// HOT: asked for each statement. Open addressing, at most half full.
struct StatementShelf {
  private struct Place {
    var key: UInt = 0
    var statement: Statement?
  }

  private var places = [Place](repeating: Place(), count: 128)
  private var count = 0

  /// Nil where it was not compiled yet.
  func find(_ key: UInt) -> Statement? { places[place(of: key)].statement }

  /// `key` must not be there.
  mutating func add(_ statement: Statement, under key: UInt) {
    if count * 2 >= places.count { grow() }
    places[place(of: key)] = Place(key: key, statement: statement)
    count += 1
  }

  mutating func removeAll() { self = StatementShelf() }

  /// Where `key` stands or would stand.
  private func place(of key: UInt) -> Int {
    // Fibonacci hashing: the addresses of literals differ in their middle bits.
    let bits = places.count.trailingZeroBitCount
    var at = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> UInt(UInt.bitWidth - bits))
    while places[at].key != key, places[at].key != 0 { at = (at &+ 1) & (places.count &- 1) }
    return at
  }

  private mutating func grow() {
    let old = places
    places = [Place](repeating: Place(), count: old.count * 2)
    for one in old where one.statement != nil { places[place(of: one.key)] = one }
  }
}
