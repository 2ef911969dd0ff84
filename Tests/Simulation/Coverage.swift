/// What a run has tried out.
package struct Coverage: Sendable {
  /// What the broker was at when the power went.
  package enum Phase: Int, CaseIterable, Sendable {
    case append, roll, checkpoint, reserve, closing, growing, recovery
    case inFlight = 7
    case deadLetter, redrive, reset, retention, copyForward, heal, fullDisk, killed

    package var name: String {
      switch self {
      case .append: "appending a commit"
      case .roll: "in a roll"
      case .checkpoint: "writing a checkpoint"
      case .reserve: "preparing the reserve"
      case .closing: "writing a closing mark"
      case .growing: "growing a segment"
      case .recovery: "in a recovery"
      case .inFlight: "with deliveries in flight"
      case .deadLetter: "with a dead letter in the commit"
      case .redrive: "in a redrive or drop"
      case .reset: "in a reset or replay"
      case .retention: "in retention"
      case .copyForward: "in copy-forward"
      case .heal: "in a heal"
      case .fullDisk: "on a full disk"
      case .killed: "after a kill without a power cut before"
      }
    }
  }

  package var worlds = 0
  package var steps = 0
  /// Power cuts that lost or tore something, and whose recovery and invariants ran.
  package var crashPoints = 0
  package var phases = [Int](repeating: 0, count: Phase.allCases.count)
  /// Recoveries tried where nothing was lost.
  package var whole = 0
  package var tornSectors = 0
  package var lostNames = 0
  package var carried = 0
  package var forgotten = 0
  package var damages = 0
  package var healed = 0
  /// Bits changed in a copy.
  package var flippedBits = 0
  /// The world itself went on from these.
  package var powerCuts = 0
  package var kills = 0
  package var diskFaults = 0
  package var published = 0
  package var delivered = 0
  package var duplicates = 0
  /// Publishes over their credential's rate.
  package var putOff = 0
  package var deadLetters = 0
  package var leases = 0
  package var rolls = 0
  package var marks = 0
  package var fenced = 0
  package var lineages = 0
  package var programDeaths = 0
  /// Flood breakers that opened, and deliveries that were probes.
  package var pauses = 0
  package var probes = 0
  /// Subscriptions that were removed or forgotten.
  package var removals = 0
  /// Manifests that were withdrawn.
  package var withdrawn = 0
  /// Damage that was written down while outboxes had what it took.
  package var noted = 0
  /// Closing marks that fell into a turn in which somebody waited for an answer.
  package var waitedOverMark = 0

  package init() {}

  mutating func count(_ phase: Phase) { phases[phase.rawValue] += 1 }

  package mutating func add(_ other: Coverage) {
    worlds += other.worlds
    steps += other.steps
    crashPoints += other.crashPoints
    for index in phases.indices { phases[index] += other.phases[index] }
    whole += other.whole
    tornSectors += other.tornSectors
    lostNames += other.lostNames
    carried += other.carried
    forgotten += other.forgotten
    damages += other.damages
    healed += other.healed
    flippedBits += other.flippedBits
    powerCuts += other.powerCuts
    kills += other.kills
    diskFaults += other.diskFaults
    published += other.published
    delivered += other.delivered
    duplicates += other.duplicates
    putOff += other.putOff
    deadLetters += other.deadLetters
    leases += other.leases
    rolls += other.rolls
    marks += other.marks
    fenced += other.fenced
    lineages += other.lineages
    programDeaths += other.programDeaths
    pauses += other.pauses
    probes += other.probes
    removals += other.removals
    withdrawn += other.withdrawn
    noted += other.noted
    waitedOverMark += other.waitedOverMark
  }
}

extension Coverage {
  /// What was tried out, for a person.
  package var table: String {
    var rows = Phase.allCases.filter { phases[$0.rawValue] > 0 }.map { row("crash points \($0.name)", phases[$0.rawValue]) }
    rows.insert(row("counted crash points", crashPoints), at: 0)
    rows += [
      row("of them with a torn sector", tornSectors), row("of them with a lost name", lostNames),
      row("bits flipped in a copy", flippedBits), row("recoveries without a loss, not counted", whole), row("worlds", worlds),
      row("steps", steps),
      row("power cuts that the world went on from", powerCuts), row("kills that the world went on from", kills),
      row("faults and full disks", diskFaults), row("events", published), row("deliveries", delivered),
      row("publishes again or out of turn", duplicates), row("publishes over their rate", putOff), row("dead letters", deadLetters),
      row("deliveries taken back", leases),
      row("rolls", rolls), row("events copied forward", carried), row("segments let go of", forgotten),
      row("events damaged in sealed segments", damages), row("events healed", healed),
      row("holes noted while outboxes had what they took", noted), row("subscriptions paused by a flood", pauses),
      row("deliveries as probes", probes), row("subscriptions removed or forgotten", removals), row("manifests withdrawn", withdrawn),
      row("marks passed", marks), row("closing marks while answers waited", waitedOverMark),
      row("connections fenced", fenced), row("lineages renewed", lineages),
      row("programs that died", programDeaths),
    ]
    return rows.joined(separator: "\n")
  }

  private func row(_ name: String, _ count: Int) -> String {
    let digits = String(count)
    return digits.padded(to: 12) + "  " + name
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { String(repeating: " ", count: max(0, width - utf8.count)) + self }
}
