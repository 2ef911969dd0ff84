import Contracts
import MeshMachines
import Wire

/// What a consumer carries through its batch.
struct Carried: Sendable {
  let event: Int
  let bytes: Int
}

/// A department's store as far as the mesh knows it, in memory: a transaction is in it whole and durable, or not at all. SQLite itself is
/// trusted here; Tests/StoreTests try it.
final class ProgramStore {
  var lineage: Int
  var epoch: UInt64 = 0
  /// The outbox: facts by number, from `trimmed + 1` on.
  var rows: [Int] = []
  var trimmed: UInt64 = 0
  var highest: UInt64 { trimmed + UInt64(rows.count) }
  /// Events whose effects are in.
  var inbox: Set<Int> = []
  /// By key: the last event with an effect.
  var lastEffect = [Int](repeating: -1, count: Fact.keys)

  init(lineage: Int) { self.lineage = lineage }
}

/// A proof as the consumer machine wants one: made only where the store has committed.
struct Committed: Proof { let verdicts: Verdicts }

/// One process: a link, an outbox's relay, consumers, and a store that survives it.
final class Program {
  struct Reading {
    let name: String
    let filters: [String]
    let wanted: [Bool]
    let deadKey: Subscribe.DeadKey
    let fromBeginning: Bool
  }

  let number: Int
  let credential: String
  let publishes: Bool
  let readings: [Reading]
  let store: ProgramStore

  // Of one run.
  var isAlive = false
  var epoch: UInt64 = 0
  var link = LinkMachine()
  var relay = RelayMachine<Int>(highest: 0, trimmedThrough: 0)
  var consumers: [ConsumerMachine<Carried>] = []
  var line: Line?
  var reads: [(token: UInt64, after: UInt64, limit: Int)] = []
  var trims: [UInt64] = []
  var batches: [(consumer: Int, batch: Batch<Carried>, due: Int64)] = []
  var nextMark: Int64 = 0
  var connectDue: Int64?
  /// Uptime at which it starts again.
  var startDue: Int64 = 0

  init(_ number: Int, _ credential: String, publishes: Bool, readings: [Reading], store: ProgramStore) {
    self.number = number
    self.credential = credential
    self.publishes = publishes
    self.readings = readings
    self.store = store
  }

  var source: String { "/" + credential }
  /// Whoever only reads says what he reads.
  var manifest: Manifest { publishes ? Manifest() : Manifest(publishes: [], reads: [Manifest.Read("ledger.order", fields: ["/total"])]) }
  var lineage: String? { publishes ? "L\(store.lineage)" : nil }
}
