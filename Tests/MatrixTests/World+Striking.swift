import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

// What strikes, and how the world goes on behind it.
extension World {
  /// Steps at which something strikes; ten more follow, in which a fault of the disk comes true.
  static let strikes = 30
  private static let steps = 40

  /// A life of forty steps, struck before step `at`, and settled down behind it. `watch` is called after each turn's end.
  static func live(_ strike: Strike, at: Int, seed: UInt64, watch: ((World) throws -> Void)? = nil) throws -> World {
    let world = try World(SeededRandom(seed: seed &+ UInt64(at) &* 1_000_003))
    for number in 0..<Self.steps {
      if number == at { try world.strike(strike) }
      do { try world.step(number) } catch let fault as JournalFault where fault.isFatal { try world.restart(on: world.survivor(strike)) }
      try watch?(world)
    }
    world.recover()
    try world.settleDown()
    return world
  }

  /// The disk as the process that ended leaves it to the next.
  private func survivor(_ strike: Strike) -> MemoryDisk {
    defer { (disk.failures, disk.powerGoesAt) = ([:], .max) }
    guard strike == .power else { return disk.copy() }
    let keeps = (0..<64).map { _ in below(2) == 0 }
    return disk.afterPowerCut(names: below(disk.unsyncedNames + 1)) { keeps[($0.write * 7 + $0.index) % 64] }
  }

  private func recover() {
    disk.capacity = .max
    disk.failures = [:]
    disk.powerGoesAt = .max
  }

  private func strike(_ strike: Strike) throws {
    switch strike {
    case .kill:
      // In the middle of a turn: what was gathered is gone.
      try publish()
      try restart(on: disk.copy())
    case .power: disk.powerGoesAt = disk.operations + 1 + below(4)
    case .inputOutput: disk.failures[disk.operations + 1 + below(4)] = DiskFault.inputOutput
    case .noSpace:
      disk.capacity = 0
      try apply(.storage(isFull: true))
      try turn()
      // For two steps; what is published meanwhile is put off.
      for _ in 0..<2 {
        try publish()
        try work(0)
        try turn()
      }
      disk.capacity = .max
      try apply(.storage(isFull: false))
    case .flip: try damage(cut: false)
    case .truncation: try damage(cut: true)
    case .halfOpen:
      deaf = [publisher, consumers[0].id]
      // Something is on its way that nobody will hear the answer to.
      try publish()
      try turn()
      try connectPublisher()
      let lost = consumers[0].id
      try connectConsumer(0)
      try turn()
      // Three heartbeats later the shell gives the old connection up.
      try pass(30_000)
      try turn()
      try apply(.disconnected(lost))
    case .poison:
      guard let first = consumers[1].held.first else { return }
      try apply(.working(consumers[1].id, handle: 1, [first.number...first.number]))
      deaths += 1
      try die(1)
    case .clock: now.wall = now.wall.adding(.milliseconds(-3_600_000))
    }
  }

  /// Durable bytes of the segment in use change behind everybody's back, while nothing runs.
  private func damage(cut: Bool) throws {
    try turn()
    mayForget = true
    let end = journal?.end.value ?? 0
    let name = try disk.list().filter { $0.hasSuffix(".segment") && !$0.hasPrefix("reserve") }.sorted().last ?? ""
    let base = end / UInt64(Self.options.segmentBytes) * UInt64(Self.options.segmentBytes)
    if cut {
      // Without a closing mark, as the last commit of a broker that was killed: its end is in doubt.
      let used = Int(end - base)
      let disk = disk.copy()
      disk.damage(name) { $0.removeLast(max(0, $0.count - (used - 1 - below(60)))) }
      return try restart(on: disk)
    }
    // With the mark everything before it is proven.
    commit = nil
    try journal!.closeMark()
    let inHere = places.values.filter { $0 >= base }
    guard let place = inHere.sorted().randomElement(using: &random) else { return try restart(on: disk.copy()) }
    let disk = disk.copy()
    let at = Int(place - base) + 24 + below(60)
    disk.damage(name) { $0[at] ^= 1 << UInt8(below(8)) }
    try restart(on: disk)
  }
}
