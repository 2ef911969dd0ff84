import BrokerCore
import Contracts
import Disk
import Dispatch
import Journal
import Synchronization
import Telemetry
import Transport

/// Reads segments as a whole on a thread of its own: to let go of them, to find damage, to list them.
///
/// May be called from any thread; answers come on its queue.
final class JournalKeeper: Sendable {
  private let queue = DispatchQueue(label: "accord.broker.keeper", qos: .utility)
  private let reader: Mutex<JournalReader<FileDisk>>
  let segmentBytes: Int

  init(_ reader: sending JournalReader<FileDisk>, segmentBytes: Int) {
    self.reader = Mutex(reader)
    self.segmentBytes = segmentBytes
  }

  /// Where segment `number` begins and the next one does.
  func range(of number: UInt64) -> Range<Position> {
    Position(number * UInt64(segmentBytes))..<Position((number + 1) * UInt64(segmentBytes))
  }

  /// What the segment at `range` holds.
  func survey(_ range: Range<Position>, before: Position, _ done: @escaping @Sendable (SegmentSurvey) -> Void) {
    queue.async { [self] in done(surveyed(range, before: before)) }
  }

  /// The same on the caller's thread.
  func surveyed(_ range: Range<Position>, before: Position) -> SegmentSurvey {
    var survey = SegmentSurvey(range)
    let end = min(range.upperBound, before)
    var at = range.lowerBound
    while at < end {
      // One piece at a time: others may read in between.
      let reading = reader.withLock { reader in try? reader.read(from: at, bytesMax: Self.pieceBytes, before: end) }
      switch reading {
      case .slice(let slice):
        survey.take(slice)
        guard slice.next > at else { return survey }
        at = slice.next
      case .damaged(let damaged):
        survey.take(damaged: damaged)
        at = damaged.upperBound
      case .forgotten: return survey
      case nil:
        survey.take(damaged: at..<end)
        return survey
      }
    }
    return survey
  }

  /// The records at `places`, some at a time; nil for one that cannot be read.
  func read(_ places: [Position], before: Position, _ each: @escaping @Sendable ([JournalSlice?]) -> Void) {
    queue.async { [self] in
      var some: [JournalSlice?] = []
      var bytes = 0
      for place in places {
        let reading = reader.withLock { try? $0.read(from: place, bytesMax: 1, before: before) }
        var found: JournalSlice?
        if case .slice(let slice) = reading, slice.base == place, !slice.bytes.isEmpty { found = slice }
        some.append(found)
        bytes += found?.bytes.count ?? 0
        guard bytes >= Self.pieceBytes else { continue }
        each(some)
        some = []
        bytes = 0
      }
      each(some)
    }
  }

  /// Everything that is damaged in segment `number` of a journal that is kept from `keptFrom` on; a fault where it cannot be read at all.
  func examine(
    _ number: UInt64, before: Position, keptFrom: Position, _ done: @escaping @Sendable (Result<[Damage], JournalFault>) -> Void
  ) {
    queue.async { [self] in
      done(
        reader.withLock { reader in
          do throws(JournalFault) {
            return .success(try reader.examine(segment: number, before: before, keptFrom: keptFrom))
          } catch { return .failure(error) }
        })
    }
  }

  private static let pieceBytes = 1 << 20
}
