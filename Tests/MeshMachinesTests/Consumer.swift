import MeshMachines
import Wire

/// The consumer as its tests drive it: messages are texts, and what is due comes out in words.
typealias Consumer = ConsumerMachine<String>

extension Consumer {
  /// Number n of key k at position 10 n: "k n".
  mutating func deliver(_ key: String, _ number: UInt64, position: UInt64? = nil, bytes: Int = 1, at now: Uptime = at(0)) -> Intake {
    delivered(
      Parcel(
        number: number, position: position ?? number * 10, key: Parcel<String>.hash(key: key.utf8), attempt: 1, bytes: bytes,
        contents: "\(key)\(number)"), at: now)
  }

  /// What is due, in words; a batch ends the list and is kept in `batch`.
  mutating func run(_ batch: inout Batch<String>?, at now: Uptime = at(0)) -> [String] {
    var done: [String] = []
    while let action = next(at: now) {
      switch action {
      case .settle(let settlement):
        let exceptions = settlement.exceptions.map { exception in
          switch exception.verdict {
          case .later: " later \(exception.delivery)"
          case .never: " never \(exception.delivery)"
          }
        }
        done.append("settle \(words(settlement.done))\(exceptions.joined())")
      case .credit(let messages, let bytes): done.append("credit \(messages) \(bytes)")
      case .extend(let ranges): done.append("extend \(words(ranges))")
      case .begin(let begun, let working):
        batch = begun
        done.append("working \(words(working)): \(begun.parcels.map(\.contents).joined(separator: " "))")
        return done
      }
    }
    return done
  }

  mutating func run(at now: Uptime = at(0)) -> [String] {
    var batch: Batch<String>?
    return run(&batch, at: now)
  }

  static func open(messages: Int = 8, bytes: Int = 1_000, batchMessages: Int = 4, batchBytes: Int = 100) -> Consumer {
    var consumer = Consumer(window: .init(messages: messages, bytes: bytes, batchMessages: batchMessages, batchBytes: batchBytes))
    _ = consumer.opened(lease: .seconds(30))
    return consumer
  }
}

/// "[1...3, 5...5]".
func words(_ ranges: DeliveryRanges) -> String {
  "[\(ranges.map { "\($0.lowerBound)...\($0.upperBound)" }.joined(separator: ", "))]"
}

/// Walks `batch` giving the verdicts in order; fewer verdicts than messages leave the rest unreached.
func walked(_ batch: Batch<String>?, _ verdicts: Verdict...) -> Written {
  guard let batch else { preconditionFailure("no batch was begun") }
  var walk = BatchWalk(batch)
  for verdict in verdicts where walk.next() != nil { walk.record(verdict) }
  if verdicts.count == batch.parcels.count { _ = walk.next() }
  return Written(verdicts: walk.verdicts)
}

let later = Verdict.later(after: nil)
let never = Verdict.never(reason: "no")
