/// Ways in which a power cut leaves unsynced writes.
enum Cuts {
  /// A fate for each of `count` sectors: all lost, a prefix kept, one lost or torn, one kept, any subset; lost ones may leave zeros where
  /// the file had grown.
  static func fates(_ count: Int, _ chance: inout Chance) -> [SimDisk.Fate] {
    if count == 0 { return [] }
    let lost: SimDisk.Fate = chance.percent(20) ? .zeroed : .lost
    let one = chance.below(count)
    switch chance.below(8) {
    case 0: return [SimDisk.Fate](repeating: lost, count: count)
    case 1: return (0..<count).map { $0 < one ? .kept : lost }
    case 2: return (0..<count).map { $0 == one ? lost : .kept }
    case 3: return (0..<count).map { $0 == one ? .kept : lost }
    case 4: return (0..<count).map { $0 < one ? .kept : $0 == one ? .torn(1 + chance.below(511)) : lost }
    case 5: return (0..<count).map { $0 == one ? .torn(1 + chance.below(511)) : .kept }
    case 6: return (0..<count).map { _ in chance.percent(50) ? .kept : lost }
    default: return (0..<count).map { _ in chance.percent(90) ? .kept : chance.percent(50) ? lost : .torn(1 + chance.below(511)) }
    }
  }

  /// The same for the same cut (FNV-1a).
  static func print(_ names: Int, _ fates: [SimDisk.Fate]) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(names)
    for fate in fates {
      let word: UInt64 =
        switch fate {
        case .kept: 1
        case .lost: 2
        case .zeroed: 3
        case .torn(let bytes): 4 + UInt64(bytes)
        }
      sum = (sum ^ word) &* 0x0000_0100_0000_01b3
    }
    return sum
  }

  /// For a tale.
  static func words(_ sectors: [SimDisk.Sector], _ fates: [SimDisk.Fate]) -> String {
    zip(sectors, fates).map { "\($0.file) \($0.range.lowerBound)..<\($0.range.upperBound) \($1)" }.joined(separator: ", ")
  }
}

extension Cuts {
  /// Every fate of so few sectors that all can be tried; else every prefix, every single one lost, kept or torn.
  static func all(_ sectors: [SimDisk.Sector]) -> [[SimDisk.Fate]] {
    let count = sectors.count
    if count == 0 { return [[]] }
    var fates: [[SimDisk.Fate]] = []
    if count <= 6 {
      for subset in 0..<(1 << count) { fates.append((0..<count).map { subset >> $0 & 1 == 1 ? .kept : .lost }) }
    } else {
      for prefix in 0...count { fates.append((0..<count).map { $0 < prefix ? .kept : .lost }) }
      for one in 0..<count {
        fates.append((0..<count).map { $0 == one ? .lost : .kept })
        fates.append((0..<count).map { $0 == one ? .kept : .lost })
      }
    }
    fates.append([SimDisk.Fate](repeating: .zeroed, count: count))
    for one in 0..<count {
      // At every word where there are few, at some otherwise: a record begins at a multiple of 8.
      for bytes in stride(from: 8, to: sectors[one].range.count, by: count <= 4 ? 8 : 168) {
        fates.append((0..<count).map { $0 < one ? .kept : $0 == one ? .torn(bytes) : .lost })
        if count > 1, count <= 4 { fates.append((0..<count).map { $0 == one ? .torn(bytes) : .kept }) }
      }
    }
    return fates
  }
}
