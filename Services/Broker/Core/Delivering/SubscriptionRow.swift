import Wire

/// What a durable subscription was asked for: as its record says it.
struct SubscriptionRow: Sendable, Equatable {
  /// Stands for the position of the record itself: only what is accepted later.
  static let here = UInt64.max

  var credential: String
  var name: String
  /// None: every type.
  var filters: [TypePattern]
  var deadKey: Subscribe.DeadKey
  /// Everything at or before it is not wanted.
  var floor: UInt64
  /// What was accepted before is not wanted; milliseconds since 1970.
  var acceptedFrom: Int64

  var fullName: String { credential + "/" + name }

  func wants(_ type: String) -> Bool { filters.isEmpty || filters.contains { $0.matches(type) } }

  /// Whether it might ever want something that `rights` may publish.
  func hears(_ rights: Rights) -> Bool {
    filters.isEmpty || rights.publish.contains { may in filters.contains { $0.overlaps(may) } }
  }

  func encode(into out: inout ByteWriter) {
    out.put(credential)
    out.put(name)
    out.put(filters) { $0.put($1.description) }
    out.put(UInt8(deadKey == .park ? 0 : 1))
    out.put(floor)
    out.put(acceptedFrom)
  }
}

extension SubscriptionRow {
  init(_ bytes: inout ByteReader) throws(MemoryFault) {
    credential = try bytes.text()
    name = try bytes.text()
    filters = try bytes.list { (bytes: inout ByteReader) throws(MemoryFault) in TypePattern(try bytes.text()) }
    switch try bytes.u8() {
    case 0: deadKey = .park
    case 1: deadKey = .pass
    case let other: throw .value("a dead key's fate", UInt64(other))
    }
    let begun = try bytes.u64()
    guard begun == Self.here || begun <= WireLimits.numberMax else { throw .value("that a subscription begins at", begun) }
    floor = begun
    acceptedFrom = try bytes.i64()
  }
}
