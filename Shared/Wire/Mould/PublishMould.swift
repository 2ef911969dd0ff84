import Contracts

/// The shape of one publish that was taken: what is always there word for word, and what each place between may hold.
///
/// ```
///  {"op":"publish","sequence": 17 ,"event":{…,"id":" O-1 ",…,"data":{"quantity": 2 ,"sku":" KETTLE "}}}
///  └────────── the same ──────┘ ▲└──── the same ───┘ ▲ └───────── the same ───┘ ▲ └─ same ─┘ ▲   …
///                            whole                 text                      whole         text
/// ```
/// A program says the same thing again and again with other words in it. What fills a mould is sound JSON, has the envelope that the
/// scanner asks for and keeps the contract that it was made under, since all that was looked at then stands there again, byte for byte, and
/// each new value is held to its own place's bounds. What does not fill it says nothing: it goes the long way. The idea is Mison's (Li,
/// Katsipoulakis, Chandramouli, Goldstein, Kossmann: Mison, a fast JSON parser for data analytics, VLDB 2017), taken to the whole frame.
/// HOT: no allocation. Immutable.
package final class PublishMould: Sendable {
  /// What stands between two pieces of fixed text, or what begins or ends there.
  enum Place: UInt8, Sendable {
    /// A string of plain ASCII of `low` to `high` characters.
    case text, id, key, idAndKey
    /// A whole number from `low` to `high`, in plain digits.
    case whole, sequence
    /// `true` or `false`.
    case flag
    /// A string that the schema lists: node `low` says which.
    case listed
    /// Nothing is read: the offset is noted.
    case source, sourceEnd, type, typeEnd, event, eventEnd, data, dataEnd
  }

  struct Step: Sendable {
    /// Where the fixed text before the place begins in `frame`, and its length.
    var fixed: Int32
    var count: Int32
    var place: Place
    var low: Int64 = 0
    var high: Int64 = .max
  }

  let frame: [UInt8]
  let steps: [Step]
  /// The fixed text behind the last place.
  let rest: Int
  let schema: DataSchema?

  /// `steps` are places in `frame`, in their order; behind `rest` nothing changes. The data is held to `schema`.
  init(frame: [UInt8], steps: [Step], rest: Int, schema: DataSchema?) {
    self.frame = frame
    self.steps = steps
    self.rest = rest
    self.schema = schema
  }

  /// The publish that `payload` is, where it fills the mould; else nil, which says nothing about it.
  package func publish(_ payload: UnsafeRawBufferPointer) -> Publish? {
    unsafe frame.withUnsafeBytes { frame in
      unsafe steps.withUnsafeBufferPointer { steps in
        // A longer frame may hold a longer event than is allowed: the long way tells.
        guard let own = frame.baseAddress, let its = payload.baseAddress, payload.count <= WireLimits.messageBytesMax else { return nil }
        var filling = unsafe Filling(payload, its)
        for index in 0..<steps.count {
          let step = unsafe steps[index]
          guard unsafe filling.pass(own + Int(step.fixed), Int(step.count)), fill(step, &filling) else { return nil }
        }
        guard unsafe filling.pass(own + rest, frame.count - rest), filling.isAtEnd else { return nil }
        return filling.publish
      }
    }
  }

  @inline(__always)
  private func fill(_ step: Step, _ filling: inout Filling) -> Bool {
    switch step.place {
    case .text: return filling.text(step) != nil
    case .id:
      guard let range = filling.text(step) else { return false }
      filling.publish.routing.id = range
    case .key:
      guard let range = filling.text(step) else { return false }
      filling.publish.routing.key = range
    case .idAndKey:
      guard let range = filling.text(step) else { return false }
      filling.publish.routing.id = range
      filling.publish.routing.key = range
    case .whole: return filling.whole(step) != nil
    case .sequence:
      guard let number = filling.whole(step) else { return false }
      filling.publish.sequence = UInt64(number)
    case .flag: return filling.flag()
    case .listed: return schema.map { filling.listed($0, node: Int(step.low)) } ?? false
    case .source: filling.mark = filling.at
    case .sourceEnd: filling.publish.routing.source = filling.mark..<filling.at
    case .type: filling.mark = filling.at
    case .typeEnd: filling.publish.routing.type = filling.mark..<filling.at
    case .event: filling.publish.event = filling.at..<filling.at
    case .eventEnd: filling.publish.event = filling.publish.event.lowerBound..<filling.at
    case .data: filling.publish.routing.data = filling.at..<filling.at
    case .dataEnd: filling.publish.routing.data = filling.publish.routing.data.lowerBound..<filling.at
    }
    return true
  }
}

