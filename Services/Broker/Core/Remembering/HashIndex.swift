/// From 64-bit hashes to small numbers: open addressing, linear probing, no tombstones. HOT.
///
/// A tenth of the time of a dictionary keyed by strings. The hash alone is the key: see `KeyHash` for what that means.
struct HashIndex: Sendable {
  private struct Slot {
    var hash: UInt64 = 0
    /// The value and one; 0 is an empty slot.
    var value: UInt32 = 0
  }

  private var slots: [Slot]
  private var mask: Int
  private(set) var count = 0

  init(minimumCapacity: Int = 16) {
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
    mask = size - 1
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask }

  func find(_ hash: UInt64) -> Int? {
    var at = home(hash)
    while true {
      let slot = slots[at]
      if slot.value == 0 { return nil }
      if slot.hash == hash { return Int(slot.value) - 1 }
      at = (at + 1) & mask
    }
  }

  /// Adds a hash that is not there yet.
  mutating func insert(_ hash: UInt64, _ value: Int) {
    if (count + 1) * 2 > slots.count { grow() }
    place(Slot(hash: hash, value: UInt32(value + 1)))
    count += 1
  }

  /// Takes a hash out and closes the gap, so that every search stays as short as if it had never been there.
  mutating func remove(_ hash: UInt64) {
    var gap = home(hash)
    while slots[gap].hash != hash || slots[gap].value == 0 {
      if slots[gap].value == 0 { return }
      gap = (gap + 1) & mask
    }
    var at = gap
    while true {
      at = (at + 1) & mask
      let slot = slots[at]
      if slot.value == 0 { break }
      // A slot may move back only as far as its home.
      let distance = (at &- home(slot.hash)) & mask
      if distance >= (at &- gap) & mask {
        slots[gap] = slot
        gap = at
      }
    }
    slots[gap] = Slot()
    count -= 1
  }

  mutating func removeAll() {
    for i in slots.indices { slots[i] = Slot() }
    count = 0
  }

  private mutating func place(_ slot: Slot) {
    var at = home(slot.hash)
    while slots[at].value != 0 { at = (at + 1) & mask }
    slots[at] = slot
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    mask = slots.count - 1
    for slot in old where slot.value != 0 { place(slot) }
  }
}
