import Contracts
import Glibc

/// The events that the benchmark publishes: orders as the ledger tells of them, different in id, key and customer.
///
/// Rendered by copying a template and writing digits into it, so that making one costs the loader next to nothing; made again at the
/// subscriber from producer and sequence alone, so that every byte can be compared.
struct LoadEvents {
  /// How often each key comes.
  enum Keys {
    /// Zipf's law with exponent 1.0 over so many keys: of 100,000 the most frequent one has about 8 % of all events.
    case zipf(Int)
    /// So many keys, each as often as every other.
    case even(Int)
  }

  static let publishers = 8
  static let standardBytes = 512
  static let standardKeys = 100_000

  /// Distinct keys; at most a million, as six digits name them.
  let keys: Int
  let type: String
  /// One for each shape: the same members in another order.
  private let templates: [Template]
  /// Where four digits of the publisher, a dash and ten of the sequence stand.
  private let idPlace: Int
  /// Keys by draw, looked up by a mix of publisher and sequence; empty where keys are even.
  private let draws: [UInt32]

  private struct Template {
    let bytes: [UInt8]
    /// Where six digits of the key stand.
    let keyPlaces: [Int]
  }

  /// Events of about `bytes`: an order with as many lines as it takes, or below 400 bytes a note with little in it. With more than one
  /// shape each event has one of so many orders of its members.
  init(bytes: Int = LoadEvents.standardBytes, keys law: Keys = .zipf(LoadEvents.standardKeys), shapes: Int = 1) {
    type = bytes < 400 ? "ledger.noted.v1" : "ledger.order.captured.v1"
    // A line more is its bytes, a comma, and up to four digits that its number has more than the first one's.
    let further = max(0, bytes - Self.standardBytes) / (Self.line(1).utf8.count + 5)
    let texts = (0..<max(1, shapes)).map { shape in
      Array((bytes < 400 ? Self.note : Self.order(lines: 1 + further, shape: shape)).utf8)
    }
    idPlace = Self.places(of: "PPPP-##########", in: texts[0]).first ?? 0
    templates = texts.map { text in
      let plain = text.map { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") ? UInt8(ascii: "0") : $0 }
      return Template(bytes: plain, keyPlaces: Self.places(of: "******", in: text))
    }
    switch law {
    case .zipf(let count):
      keys = count
      draws = Self.zipf(count)
    case .even(let count):
      keys = count
      draws = []
    }
  }

  var byteCount: Int { templates[0].bytes.count }

  func key(publisher: Int, sequence: UInt64) -> UInt32 {
    guard !draws.isEmpty else {
      // A prime that divides no power of ten: every key comes once before any comes twice.
      return UInt32(truncatingIfNeeded: (sequence &* UInt64(Self.publishers) &+ UInt64(publisher)) &* 7_919 % UInt64(keys))
    }
    return draws[Int(Self.mix(publisher, sequence) & UInt64(draws.count - 1))]
  }

  /// Both numbers reach the lowest bits, or all publishers would draw the same keys (the finaliser of MurmurHash3).
  private static func mix(_ publisher: Int, _ sequence: UInt64) -> UInt64 {
    var mixed = UInt64(publisher) << 40 ^ sequence
    mixed = (mixed ^ mixed >> 33) &* 0xFF51_AFD7_ED55_8CCD
    mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return mixed ^ mixed >> 33
  }

  /// Writes the event into `room`, which holds `byteCount` bytes.
  func render(publisher: Int, sequence: UInt64, into room: UnsafeMutableRawPointer) {
    let template = templates[templates.count == 1 ? 0 : Int(Self.mix(publisher, sequence) >> 32 % UInt64(templates.count))]
    template.bytes.withUnsafeBytes { room.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(room), byteCount: $0.count) }
    let key = key(publisher: publisher, sequence: sequence)
    for place in template.keyPlaces { Self.write(UInt64(key), digits: 6, to: room + place) }
    Self.writeName(publisher: publisher, sequence: sequence, to: room + idPlace)
  }

  /// Bytes of a publisher's and a sequence's common name, as `writeName` writes it.
  static let nameBytes = 15

