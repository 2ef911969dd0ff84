/// Who has published, how far, and under which epoch.
struct Producers: Sendable {
  struct Producer: Sendable {
    var credential: String
    /// Random, born with the publisher's store; `~` for publishers without a store: their events are numbered by the broker.
    var lineage: String
    var epoch: UInt64
    /// The last sequence taken, refused ones included.
    var last: UInt64 = 0
    /// Where its last event stands.
    var lastPosition: UInt64 = 0
    /// The outbox may forget up to here.
    var forget: UInt64 = 0
    /// What becomes `forget` when the journal has grown by another `healBytes`.
    var nextForget: UInt64 = 0
    var nextForgetPosition: UInt64 = 0
    /// Length of the last event's id.
    var idBytes: UInt8 = 0
    /// Of this run: the first of its events that the journal lost, or may have lost, and the outbox has still; `.max` where there is none.
    var heldFrom = UInt64.max
    /// The connection that speaks for it, as its slot.
    var slot: Int?

    /// What its publisher is told to forget: never what is about to be asked for.
    var forgettable: UInt64 { min(forget, heldFrom - 1) }
    var isSession: Bool { lineage == Producers.session }
    /// Its record was lost with a damaged stretch; its events are not.
    var isLost: Bool { credential == Producers.lost }
    var name: String { credential + "/" + lineage }

    /// Takes the next sequence. `distance`: see `BrokerLimits.healBytes`.
    mutating func take(_ sequence: UInt64, at position: UInt64, distance: UInt64) {
      last = sequence
      if position >= nextForgetPosition + distance {
        forget = nextForget
        nextForget = sequence
        nextForgetPosition = position
      }
    }
  }

  /// No lineage that a client may name.
  static let session = "~"
  private static let idBytesMax = 128

  private(set) var list: [Producer] = []
  private var ids: [UInt8] = []
  private var index: [String: Int] = [:]
  /// The last event of each producer during a replay; its id is read at the end.
  private var replayed: [[UInt8]] = []

  var count: Int { list.count }

  subscript(_ producer: Int) -> Producer {
    get { list[producer] }
    _modify { yield &list[producer] }
  }

  func find(_ credential: String, _ lineage: String) -> Int? { index[credential + "/" + lineage] }

  mutating func add(_ producer: Producer) {
    index[producer.name] = list.count
    list.append(producer)
    ids.append(contentsOf: repeatElement(0, count: Self.idBytesMax))
    replayed.append([])
  }

  /// Notes the id of the producer's last event; one too long to keep is not kept. HOT.
  mutating func note(id: UnsafeRawBufferPointer, of producer: Int) {
    guard id.count <= Self.idBytesMax else { return list[producer].idBytes = 0 }
    list[producer].idBytes = UInt8(id.count)
    let at = producer * Self.idBytesMax
    ids.withUnsafeMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[at..<at + id.count]).copyMemory(from: id)
    }
  }

  /// The last sequence was refused: there is no event to name.
  mutating func forgetID(of producer: Int) {
    list[producer].idBytes = 0
    replayed[producer].removeAll(keepingCapacity: true)
  }

  func lastID(_ producer: Int) -> String? {
    let count = Int(list[producer].idBytes)
    let at = producer * Self.idBytesMax
    return count == 0 ? nil : String(decoding: ids[at..<at + count], as: UTF8.self)
  }

  /// Gives a producer its name (back).
  mutating func rename(_ producer: Int, _ credential: String, _ lineage: String) {
    index[list[producer].name] = nil
    list[producer].credential = credential
    list[producer].lineage = lineage
    index[list[producer].name] = producer
  }

  /// The source that the last event replayed of `producer` names.
  func source(of producer: Int, _ find: (UnsafeRawBufferPointer) -> Range<Int>?) -> String? {
    replayed[producer].withUnsafeBytes { json in
      json.isEmpty ? nil : find(json).map { String(decoding: UnsafeRawBufferPointer(rebasing: json[$0]), as: UTF8.self) }
    }
  }

  /// Keeps an event that was replayed, until a later one of its producer or `readIDs`.
  mutating func replayed(_ json: UnsafeRawBufferPointer, of producer: Int) {
    replayed[producer].removeAll(keepingCapacity: true)
    replayed[producer].append(contentsOf: json)
  }

  /// Reads the ids of the last events replayed with `find`, which tells where in the event the id stands.
  mutating func readIDs(_ find: (UnsafeRawBufferPointer) -> Range<Int>?) {
    for producer in list.indices where !replayed[producer].isEmpty {
      let json = replayed[producer]
      replayed[producer] = []
      json.withUnsafeBytes { bytes in
        note(id: UnsafeRawBufferPointer(rebasing: bytes[find(bytes) ?? 0..<0]), of: producer)
      }
    }
  }
}
