import BrokerCore
import Transport
import Wire

/// One client's connection as the loop keeps it. Belongs to the reactor's thread.
final class Session {
  let id: ConnectionID
  let connection: Connection
  var decoder = FrameDecoder(payloadBytesMax: WireLimits.helloBytesMax)
  var machine = SessionMachine()
  /// The credential's name, from its hello on, and the digest of the secret that it came in with.
  var credential: String?
  var digest: [UInt8] = []
  /// The newest cumulative answer that has not been put into the out buffer: of one turn only the last one is sent.
  var accepted: (through: UInt64, forget: UInt64)?
  /// It said farewell: closes once it has what it is owed.
  var isLeaving = false
  /// Something was appended in this turn.
  var isTouched = false

  /// Why nothing is read from it for now.
  private(set) var holds: Holds = []

  struct Holds: OptionSet {
    let rawValue: UInt8
    /// The journal has no room for what it would say.
    static let storage = Holds(rawValue: 1)
    /// Its credential is over its rate.
    static let rate = Holds(rawValue: 2)
    /// It brought a wrong secret and waits for the answer.
    static let secret = Holds(rawValue: 4)
    /// It does not read what was sent to it.
    static let unread = Holds(rawValue: 8)
  }

  init(id: ConnectionID, connection: Connection) {
    self.id = id
    self.connection = connection
  }

  func hold(_ reason: Holds) {
    if holds.isEmpty { connection.pauseReading() }
    holds.insert(reason)
  }

  func release(_ reason: Holds) {
    guard holds.remove(reason) != nil, holds.isEmpty else { return }
    connection.resumeReading()
  }
}

/// The sessions by number: an array, because each delivery looks one up.
///
/// A number is its place in the lower 16 bits and how often that place was taken in the upper ones, so an effect for a connection that is
/// gone never meets its successor.
struct Sessions {
  private var places: [Session?] = []
  /// The same without a count of references, neither to a session nor to an array, which each effect of each message would raise and lower.
  /// Only `lend` looks here. Half a megabyte of which the system gives what is used; lives as long as the program.
  private let lent = Self.table()
  private var turns: [UInt16] = []
  private var free: [Int] = []
  private(set) var count = 0

  /// More connections than files that a process may open by default on any system that runs this.
  static let countMax = 65_536

  subscript(id: ConnectionID) -> Session? {
    let place = Int(id.raw & 0xFFFF)
    guard place < places.count, let session = places[place], session.id.raw == id.raw else { return nil }
    return session
  }

  /// A session without counting a reference to it; nil where it is gone. Who keeps it beyond the next removal must touch it first. HOT.
  /// (The numbers are compared as such: `==` of another module's type is a call that the compiler cannot see through, and for which it counts
  /// up everything in sight.)
  @inline(__always)
  func lend(_ id: ConnectionID) -> Unmanaged<Session>? {
    let place = Int(id.raw & 0xFFFF)
    guard let session = lent[place], session._withUnsafeGuaranteedRef({ $0.id.raw == id.raw }) else { return nil }
    return session
  }

  /// The number for the next session; nil where every place is taken.
  mutating func nextID() -> ConnectionID? {
    if let place = free.last { return ConnectionID(UInt32(turns[place]) << 16 | UInt32(place)) }
    guard places.count < Self.countMax else { return nil }
    places.append(nil)
    turns.append(1)
    free.append(places.count - 1)
    return ConnectionID(1 << 16 | UInt32(places.count - 1))
  }

  mutating func insert(_ session: Session) {
    let place = Int(session.id.raw & 0xFFFF)
    precondition(free.last == place, "a session takes the number that nextID gave")
    free.removeLast()
    places[place] = session
    lent[place] = .passUnretained(session)
    count += 1
  }

  mutating func remove(_ id: ConnectionID) {
    let place = Int(id.raw & 0xFFFF)
    guard self[id] != nil else { return }
    places[place] = nil
    lent[place] = nil
    // Never zero: number 0 is nobody's.
    turns[place] = turns[place] == .max ? 1 : turns[place] + 1
    free.append(place)
    count -= 1
  }

  var all: [Session] { places.compactMap { $0 } }

  private static func table() -> UnsafeMutablePointer<Unmanaged<Session>?> {
    let table = UnsafeMutablePointer<Unmanaged<Session>?>.allocate(capacity: countMax)
    table.initialize(repeating: nil, count: countMax)
    return table
  }
}
