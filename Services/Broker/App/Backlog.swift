import BrokerCore
import Contracts
import Disk
import Dispatch
import Journal
import Synchronization
import Transport

/// Reads what consumers have fallen behind on, on a thread of its own, and keeps each subscription's last piece until it is served.
///
/// Belongs to the reactor's thread; the reading itself happens on its queue.
final class Backlog {
  private struct Piece {
    let subscription: UInt32
    let slice: JournalSlice
    var usedAt: Int64
  }

  private let reactor: Reactor
  private let reader: BacklogReader
  /// For single events whose bytes are no longer in memory; on the loop's own thread.
  private var single: JournalReader<FileDisk>
  private var pieces: [Piece] = []
  /// Deliveries come in the order of their piece: the last one found is looked at first.
  private var last = 0

  init(reactor: Reactor, disk: FileDisk, journalID: [UInt8], segmentBytes: Int) {
    self.reactor = reactor
    reader = BacklogReader(JournalReader(disk, journalID: journalID, segmentBytes: segmentBytes))
    single = JournalReader(disk, journalID: journalID, segmentBytes: segmentBytes)
  }

  /// Reads for `subscription`; `done` is called on the reactor's thread, where the events' bytes can then be found.
  func read(
    _ subscription: UInt32, from: Position, bytesMax: Int, before: Position, _ done: @escaping (Fetched) -> Void
  ) {
    let back = Handover(backlog: self, done: done)
    reader.read(from: from, bytesMax: bytesMax, before: before) { [reactor] reading, events in
      reactor.post {
        switch reading {
        case .slice(let slice):
          back.backlog.keep(slice, for: subscription)
          back.done(.events(events, next: max(slice.next, from)))
        case .damaged(let range): back.done(.damaged(from: range.lowerBound, through: Position(range.upperBound.value - 1)))
        case .forgotten(let oldest): back.done(.forgotten(oldest: oldest))
        }
      }
    }
  }

  /// The JSON of the event at `position`, where some piece holds it. Valid until the next `read` is done.
  func event(at position: Position) -> UnsafeRawBufferPointer? {
    if last < pieces.count, let found = event(at: position, in: last) { return found }
    for index in pieces.indices {
      if let found = event(at: position, in: index) {
        last = index
        return found
      }
    }
    return nil
  }

  private func event(at position: Position, in index: Int) -> UnsafeRawBufferPointer? {
    let slice = pieces[index].slice
    guard position >= slice.base, position < slice.next else { return nil }
    // The array lives in `pieces` until the next read is done, so its bytes stay where they are.
    let bytes = slice.bytes.withUnsafeBytes { $0 }
    guard let found = EventBytes.at(position, in: bytes, base: slice.base) else { return nil }
    pieces[index].usedAt = reactor.now
    return found
  }

  /// Reads one event from the files, on this thread: rare, for what waited so long that no memory holds it.
  func readOne(_ position: Position, before durable: Position, _ body: (UnsafeRawBufferPointer) -> Void) -> Void? {
    guard case .slice(let slice)? = try? single.read(from: position, bytesMax: 1, before: durable) else { return nil }
    return slice.bytes.withUnsafeBytes { bytes in
      guard let event = EventBytes.at(position, in: bytes, base: slice.base) else { return nil }
      body(event)
      return ()
    }
  }

  private func keep(_ slice: JournalSlice, for subscription: UInt32) {
    // Pieces that nobody took from for a while give their memory back; should one be needed after all, `readOne` finds its events.
    pieces.removeAll { $0.subscription == subscription || reactor.now - $0.usedAt > Self.idleNanoseconds }
    pieces.append(Piece(subscription: subscription, slice: slice, usedAt: reactor.now))
    last = pieces.count - 1
  }

  private static let idleNanoseconds: Int64 = 5_000_000_000
}

/// The reader's thread. Reads one after the other.
private final class BacklogReader: Sendable {
  private let queue = DispatchQueue(label: "accord.broker.backlog")
  private let reader: Mutex<JournalReader<FileDisk>>

  init(_ reader: sending JournalReader<FileDisk>) { self.reader = Mutex(reader) }

  func read(from: Position, bytesMax: Int, before: Position, _ done: @escaping @Sendable (JournalReading, [IndexedEvent]) -> Void) {
    queue.async { [self] in
      // The queue is serial: the lock is only how a class says that one thread at a time uses its value.
      let reading = reader.withLock { reader in
        do throws(JournalFault) { return try reader.read(from: from, bytesMax: bytesMax, before: before) } catch {
          // A disk that cannot be read is to a subscription what damage is: it stops there, and status says so.
          return .damaged(from..<before)
        }
      }
      done(reading, Self.index(reading))
    }
  }

  private static func index(_ reading: JournalReading) -> [IndexedEvent] {
    guard case .slice(let slice) = reading else { return [] }
    return slice.bytes.withUnsafeBytes { bytes in
      var events: [IndexedEvent] = []
      var cursor = RecordCursor(bytes, base: slice.base)
      while let record = cursor.next() {
        guard let (head, json) = record.event else { continue }
        events.append(IndexedEvent(head, at: record.position, bytes: json.count))
      }
      return events
    }
  }
}

/// Carries what belongs to the reactor's thread past another thread and back, untouched there.
private struct Handover: @unchecked Sendable {
  let backlog: Backlog
  let done: (Fetched) -> Void
}

/// How far the journal is durable, for those who read it on other threads.
final class DurableMark: Sendable {
  private let mark = Atomic<UInt64>(0)

  func advance(to position: Position) { mark.store(position.value, ordering: .releasing) }
  var position: Position { Position(mark.load(ordering: .acquiring)) }
}
