import BrokerCore
import Contracts
import Host
import Journal
import Telemetry
import Transport

// The journal's disk: old segments go, damage is looked for and repaired, and the room that is left is known.
extension BrokerLoop {
  /// Begins to look after the disk, for as long as the loop runs. After `start`.
  func startKeeping() {
    for start in journal.starts { machine.begins(segment: start.base, at: start.begun) }
    if machine.kept > journal.oldestKept.value { forget(before: Position(machine.kept)) }
    if journal.isDamaged { makeRoom { _, _, _ in } }
    for damage in journal.recovery.damage { examine(damage.segment) }
    lookThrough(journal.newestSegment)
    keepOrder()
    writeTrails()
  }

  /// For the listing of segments.
  var layout: JournalRoutes.Layout {
    JournalRoutes.Layout(
      oldest: journal.oldestKept.value / UInt64(keeper.segmentBytes), newest: journal.newestSegment, starts: journal.starts, rules: rules,
      isFull: storageWord.sentence)
  }

  // MARK: What the machine wants

  /// The effects that concern the disk; what comes of them is an input of a later turn.
  func keep(_ effect: Effect) {
    let durable = journal.durableThrough
    switch effect {
    case .carry(let places):
      keeper.read(places, before: durable) { [reactor, loop = LoopReference(self)] slices in
        reactor.post { for slice in slices { loop.value.apply(.carried(slice)) } }
      }
    case .forget(let before): later { $0.forget(before: before) }
    case .examine(let position): later { $0.examine(position.value / UInt64($0.keeper.segmentBytes)) }
    case .heal(let position, let record): later { $0.heal(record, at: position) }
    case .mend(let range): later { $0.mend(range) }
    case .send, .accepted, .deliver, .fetch, .close: break
    }
  }

  /// In a turn of its own: the commit whose effects are being let go is still in hand.
  private func later(_ body: @escaping @Sendable (BrokerLoop) -> Void) {
    reactor.post { [loop = LoopReference(self)] in body(loop.value) }
  }

  private func forget(before position: Position) {
    do throws(JournalFault) {
      try journal.forget(before: position)
      metrics.oldestKept.set(Int64(clamping: journal.oldestKept.value))
      metrics.forgotten.increment()
      log.info("journal.forgotten", "the journal begins at position \(journal.oldestKept.value) from now on; nobody needs what was before")
    } catch { log.error("journal.unforgettable", "an old segment could not be let go: \(error)") }
    prepareReserve()
    letGo()
  }

  private func heal(_ record: [UInt8], at position: Position) {
    do throws(JournalFault) { try journal.heal(record, at: position) } catch {
      if error.isFatal { fail(error) }
      return log.error("journal.unhealed", "the event at position \(position.value) came back but could not be written: \(error)")
    }
    metrics.healed.increment()
    log.info("journal.healed", "the event at position \(position.value) stands where it stood, as it was")
    apply(.healed(position))
  }

  private func mend(_ range: Range<Position>) {
    do throws(JournalFault) { try journal.mend(range) } catch {
      if error.isFatal { fail(error) }
      return log.error("journal.unmended", "what is left of the damage from \(range.lowerBound.value) on could not be closed: \(error)")
    }
    log.info("journal.mended", "nothing is missed any more from \(range.lowerBound.value) to \(range.upperBound.value)")
    apply(.mended(range))
  }

  // MARK: Damage

  /// Looks through one segment and tells the machine what is damaged there.
  private func examine(_ number: UInt64, _ then: (@Sendable (BrokerLoop) -> Void)? = nil) {
    keeper.examine(number, before: journal.durableThrough, keptFrom: Position(machine.kept)) {
      [reactor, loop = LoopReference(self)] answer in
      reactor.post {
        switch answer {
        case .success(let damages): loop.value.tell(damages, of: number)
        case .failure(let fault):
          // What was known of it before stays known; who reads there finds the same.
          loop.value.log.error("journal.unreadable", "segment \(number) could not be looked through: \(fault)")
        }
        then?(loop.value)
      }
    }
  }

  private func tell(_ damages: [Damage], of number: UInt64) {
    for damage in damages {
      metrics.damage.increment()
      log.error("journal.damaged", "\(damage); nothing moves over it before it is healed or accepted as lost")
      journal.noteDamage(at: damage.range.lowerBound)
    }
    let records = damages.filter { $0.part == .records || $0.part == .segment }
    guard !records.isEmpty || machine.hasHoles(in: keeper.range(of: number)) else { return }
    apply(.examined(keeper.range(of: number), records))
  }

  /// Looks through every kept segment once, newest first: what can be healed is found while outboxes still have it. Until then they are told
  /// to forget no more than before the start.
  private func lookThrough(_ number: UInt64) {
    guard number > 0, number * UInt64(keeper.segmentBytes) >= machine.kept else { return apply(.lookedThrough) }
    examine(number) { loop in
      _ = loop.reactor.after(Self.lookPause) { [unowned loop] in loop.lookThrough(number - 1) }
    }
  }

  /// Under steady load no moment is idle: what the newest segment holds is told all the same, now and then.
  private func writeTrails() {
    _ = reactor.after(Self.trailEvery) { [unowned self] in
      if commit?.isEmpty == false { finish() }
      writeClosingMark()
      writeTrails()
    }
  }

  // MARK: Letting go

  private func keepOrder() {
    _ = reactor.after(reserveFault == nil ? Self.orderEvery : Self.pressedEvery) { [unowned self] in
      if reserveFault != nil { prepareReserve() }
      letGo()
      keepOrder()
    }
  }

  /// Has the oldest segment looked at, where somebody wants it gone.
  func letGo() {
    guard !isSurveying, !machine.isLettingGo, let segment = journal.oldestSegment, let how = wish(for: segment) else { return }
    let interest = machine.interest(before: segment.upperBound, how)
    guard interest != refused else { return }
    isSurveying = true
    keeper.survey(segment, before: journal.durableThrough) { [reactor, loop = LoopReference(self)] survey in
      reactor.post {
        let loop = loop.value
        loop.isSurveying = false
        loop.apply(.surveyed(survey, how))
        // What stays is not looked at again before somebody has moved.
        loop.refused = loop.machine.isLettingGo ? nil : interest
      }
    }
  }

  /// Why the oldest segment should go, and how far that may reach; nil where it may stay.
  private func wish(for segment: Range<Position>) -> LettingGo? {
    let limited: LettingGo = rules.dropsUnread ? .evenUnread : .unneeded
    if let bytes = rules.bytes, journal.segmentCount * keeper.segmentBytes > bytes { return limited }
    if let age = rules.age, let ended = journal.starts.first(where: { $0.base >= segment.upperBound })?.begun,
      clock.now().milliseconds - ended.milliseconds > age.milliseconds
    {
      return limited
    }
    return reserveFault != nil ? .unneeded : nil
  }

  private static let lookPause = Duration.milliseconds(20)
  private static let trailEvery = Duration.seconds(5)
  private static let orderEvery = Duration.seconds(10)
  private static let pressedEvery = Duration.seconds(1)
}

/// Lets closures of other threads name the loop; they only ever use it on the reactor's.
struct LoopReference: @unchecked Sendable {
  let value: BrokerLoop
  init(_ value: BrokerLoop) { self.value = value }
}
