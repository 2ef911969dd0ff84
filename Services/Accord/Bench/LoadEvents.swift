/// The events that the benchmark publishes: orders as the ledger tells of them, about 512 bytes, different in id, key and customer.
///
/// Rendered by copying a template and writing digits into it, so that making one costs the loader next to nothing; made again at the
/// subscriber from producer and sequence alone, so that every byte can be compared.
struct LoadEvents {
  /// Distinct keys, drawn with Zipf's law (exponent 1.0): the most frequent key has about 8 % of all events.
  static let keys = 100_000
  static let publishers = 8

  private let template: [UInt8]
  /// Where six digits of the key stand.
  private let keyPlaces: [Int]
  /// Where one digit of the publisher and ten of the sequence stand.
  private let idPlaces: [Int]
  /// Keys by draw: looked up by a mix of publisher and sequence.
  private let draws: [UInt32]

  init() {
    let text = """
      {"specversion":"1.0","id":"bench-P-##########","source":"/ledger","type":"ledger.order.captured.v1","subject":"O-******",\
      "time":"2026-05-08T17:31:07.250Z","recordedtime":"2026-05-08T17:31:07.262Z","partitionkey":"O-******",\
      "datacontenttype":"application/json","data":{"order_id":"O-******","person_id":"C-******","channel":"web","country":"US",\
      "placed_at":"2026-05-08T17:31:07.250Z","lines":[{"line_id":"1","sku":"KETTLE-17","quantity":2,\
      "paid":{"amount_minor":8490,"currency":"USD"}}],"charges":[],"discounts_known":true}}
      """
    var bytes = Array(text.utf8)
    keyPlaces = Self.places(of: "******", in: bytes)
    idPlaces = Self.places(of: "P-##########", in: bytes)
    for index in bytes.indices where bytes[index] == UInt8(ascii: "*") || bytes[index] == UInt8(ascii: "#") {
      bytes[index] = UInt8(ascii: "0")
    }
    template = bytes
    draws = Self.zipf()
  }

  var byteCount: Int { template.count }

  func key(publisher: Int, sequence: UInt64) -> UInt32 {
    var mixed = (UInt64(publisher) << 56 ^ sequence) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 29
    return draws[Int(mixed & UInt64(draws.count - 1))]
  }

  /// Writes the event into `room`, which holds `byteCount` bytes.
  func render(publisher: Int, sequence: UInt64, into room: UnsafeMutableRawPointer) {
    template.withUnsafeBytes { room.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(room), byteCount: $0.count) }
    let key = key(publisher: publisher, sequence: sequence)
    for place in keyPlaces { Self.write(UInt64(key), digits: 6, to: room + place) }
    for place in idPlaces {
      (room + place).storeBytes(of: UInt8(ascii: "1") + UInt8(publisher), as: UInt8.self)
      Self.write(sequence, digits: 10, to: room + place + 2)
    }
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
    return (0...(bytes.count - mark.count)).filter { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
  }

  /// 2^20 draws: the inverse of the cumulated 1/rank, walked once in even steps, then shuffled by the mix of `key`.
  private static func zipf() -> [UInt32] {
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
