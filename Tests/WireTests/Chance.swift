import Contracts
import TestKit
import Wire

/// Random messages, whole and broken, from a seed that is printed and can be given again (TestKit's Seed).
struct Chance: RandomNumberGenerator {
  private var random: SeededRandom

  init(_ name: String) { random = Seed.printed(for: name) }

  var seed: UInt64 { random.seed }

  mutating func next() -> UInt64 { random.next() }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
  mutating func coin() -> Bool { below(2) == 0 }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// A number of the protocol, small and large ones alike often.
  mutating func number(from low: UInt64 = 0) -> UInt64 {
    pick([low, low + 1, low + UInt64(below(1000)), UInt64(below(1 << 40)) + low, WireLimits.numberMax])
  }
  mutating func handle() -> UInt32 { pick([0, 1, UInt32(below(1 << 20)), .max]) }

  /// Text with all that JSON makes trouble with.
  mutating func text(_ count: ClosedRange<Int> = 0...30) -> String {
    let letters: [Character] = ["a", "z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{1}", "é", "€", "😀", "\u{7F}", "{", "]", ",", ":"]
    return String((0..<Int.random(in: count, using: &self)).map { _ in letters[below(letters.count)] })
  }
  mutating func name(_ alphabet: String, _ max: Int) -> String {
    let letters = Array(alphabet)
    return String((0..<1 + below(max)).map { _ in letters[below(letters.count)] })
  }
  mutating func instant() -> Timestamp { Timestamp(milliseconds: Int64(below(4_000_000_000_000))) }

  mutating func json(_ depth: Int = 3) -> JSON {
    switch below(depth == 0 ? 5 : 7) {
    case 0: .null
    case 1: .bool(coin())
    case 2: .integer(Int64(truncatingIfNeeded: next()))
    case 3: .string(text())
    case 4: .number(pick(["1.5", "-0", "2e9", "0.001E-3"]))
    case 5: .array((0..<below(4)).map { _ in json(depth - 1) })
    default: .object(members(depth - 1))
    }
  }
  mutating func members(_ depth: Int) -> [JSON.Member] { (0..<below(4)).map { JSON.Member("\($0)" + text(), json(depth)) } }

  mutating func ranges() -> DeliveryRanges {
    var ranges: DeliveryRanges = []
    var at: UInt64 = 0
    for _ in 0..<below(6) {
      let low = at + UInt64(below(5))
      let high = low + UInt64(pick([0, 0, 1, 40]))
      ranges.append(low...high)
      at = high + 1
    }
    return ranges
  }
  mutating func refusal() -> Refusal { Refusal(code: name("abc_", 20), sentence: text()) }
  mutating func request() -> Request {
    Request(
      id: number(), peer: name("abc-9", 64), subject: text(1...20), deadline: .milliseconds(1 + below(60_000)), body: json())
  }
  mutating func reply() -> Reply { Reply(id: number(), outcome: coin() ? .answered(json()) : .failed(refusal())) }

  mutating func event() -> [UInt8] {
    var members: [(String, JSON)] = [
      ("specversion", "1.0"), ("id", .string(name("abc-", 128))), ("source", .string("/" + name("xyz", 20))),
      ("type", .string(name("abc.", 60))),
    ]
    if coin() { members.append(("subject", .string(text(1...40)))) }
    if coin() { members.append(("partitionkey", .string(text(1...40)))) }
    for index in 0..<below(6) { members.append((name("qrs7", 20) + "\(index)", json(0))) }
    if coin() { members.append(("data", json())) }
    members.shuffle(using: &self)
    return JSON.object(members.map { JSON.Member($0.0, $0.1) }).bytes
  }

  mutating func clientMessage() -> ClientMessage {
    switch below(14) {
    case 0:
      .hello(
        Hello(
          version: below(3), credential: name("abc-9", 64), secret: text(1...30), lineage: coin() ? nil : name("aZ09-_.", 64),
          epoch: number(), highestSequence: number(),
          manifest: Manifest(
            publishes: members(2),
            reads: (0..<below(3)).map { _ in
              Manifest.Read(name("ab.", 20) + ".*", fields: (0..<below(3)).map { _ in "/" + text(0...20) })
            })))
    case 1:
      .subscribe(
        Subscribe(
          handle: handle(), name: name("ab/:~", 128), filters: (0..<below(4)).map { _ in pick(["*", "a.*", "a.b.v1"]) },
          start: pick([.new, .beginning, .position(number()), .time(instant())]), deadKey: pick([.park, .pass]),
          creditMessages: below(1000), creditBytes: below(1 << 30)))
    case 2: .unsubscribe(handle: handle(), forget: coin())
    case 3: .credit(handle: handle(), messages: below(1000), bytes: below(1 << 30))
    case 4: .working(handle: handle(), ranges())
    case 5:
      .settle(
        handle: handle(),
        Settlement(
          done: ranges(),
          exceptions: (0..<below(4)).map { _ in
            Settlement.Exception(
              delivery: number(),
              verdict: pick([.later(after: nil), .later(after: .milliseconds(below(86_400_001))), .never(reason: text())]))
          }))
    case 6: .extend(handle: handle(), ranges())
    case 7: .request(request())
    case 8: .reply(reply())
    case 9: .mark(through: instant())
    case 10: .admin(id: number(), command: json())
    case 11: .ping(number())
    case 12: .pong(number())
    default: .farewell(reason: text())
    }
  }

  mutating func brokerMessage() -> BrokerMessage {
    switch below(16) {
    case 0:
      .welcome(
        Welcome(
          version: 1, journal: name("0f", 32), lastSequence: number(), lastEventID: coin() ? nil : text(), forget: number(),
          deduplicated: coin(),
          limits: SessionLimits(
            frameBytesMax: below(1 << 21), windowMax: below(5000), heartbeat: .milliseconds(below(20_000)),
            lease: .milliseconds(below(90_000))), now: instant()))
    case 1: .accepted(through: number(), forget: number())
    case 2: .refused(sequence: number(), refusal())
    case 3: .resume(from: number(), after: .milliseconds(below(10_000)), reason: refusal())
    case 4: .subscribed(handle: handle(), position: number())
    case 5: .unsubscribed(handle: handle(), reason: coin() ? nil : refusal())
    case 6:
      .deliver(
        Delivery(
          handle: handle(), number: number(), position: number(), attempt: handle(), producer: text(1...30), sequence: number(),
          event: event()))
    case 7: .revoke(handle: handle(), ranges())
    case 8: .mark(handle: handle(), source: text(), through: instant())
    case 9: .request(request())
    case 10: .reply(reply())
    case 11: .admin(id: number(), answer: json())
    case 12: .ping(number())
    case 13: .pong(number())
    case 14: .farewell(reason: text())
    default: .fault(refusal())
    }
  }
}
