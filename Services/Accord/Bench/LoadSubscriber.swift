import Contracts
import Glibc
import Transport
import Wire

/// One subscriber of the benchmark: compares every byte and every key's order, and settles each message. Belongs to the reactor's thread.
final class LoadSubscriber {
  private let connection: Connection
  private let events: LoadEvents
  private let total: UInt64
  private var decoder = FrameDecoder()
  private(set) var received: UInt64 = 0
  /// Last sequence by publisher and key: order per key.
  private var latest: [UInt32]
  private var scratch: UnsafeMutableRawPointer
  private let ready: () -> Void
  private let done: () -> Void
  private let failed: (String) -> Void

  private static let creditMessages = 256
  private static let creditBytes = 4 << 20

  init(
    _ descriptor: consuming FileDescriptor, on reactor: Reactor, credential: String, secret: String, total: UInt64, events: LoadEvents,
    ready: @escaping () -> Void, done: @escaping () -> Void, failed: @escaping (String) -> Void
  ) {
    self.total = total
    self.events = events
    self.ready = ready
    self.done = done
    self.failed = failed
    latest = [UInt32](repeating: 0, count: LoadEvents.publishers * LoadEvents.keys)
    scratch = .allocate(byteCount: events.byteCount, alignment: 16)
    connection = Connection(adopting: descriptor, on: reactor)
    connection.onBytes = { [unowned self] in receive($0) }
    connection.onClose = { [unowned self] reason in if received < self.total { self.failed("\(credential): \(reason)") } }
    let hello = Hello(
      version: WireLimits.version, credential: credential, secret: secret, lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest())
    let subscribe = Subscribe(
      handle: 1, name: "bench", filters: ["ledger.*"], start: .beginning, deadKey: .park, creditMessages: Self.creditMessages,
      creditBytes: Self.creditBytes)
    var frames: [UInt8] = []
    do throws(WireFault) {
      try ClientMessageEncoder.append(.hello(hello), to: &frames)
      try ClientMessageEncoder.append(.subscribe(subscribe), to: &frames)
    } catch { failed(error.description) }
    connection.send(frames)
  }

  deinit { scratch.deallocate() }

  func close() { connection.close() }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    var offset = 0
    var first: UInt64 = 0
    var last: UInt64 = 0
    var count = 0
    var sum = 0
    while true {
      guard case .payload(let range)? = try? decoder.next(in: bytes, from: offset) else { break }
      offset = range.upperBound
      let payload = UnsafeRawBufferPointer(rebasing: bytes[range])
      guard let delivery = DeliveryGlance(payload) else {
        other(payload)
        continue
      }
      check(delivery, payload)
      if first == 0 { first = delivery.number }
      last = delivery.number
      count += 1
      sum += delivery.eventBytes
    }
    if count > 0 {
      received += UInt64(count)
      settle(first...last, count, sum)
      if received == total { done() }
    }
    return offset
  }

  private func check(_ delivery: DeliveryGlance, _ payload: UnsafeRawBufferPointer) {
    guard delivery.eventBytes == events.byteCount else { return failed("an event has \(delivery.eventBytes) bytes") }
    events.render(publisher: delivery.publisher, sequence: delivery.sequence, into: scratch)
    let event = UnsafeRawBufferPointer(rebasing: payload[delivery.eventAt..<(delivery.eventAt + delivery.eventBytes)])
    guard event.elementsEqualFast(scratch) else {
      return failed("event \(delivery.sequence) of publisher \(delivery.publisher) came changed")
    }
    let place = delivery.publisher * LoadEvents.keys + Int(events.key(publisher: delivery.publisher, sequence: delivery.sequence))
    guard latest[place] < UInt32(truncatingIfNeeded: delivery.sequence) else {
      return failed("event \(delivery.sequence) of publisher \(delivery.publisher) came after \(latest[place]) of its key")
    }
    latest[place] = UInt32(truncatingIfNeeded: delivery.sequence)
  }

  private func settle(_ range: ClosedRange<UInt64>, _ count: Int, _ bytes: Int) {
    var frames: [UInt8] = []
    do throws(WireFault) {
      try ClientMessageEncoder.append(.working(handle: 1, [range]), to: &frames)
      try ClientMessageEncoder.append(.settle(handle: 1, Settlement(done: [range])), to: &frames)
      try ClientMessageEncoder.append(.credit(handle: 1, messages: count, bytes: bytes), to: &frames)
    } catch { failed(error.description) }
    connection.send(frames)
  }

  private func other(_ payload: UnsafeRawBufferPointer) {
    switch try? BrokerMessageDecoder.decode(payload) {
    case .subscribed: ready()
    case .fault(let reason): failed("a subscriber was sent away: \(reason)")
    case .revoke: failed("deliveries were revoked although none was late")
    case .unsubscribed(_, let reason): failed("a subscription ended: \(reason.map { "\($0)" } ?? "")")
    case .welcome, .ping, .pong, .farewell, .accepted, .refused, .resume, .deliver, .mark, .request, .reply, .admin: break
    case nil: failed("the broker said something that is no message")
    }
  }
}

/// What a benchmark needs of a deliver frame, read at the places where the broker puts it (Wire/DeliveryHeader.swift).
struct DeliveryGlance {
  let number: UInt64
  let sequence: UInt64
  let publisher: Int
  let eventAt: Int
  let eventBytes: Int

  /// Nil for any other frame.
  init?(_ payload: UnsafeRawBufferPointer) {
    var at = 0
    func skip(_ text: StaticString) -> Bool {
      guard payload.count >= at + text.utf8CodeUnitCount, memcmpEqual(payload, at, text) else { return false }
      at += text.utf8CodeUnitCount
      return true
    }
    func digits() -> UInt64 {
      var number: UInt64 = 0
      while at < payload.count, case let digit = payload[at] &- 48, digit < 10 {
        number = number &* 10 &+ UInt64(digit)
        at += 1
      }
      return number
    }
    guard skip("{\"op\":\"deliver\",\"handle\":") else { return nil }
    _ = digits()
    guard skip(",\"number\":") else { return nil }
    number = digits()
    guard skip(",\"position\":") else { return nil }
    _ = digits()
    guard skip(",\"attempt\":") else { return nil }
    _ = digits()
    guard skip(",\"producer\":\"ledger/") else { return nil }
    // The lineage ends with the publisher's digit.
    at += 31
    guard at < payload.count else { return nil }
    publisher = Int(payload[at] &- 48)
    at += 1
    guard (0..<LoadEvents.publishers).contains(publisher), skip("\",\"sequence\":") else { return nil }
    sequence = digits()
    guard skip(",\"event\":") else { return nil }
    eventAt = at
    eventBytes = payload.count - at - 1
  }
}

private func memcmpEqual(_ payload: UnsafeRawBufferPointer, _ at: Int, _ text: StaticString) -> Bool {
  for index in 0..<text.utf8CodeUnitCount where payload[at + index] != text.utf8Start[index] { return false }
  return true
}

extension UnsafeRawBufferPointer {
  /// Whether the same bytes stand at `other`.
  fileprivate func elementsEqualFast(_ other: UnsafeMutableRawPointer) -> Bool {
    guard let baseAddress else { return isEmpty }
    return memcmp(baseAddress, other, count) == 0
  }
}
