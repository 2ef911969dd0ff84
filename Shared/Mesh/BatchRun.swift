package import Contracts
package import MeshMachines
package import Store
import Transport
package import Wire

/// Runs one batch of deliveries in one write transaction. Blocks; runs on a queue of its own.
///
/// ```
/// all of them, one after the other ─▸ all done ─▸ commit
///        └─▸ one is not done ─▸ all of it is rolled back ─▸ again, each message in a savepoint of its own ─▸ commit
/// ```
/// Nearly every batch is done as a whole, and savepoints cost it a fifth of its time: they keep a copy of each page that a message changes.
package struct BatchRun: Sendable {
  let store: Store
  let inlet: Inlet
  let now: @Sendable () -> Timestamp

  /// `now` stamps the inbox marks.
  package init(store: Store, inlet: @escaping Inlet, now: @escaping @Sendable () -> Timestamp) {
    self.store = store
    self.inlet = inlet
    self.now = now
  }

  /// What became of the batch. Only the store's commit yields it; throws where nothing of the batch was written. It ends early, with
  /// verdicts for the first part only, where the time for one batch is over.
  package func run(_ batch: Batch<Delivery>) throws -> Committed<BatchOutcome> {
    let isLong = batch.parcels.count >= MeshLimits.longBatchMessages
    do {
      return try store.write(asLongWork: isLong) { transaction in
        try walk(batch, &transaction) { delivery, seenBefore, transaction in
          guard try handle(delivery, &seenBefore, &transaction) == .done else { throw NotAllDone() }
          return .done
        }
      }
    } catch let fault as StoreFault where fault.kind != .refuse {
      throw fault
    } catch {
      return try store.write { transaction in
        try walk(batch, &transaction) { delivery, seenBefore, transaction in try verdict(on: delivery, &seenBefore, &transaction) }
      }
    }
  }

  /// Somebody of the batch is not done: it takes the long way.
  private struct NotAllDone: Error {}

  private func walk(
    _ batch: Batch<Delivery>, _ transaction: inout Transaction,
    _ verdict: (Delivery, inout Int, inout Transaction) throws -> Verdict
  ) throws -> BatchOutcome {
    let end = Reactor.uptime() + Int64(MeshLimits.batchTime.milliseconds) * 1_000_000
    var walk = BatchWalk(batch)
    var seenBefore = 0
    while let parcel = walk.next() {
      walk.record(try verdict(parcel.contents, &seenBefore, &transaction))
      if Reactor.uptime() >= end { break }
    }
    return BatchOutcome(verdicts: walk.verdicts, seenBefore: seenBefore, highest: try Outbox.highest(in: transaction))
  }

  private func handle(_ delivery: Delivery, _ seenBefore: inout Int, _ transaction: inout Transaction) throws -> Verdict {
    let isNew = try Inbox.mark(
      producer: delivery.producer, sequence: delivery.sequence, position: delivery.position, at: now(), in: transaction)
    guard isNew else {
      seenBefore += 1
      return .done
    }
    return try inlet(try Received(delivery), &transaction).verdict
  }

  private func verdict(on delivery: Delivery, _ seenBefore: inout Int, _ transaction: inout Transaction) throws -> Verdict {
    do {
      return try transaction.savepoint { transaction in
        let verdict = try handle(delivery, &seenBefore, &transaction)
        // Whatever is not done leaves nothing behind, its inbox mark included: it must be handled when it comes again.
        guard verdict == .done else { throw SetAside(verdict: verdict) }
        return .done
      }
    } catch let aside as SetAside {
      return aside.verdict
    } catch let fault as StoreFault {
      switch fault.kind {
      case .retry, .fatal: throw fault
      case .refuse: return .never(reason: fault.description)
      }
    } catch {
      return .never(reason: "\(error)")
    }
  }

  /// Carries a verdict out of its savepoint, so that the savepoint is rolled back.
  private struct SetAside: Error { let verdict: Verdict }
}

/// What a committed batch says.
package struct BatchOutcome: Sendable {
  let verdicts: Verdicts
  package let seenBefore: Int
  /// The outbox's highest number within the transaction.
  let highest: UInt64
}

/// Nothing but a commit proves verdicts.
extension Committed: Proof where Value == BatchOutcome {
  package var verdicts: Verdicts { value.verdicts }
}