/// A payload on its way through a mould.
@safe
private struct Filling {
  private let payload: UnsafeRawBufferPointer
  private let bytes: UnsafeRawPointer
  private let count: Int
  /// The next byte.
  var at = 0
  /// Where a source or a type began.
  var mark = 0
  var publish = Publish(sequence: 0, event: 0..<0, routing: RoutingFields(id: 0..<0, source: 0..<0, type: 0..<0, key: 0..<0))

  @inline(__always)
  init(_ payload: UnsafeRawBufferPointer, _ bytes: UnsafeRawPointer) {
    unsafe self.payload = unsafe payload
    unsafe self.bytes = unsafe bytes
    count = payload.count
  }

  var isAtEnd: Bool { at == count }

  /// Steps over `fixed` where it stands next.
  @inline(__always)
  mutating func pass(_ fixed: UnsafeRawPointer, _ length: Int) -> Bool {
    guard count &- at >= length else { return false }
    let here = unsafe bytes + at
    if length >= 8 {
      let last = length &- 8
      var offset = 0
      while offset < last {
        guard unsafe Self.word(here + offset) == Self.word(fixed + offset) else { return false }
        offset &+= 8
      }
      // The last eight, some of them perhaps a second time.
      guard unsafe Self.word(here + last) == Self.word(fixed + last) else { return false }
    } else {
      for offset in 0..<length {
        guard unsafe here.load(fromByteOffset: offset, as: UInt8.self) == fixed.load(fromByteOffset: offset, as: UInt8.self) else {
          return false
        }
      }
    }
    at &+= length
    return true
  }

  @inline(__always)
  private static func word(_ at: UnsafeRawPointer) -> UInt64 { unsafe at.loadUnaligned(as: UInt64.self) }

  /// The characters up to the closing quotation mark, which is part of the fixed text behind.
  @inline(__always)
  mutating func text(_ step: PublishMould.Step) -> Range<Int>? {
    let close = unsafe JSONScanner.plainRun(payload, from: at)
    let length = Int64(close &- at)
    guard close < count, unsafe payload[close] == .quote, length >= step.low, length <= step.high else { return nil }
    defer { at = close }
    return at..<close
  }

  /// Up to fifteen digits; what may not follow a number is not in the fixed text behind.
  @inline(__always)
  mutating func whole(_ step: PublishMould.Step) -> Int64? {
    guard at < count else { return nil }
    let isNegative = unsafe payload[at] == .minus
    let first = isNegative ? at &+ 1 : at
    let stop = min(count, first &+ 16)
    var end = first
    var value: Int64 = 0
    while end < stop {
      let digit = unsafe payload[end] &- .zero
      guard digit <= 9 else { break }
      value = value &* 10 &+ Int64(digit)
      end &+= 1
    }
    guard end > first, end < first &+ 16, unsafe payload[first] != .zero || end == first &+ 1 else { return nil }
    if isNegative { value = 0 &- value }
    guard value >= step.low, value <= step.high else { return nil }
    at = end
    return value
  }

  @inline(__always)
  mutating func flag() -> Bool {
    guard count &- at >= 5 else { return false }
    let word = UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    if word == 0x6575_7274 {  // true
      at &+= 4
      return true
    }
    guard word == 0x736C_6166, unsafe payload[at &+ 4] == UInt8(ascii: "e") else { return false }  // fals
    at &+= 5
    return true
  }

  /// A string at whose opening quotation mark the fixed text before has ended.
  mutating func listed(_ schema: DataSchema, node: Int) -> Bool {
    guard at > 0 else { return false }
    let close = unsafe JSONScanner.plainRun(payload, from: at)
    guard close < count, unsafe payload[close] == .quote, unsafe DataWalk.miss(schema, payload, at: at &- 1, node: node) == nil else {
      return false
    }
    at = close
    return true
  }
}
