/// What an operator has done to a subscription: who, when, what, how many. Durable; for those that take time also how far they have come.
struct Intervention: Sendable, Equatable {
  enum Deed: UInt8, Sendable {
    case redrive, drop, replay, reset, stop, remove

    var word: String {
      switch self {
      case .redrive: "redrive"
      case .drop: "drop"
      case .replay: "replay"
      case .reset: "reset"
      case .stop: "stop"
      case .remove: "remove"
      }
    }
  }

  var subscription: UInt32
  /// `credential/name`, which outlives the number.
  var name: String
  /// Milliseconds since 1970.
  var at: Int64
  /// Whoever asked: a credential, and the person where one was named.
  var by: String
  var deed: Deed
  /// The filter, or where to, in words.
  var what: String
  /// Letters that were chosen; of a replay what it has called back so far.
  var count: UInt64 = 0
  static let rateMax: UInt32 = 100_000
  /// Events a second, at most `rateMax`; 0 for as many as credit allows.
  var rate: UInt32 = 0
  /// Of a replay: only what stands behind `from`, up to `through`. Of a reset: the new floor.
  var from: UInt64 = 0
  var through: UInt64 = 0
  /// Of a replay and a reset: only what was accepted from then on; of a replay, until then.
  var since = Int64.min
  var until = Int64.max
  /// Of a replay: only these types. None: all that the subscription wants.
  var types: [String] = []

  // Folded from what came later.

  /// Where its record stands: its number.
  var number: UInt64 = 0
  /// Of what it called back: settled, and dead once more.
  var done: UInt64 = 0
  var died: UInt64 = 0

  func encode(into out: inout ByteWriter) {
    out.put(subscription)
    out.put(name)
    out.put(at)
    out.put(by)
    out.put(deed.rawValue)
    out.put(what)
    out.put(count)
    out.put(rate)
    out.put(from)
    out.put(through)
    out.put(since)
    out.put(until)
    out.put(types) { $0.put($1) }
  }

  init(
    subscription: UInt32, name: String, at: Int64, by: String, deed: Deed, what: String, count: UInt64 = 0, rate: UInt32 = 0,
    from: UInt64 = 0
  ) {
    self.subscription = subscription
    self.name = name
    self.at = at
    self.by = by
    self.deed = deed
    self.what = what
    self.count = count
    self.rate = rate
    self.from = from
  }

  init(_ bytes: inout ByteReader) throws(MemoryFault) {
    subscription = try bytes.u32()
    name = try bytes.text()
    at = try bytes.instant()
    by = try bytes.text()
    let code = try bytes.u8()
    guard let deed = Deed(rawValue: code) else { throw .value("an intervention", UInt64(code)) }
    self.deed = deed
    what = try bytes.text()
    count = try bytes.u64()
    rate = try bytes.rate()
    from = try bytes.place()
    through = try bytes.place()
    since = try bytes.i64()
    until = try bytes.i64()
    types = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in try bytes.text() }
  }
}