  /// `0003-0000000017`: names an event among all of one run.
  static func writeName(publisher: Int, sequence: UInt64, to room: UnsafeMutableRawPointer) {
    write(UInt64(publisher), digits: 4, to: room)
    room.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 4, as: UInt8.self)
    write(sequence, digits: 10, to: room + 5)
  }

  /// Whose `event` this is, read out of its id. The bytes must be as many as `byteCount`.
  func name(of event: UnsafeRawBufferPointer) -> (publisher: Int, sequence: UInt64) {
    (Int(Self.digits(event, idPlace, 4)), Self.digits(event, idPlace + 5, 10))
  }

  private static func digits(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in at..<(at + count) { number = number &* 10 &+ UInt64(bytes[index] & 15) }
    return number
  }

  private static func write(_ number: UInt64, digits: Int, to at: UnsafeMutableRawPointer) {
    var rest = number
    for index in stride(from: digits - 1, through: 0, by: -1) {
      at.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    }
  }

  private static func places(of mark: String, in bytes: [UInt8]) -> [Int] {
    let mark = Array(mark.utf8)
    return (0...(bytes.count - mark.count)).filter { bytes[$0] == mark[0] && bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
  }

  /// 2^20 draws: the inverse of the cumulated 1/rank, walked once in even steps, then shuffled by the mix of `key`.
  private static func zipf(_ keys: Int) -> [UInt32] {
    var cumulated: [Double] = []
    var sum = 0.0
    for rank in 1...keys {
      sum += 1 / Double(rank)
      cumulated.append(sum)
    }
    let count = 1 << 20
    var draws: [UInt32] = []
    draws.reserveCapacity(count)
    var rank = 0
    for step in 0..<count {
      let target = (Double(step) + 0.5) / Double(count) * sum
      while cumulated[rank] < target { rank += 1 }
      draws.append(UInt32(rank))
    }
    return draws
  }
}

extension LoadEvents {
  private static let note = """
    {"specversion":"1.0","id":"bPPPP-##########","source":"/ledger","type":"ledger.noted.v1","partitionkey":"O-******","data":{}}
    """

  private static func order(lines: Int, shape: Int) -> String {
    // The id stays where it is: the subscriber reads an event's name there.
    let data = [
      #""order_id":"O-******""#, #""person_id":"C-******""#, #""channel":"web""#, #""country":"US""#,
      #""placed_at":"2026-05-08T17:31:07Z""#,
      #""lines":[\#((1...lines).map { line($0) }.joined(separator: ","))]"#, #""charges":[]"#, #""discounts_known":true"#,
    ]
    let members = [
      #""source":"/ledger""#, #""type":"ledger.order.captured.v1""#, #""subject":"O-******""#, #""time":"2026-05-08T17:31:07Z""#,
      #""recordedtime":"2026-05-08T17:31:07.262Z""#, #""partitionkey":"O-******""#, #""datacontenttype":"application/json""#,
      "\"data\":{\(turned(data, by: shape / 8).joined(separator: ","))}",
    ]
    return #"{"specversion":"1.0","id":"bPPPP-##########",\#(turned(members, by: shape).joined(separator: ","))}"#
  }

  private static func turned(_ members: [String], by count: Int) -> [String] {
    let first = count % members.count
    return Array(members[first...] + members[..<first])
  }

  private static func line(_ number: Int) -> String {
    #"{"line_id":"\#(number)","sku":"KETTLE-1","quantity":2,"paid":{"amount_minor":8490,"currency":"USD"}}"#
  }

  /// What the publishers' hello registers: the type with a schema of fourteen checked fields, eight of them at the top.
  var manifest: [JSON.Member] {
    guard type != "ledger.noted.v1" else { return [.init(type, ["type": "object"])] }
    let text: JSON = ["type": "string", "minLength": 1, "maxLength": 200]
    let time: JSON = ["type": "string", "format": "date-time", "minLength": 20]
    let line: JSON = [
      "type": "object",
      "required": ["line_id", "sku", "quantity", "paid"],
      "properties": [
        "line_id": text, "sku": text, "quantity": ["type": "integer", "minimum": 0, "maximum": 1_000_000],
        "paid": [
          "type": "object", "required": ["amount_minor", "currency"],
          "properties": [
            "amount_minor": ["type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991],
            "currency": ["type": "string", "minLength": 3, "maxLength": 3],
          ],
        ],
      ],
    ]
    let schema: JSON = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "type": "object",
      "required": ["order_id", "person_id", "channel", "country", "placed_at", "lines", "charges", "discounts_known"],
      "properties": [
        "order_id": text, "person_id": text, "channel": ["type": "string", "enum": ["web", "app", "store"]],
        "country": ["type": "string", "minLength": 2, "maxLength": 2], "placed_at": time,
        "lines": ["type": "array", "items": line, "minItems": 1, "maxItems": 20_000], "charges": ["type": "array", "maxItems": 100],
        "discounts_known": ["type": "boolean"],
      ],
    ]
    return [.init(type, schema)]
  }
}
