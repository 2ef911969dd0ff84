import Wire

/// A fact as a program wrote it into its outbox: the frame that publishes it, and what the simulation knows of it.
struct Fact: Sendable {
  /// Its place among all facts of the world.
  let number: Int
  let sequence: UInt64
  let key: Int
  let type: Int
  let id: String
  /// The publisher has no right to this type: the broker uses up the sequence and takes nothing.
  let isForbidden: Bool
  /// Of the whole publish frame's payload.
  let frame: [UInt8]
  let publish: Publish

  static let types = ["ledger.order", "ledger.return", "marketing.sent", "other.secret"]
  static let forbidden = 3
  static let keys = 6

  init(number: Int, sequence: UInt64, key: Int, type: Int, source: String, padding: Int) {
    self.number = number
    self.sequence = sequence
    self.key = key
    self.type = type
    id = "f\(number)"
    isForbidden = type == Self.forbidden
    var frame = Array(#"{"op":"publish","sequence":\#(sequence),"event":"#.utf8)
    let start = frame.count
    func put(_ text: String) { frame += Array(text.utf8) }
    func put(value: String) -> Range<Int> {
      let from = frame.count
      put(value)
      return from..<frame.count
    }
    var routing = RoutingFields(id: 0..<0, source: 0..<0, type: 0..<0, key: 0..<0)
    put(#"{"specversion":"1.0","id":""#)
    routing.id = put(value: id)
    put(#"","source":""#)
    routing.source = put(value: source)
    put(#"","type":""#)
    routing.type = put(value: Self.types[type])
    put(#"","partitionkey":""#)
    routing.key = put(value: "k\(key)")
    put(#"","data":""# + String(repeating: "x", count: padding) + #""}"#)
    let end = frame.count
    put("}")
    self.frame = frame
    publish = Publish(sequence: sequence, event: start..<end, routing: routing)
  }

  /// The event's bytes as they must come out everywhere.
  var json: ArraySlice<UInt8> { frame[publish.event] }
}
