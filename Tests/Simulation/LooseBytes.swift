/// The bytes of one file on a disk that forgets: what a reader sees, which writes no sync covers yet, and what is left without them.
///
/// ```
/// put ──▸ unsynced ── sync ──▸ held              the power goes: held, and of unsynced whatever fate leaves
///            └─────── failSync ─▸ lost, and only what is put again is synced by a later sync
/// ```
package struct LooseBytes {
  /// One write that no sync covers yet, with what it covered up.
  package struct Write {
    package let offset: Int
    package let after: [UInt8]
    let before: [UInt8]
    let countBefore: Int
  }

  /// What a reader sees.
  package private(set) var bytes: [UInt8]
  /// Oldest first.
  package private(set) var unsynced: [Write] = []
  /// What the disk holds where that is not what a reader sees: a sync failed, and the kernel took what it could not write for clean (LWN
  /// 752063).
  private var platter: [UInt8]?

  package init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  /// Whether a reader sees something that only looks synced.
  package var isLying: Bool { platter != nil }

  /// Up to as many bytes as there is room for, from `offset` on; returns how many.
  package func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
    let count = max(0, min(room.count, bytes.count - offset))
    if count > 0 { bytes.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) } }
    return count
  }

  package mutating func put(_ some: UnsafeRawBufferPointer, at offset: Int) {
    guard !some.isEmpty else { return }
    let end = offset + some.count
    let countBefore = bytes.count
    let before = offset < countBefore ? Array(bytes[offset..<min(end, countBefore)]) : []
    if end > countBefore { bytes.append(contentsOf: repeatElement(0, count: end - countBefore)) }
    bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]).copyMemory(from: some) }
    unsynced.append(Write(offset: offset, after: Array(some), before: before, countBefore: countBefore))
  }

  package mutating func sync() {
    if var held = platter {
      for write in unsynced { Self.lay(write.after[...], over: &held, at: write.offset) }
      platter = held == bytes ? nil : held
    }
    unsynced.removeAll(keepingCapacity: true)
  }

  package mutating func failSync() {
    platter = held
    unsynced = []
  }

  /// What the disk holds without what no sync covers.
  package var held: [UInt8] {
    if let platter { return platter }
    var held = bytes
    for write in unsynced.reversed() {
      held.replaceSubrange(write.offset..<write.offset + write.before.count, with: write.before)
      held.removeLast(held.count - write.countBefore)
    }
    return held
  }

  /// Changes what is there durably, behind everyone's back.
  package mutating func damage(_ change: (inout [UInt8]) -> Void) {
    change(&bytes)
    unsynced = []
    platter = nil
  }

  /// What a power cut left of a write, durably: `some` of it, in a file that is `end` long at least.
  package mutating func leave(_ some: ArraySlice<UInt8>, at offset: Int, atLeast end: Int = 0) {
    Self.lay(some, over: &bytes, at: offset, atLeast: end)
  }

  private static func lay(_ some: ArraySlice<UInt8>, over bytes: inout [UInt8], at offset: Int, atLeast end: Int = 0) {
    let end = max(end, offset + some.count)
    if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
    bytes.replaceSubrange(offset..<offset + some.count, with: some)
  }

  /// The stretches of a write that lie in one sector of its file each.
  package static func sectors(_ write: Write, of sectorBytes: Int) -> [Range<Int>] {
    var sectors: [Range<Int>] = []
    var at = write.offset
    let end = write.offset + write.after.count
    while at < end {
      let next = min((at / sectorBytes + 1) * sectorBytes, end)
      sectors.append(at..<next)
      at = next
    }
    return sectors
  }
}
