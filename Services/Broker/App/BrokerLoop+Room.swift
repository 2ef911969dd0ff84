import BrokerCore
import Host
import Journal
import Telemetry
import Transport

/// What happens when the disk is full: publishes are put off, then nobody is heard, until there is room again.
extension BrokerLoop {
  func tellStorage() {
    // A segment that could not be grown for another reason than room: with nobody heard, no commit would ever meet it.
    if let ended = journal.ended { abort(ended) }
    let fault = rollFault ?? journal.fullBecause.map(JournalFault.full) ?? reserveFault
    let isFull = fault != nil
    guard isFull != wasFull else { return }
    wasFull = isFull
    storageWord.set(fault.map { "publishes are put off: \($0)" })
    if let fault {
      log.error("journal.full", "publishes are put off: \(fault)")
    } else {
      log.info("journal.room", "there is room again; publishes are taken")
    }
    apply(.storage(isFull: isFull))
  }

  /// On a full disk the last of the segment belongs to settles and the like; when that too is nearly used up, nobody is heard until there is
  /// room again: the kernel keeps what they say, and nothing is taken that could not be kept.
  func holdBackWhereTight() {
    let isTight = (rollFault != nil || journal.fullBecause != nil) && (commit?.remaining ?? 0) < Self.tightBytes
    guard isTight != isHeldBack else { return }
    isHeldBack = isTight
    for session in sessions.all { isTight ? session.hold(.storage) : session.release(.storage) }
    guard isTight else { return log.info("journal.roomy", "there is room again; everybody is heard") }
    log.error("journal.tight", "the disk is full and the segment nearly so: nobody is heard until some space is freed")
    seekRoom()
  }

  /// While nobody is heard no input looks for room, so this does.
  private func seekRoom() {
    _ = reactor.after(.milliseconds(Self.rollAgainMilliseconds)) { [unowned self] in
      guard isHeldBack else { return }
      roll()
      // Gathered anew, a segment that could not be grown is tried again.
      if commit?.isEmpty == true { commit = journal.gather() }
      seekRoom()
    }
  }

  /// What leavings, leases and marks may still write while nobody is heard.
  private static let tightBytes = 512 << 10
}
