import BrokerCore
import Contracts
import Wire

/// What a client says: a message, or the fact of this number.
enum Said {
  case message(ClientMessage)
  case fact(Int)
  /// The fact of this number once more, because the journal lost it.
  case heal(Int)
}

/// What a client hears: a message, or a delivery.
enum Heard {
  case message(BrokerMessage)
  case delivery(handle: UInt32, number: UInt64, position: UInt64, attempt: UInt32, event: Int, bytes: Int)
}

/// One connection: two directions, each in its order, with delays of their own; either end may be gone without the other's knowing.
final class Line {
  let id: ConnectionID
  let program: Program
  var toBroker: [(due: Int64, said: Said)] = []
  var toClient: [(due: Int64, heard: Heard)] = []
  /// Bytes that the broker has sent and the client not read.
  var queuedBytes = 0
  /// Half open: nothing arrives any more, and nobody is told.
  var isSilent = false
  var isClientThere = true
  var isBrokerThere = true

  // The broker's end.
  var session = SessionMachine()
  var accepted: (through: UInt64, forget: UInt64)?
  var isTouched = false
  /// Said farewell: closed when it has been told everything.
  var isLeaving = false
  /// The machine knows it, as this producer.
  var isGreeted = false
  var producer: Int?
  /// An old epoch, an old store, superseded, or over its rate: the machine must close it.
  var isBarred = false
  /// Publishes in the commit under way.
  var windowStart: UInt64 = 0
  var windowUsed = 0
  var nextBeat: Int64
  var bornAt: Int64
  /// By handle: which subscription, and what is in flight there by delivery number.
  var handles: [UInt32: Handle] = [:]

  struct Handle {
    let subscription: Int
    var held: [UInt64: Int] = [:]
    var working: Set<UInt64> = []
    /// Over, though their consumer waits for them.
    var told: Set<UInt64> = []
    var next: UInt64 = 1
    var credit: Int
    var creditBytes: Int
  }

  init(_ id: ConnectionID, _ program: Program, now: Int64) {
    self.id = id
    self.program = program
    bornAt = now
    nextBeat = now + WireLimits.heartbeat.milliseconds
  }

  func say(_ said: Said, due: Int64) {
    guard isClientThere, !isSilent else { return }
    toBroker.append((max(due, toBroker.last?.due ?? 0), said))
  }

  func tell(_ heard: Heard, bytes: Int, due: Int64) {
    guard isBrokerThere, !isSilent else { return }
    queuedBytes += bytes
    toClient.append((max(due, toClient.last?.due ?? 0), heard))
  }
}
