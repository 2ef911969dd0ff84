import BrokerCore
import MeshMachines

/// Small things that a broker does, each cut short at every operation of the disk, in every way.
package enum Scenario: String, CaseIterable, Sendable {
  case publish, settle, deadLetter, closingMark, roll, rollWithReserve, reserve, growing, redrive, reset, retention, copyForward, heal,
    knownHole, healUnsynced, flood, removal, fullDisk, doubt

  /// What is done, in words.
  package var words: String {
    switch self {
    case .publish: "two facts are published, accepted and delivered"
    case .settle: "deliveries are settled"
    case .deadLetter: "an event is given up on, and its follower parks"
    case .closingMark: "the journal gets its closing mark"
    case .roll: "the next segment is made and begun with a checkpoint"
    case .rollWithReserve: "the reserve becomes the next segment, with a checkpoint at its head"
    case .reserve: "the reserve is made"
    case .growing: "a segment is grown"
    case .redrive: "dead letters are called back and settled"
    case .reset: "a subscription begins anew"
    case .retention: "the oldest segment goes"
    case .copyForward: "what is needed of the oldest segment is copied forward, and it goes"
    case .heal: "a damaged event comes back from its publisher"
    case .knownHole: "what was known to be damaged before a restart is healed after it, however far the mark went on meanwhile"
    case .healUnsynced: "a start makes durable what was healed before it, and whose sync had failed"
    case .flood: "too much fails, the subscription pauses, and goes on"
    case .removal: "a subscription is removed with its dead letters, and begun anew"
    case .fullDisk: "the disk is full, and has room again"
    case .doubt: "a start keeps aside what is no whole commit"
    }
  }

  /// Does it with every cut tried; what was tried. Throws the first promise that was broken.
  package func enumerate() throws(Wrong) -> Coverage {
    var options = World.Options()
    options.isExhaustive = true
    options.isTold = true
    let world = World(seed: 7, options: options)
    try world.play(self)
    return world.coverage
  }
}

extension World {
  /// Prepares quietly, then does what the scenario is about with the disk watched.
  func play(_ scenario: Scenario) throws(Wrong) {
    isCalm = true
    isWatching = false
    limits.floodFailures = scenario == .flood ? 2 : 1_000_000
    (limits.floodSpan, limits.probeEvery) = (60_000, 500)
    startBroker()
    switch scenario {
    case .publish:
      settle()
      watch {
        for _ in 0..<2 { append(programs[0]) }
        programs[0].relay.grew(highest: programs[0].store.highest)
        settle()
      }
    case .settle:
      write(6)
      watch { settle() }
    case .deadLetter:
      settle()
      // Fact 11 makes no sense to anybody.
      write(13)
      watch { settle() }
    case .closingMark:
      write(2)
      settle()
      write(1)
      // Until the next commit: behind it stands no mark yet.
      while !wantsClosingMark { settle(rounds: 1) }
      watch {
        guardBroker { [self] () throws in
          try clear(); try closeMark()
        }
      }
    case .roll:
      write(9)
      settle()
      watch { guardBroker { [self] () throws in try roll(isForced: true) } }
      write(1)
      watch { settle() }
    case .rollWithReserve:
      write(9)
      settle()
      prepareReserve()
      watch { guardBroker { [self] () throws in try roll(isForced: true) } }
      write(1)
      watch { settle() }
    case .reserve:
      settle()
      watch { prepareReserve() }
    case .growing:
      write(70)
      watch { settle() }
    case .redrive:
      write(40)
      settle(rounds: 900)
      watch {
        guardBroker { [self] () throws in for s in shadow.subscriptions.indices { try order(0, of: s) } }
        settle()
      }
    case .reset:
      write(3)
      settle()
      watch {
        guardBroker { [self] () throws in try order(9) }
        settle()
      }
    case .retention, .copyForward:
      // Of fact 11, which makes no sense to anybody, a dead letter stays.
      write(scenario == .retention ? 6 : 20)
      settle(rounds: 600)
      seal(3, writing: 2)
      prepareReserve()
      watch {
        guardBroker { [self] () throws in try letGo() }
        settle(rounds: 20)
      }
    case .heal:
      write(6)
      seal(3, writing: 1)
      damage()
      watch { settle() }
    case .knownHole:
      write(6)
      seal(3, writing: 1)
      losesHeals = true
      damage()
      watch { settle(rounds: 20) }
      // By now the mark is far beyond what was lost, and only that it is known to be lost holds it back.
      for _ in 0..<10 {
        guardBroker { [self] () throws in try roll(isForced: true) }
        write(2)
        settle(rounds: 40)
      }
      brokerDies("killed")
      losesHeals = false
      watch { settle() }
    case .healUnsynced:
      write(6)
      seal(3, writing: 1)
      failsHealing = true
      damage()
      while journal != nil { settle(rounds: 1) }
      watch { settle() }
    case .flood:
      settle()
      brokenUntil = .max
      write(4)
      watch { settle(rounds: 60) }
      brokenUntil = 0
      watch { settle(rounds: 200) }
    case .removal:
      write(13)
      settle(rounds: 400)
      watch {
        guardBroker { [self] () throws in for s in shadow.subscriptions.indices { try remove(s, dropsDead: true) } }
        settle(rounds: 60)
      }
    case .fullDisk:
      write(4)
      settle()
      disk.capacity = disk.used
      watch {
        guardBroker { [self] () throws in try roll(isForced: true) }
        write(2)
        settle(rounds: 40)
        disk.capacity = .max
        settle()
      }
    case .doubt:
      settle()
      write(3)
      // The power goes before the sync of some commit, and half of it is kept.
      disk.powerGoesAt = disk.steps + 3
      while journal != nil { settle(rounds: 1) }
      watch { settle() }
    }
    if let wrong { throw wrong }
    isWatching = false
    drain()
    if let wrong { throw wrong }
  }

  private func write(_ count: Int) {
    for index in 0..<count {
      append(programs[index % 3 == 2 ? 1 : 0])
      for program in programs.prefix(2) where program.isAlive { program.relay.grew(highest: program.store.highest) }
    }
  }

  /// Seals so many segments, with so many facts after each.
  private func seal(_ segments: Int, writing count: Int) {
    for _ in 0..<segments {
      guardBroker { [self] () throws in try roll(isForced: true) }
      write(count)
      settle()
    }
  }

  private func watch(_ body: () -> Void) {
    isWatching = true
    body()
    isWatching = false
  }

  /// Everybody goes on for a while.
  private func settle(rounds: Int = 160) {
    for _ in 0..<rounds {
      for program in programs { live(program) }
      guardBroker { [self] () throws in try brokerTurn() }
      pass(7)
    }
  }
}
