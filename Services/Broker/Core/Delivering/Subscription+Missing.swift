import Contracts
import Journal

// What a subscription has in its window and the disk no longer has: damage took it after it was read, and the operator accepted that.
//
//   window: read, waiting or in flight ──▶ bytes no longer in memory ──▶ fetched again ──▶ is not among what was read: missing
//                                                                            its turn comes ──▶ settled, as whatever lies in the hole
//
// Without this it would be handed out without bytes: each consumer that took it would lose its connection.
extension Subscription {
  /// `events` are all that can be read in `range`, where something was lost for good: what else the window has of it is missing.
  mutating func noteMissing(in range: Range<UInt64>, but events: [IndexedEvent]) {
    if window.isEmpty { return }
    let found = Set(events.map(\.position))
    reading.missing.subtract(found)
    for ordinal in window.first..<window.end where window[ordinal].state != .settled {
      let position = window[ordinal].position
      if range.contains(position), !found.contains(position) { reading.missing.insert(position) }
    }
  }

  /// The journal begins at `kept` from now on: what was needed from before it and could not be read was not carried on.
  mutating func isKept(from kept: UInt64, _ carried: Carried) {
    reading.kept = kept
    if window.isEmpty { return }
    noteMissing(in: 0..<kept, but: carried.list.map(\.event))
  }

  /// The first event of a chain is nowhere any more: it is over, a redriven letter is dead again and says so.
  mutating func giveUpMissing(_ node: Int, _ now: Moment, into commit: inout Gathering<Effect>) {
    let ordinal = unchain(node)
    let position = window[ordinal].position
    if window[ordinal].isReturn, var letter = returns.find(position)?.letter {
      letter.at = now.wall.milliseconds
      letter.cause = .never("The journal lost it, and the operator accepted that.")
      write(.dead(number, letter), into: &commit)
    }
    noteSettled(ordinal)
    relist(node, now)
  }
}
