import Contracts
import Transport
import Wire

/// A publisher's side of Accord's own protocol: hello with lineage and manifest, sequences, everything checked.
final class AccordPublisherTongue: PublisherTongue {
  let opening: [UInt8]
  let publishBytesMax: Int
  private let index: Int
  private let events: LoadEvents
  private var accepted: UInt64
  private var decoder = FrameDecoder()
  private static let lineageZeros = String(repeating: "0", count: 28)

  init(index: Int, plan: LoadPlan, secret: String) {
    self.index = index
    events = plan.events
    accepted = plan.sequenceBefore
    publishBytesMax = plan.events.byteCount + 96
    let hello = Hello(
      version: WireLimits.version, credential: "ledger", secret: secret, lineage: Self.lineage(index), epoch: plan.epoch,
      highestSequence: plan.sequenceBefore, manifest: Manifest(publishes: plan.events.manifest))
    opening = AccordFrames.bytes(.hello(hello))
  }

  /// 32 digits like a real one, the publisher's number at the end. A credential may have 1,024 stores: whoever comes later has none, and the
  /// broker numbers its events.
  private static func lineage(_ index: Int) -> String? { index < 1_000 ? lineageZeros + String(10_000 + index).dropFirst() : nil }

  func publish(_ sequence: UInt64, into room: UnsafeMutableRawPointer) -> Int {
    var pen = LoadPen(room + WireLimits.lengthBytes)
    pen.write("{\"op\":\"publish\",\"sequence\":")
    pen.write(sequence)
    pen.write(",\"event\":")
    events.render(publisher: index, sequence: sequence, into: pen.at)
    pen.at += events.byteCount
    pen.write("}")
    let length = pen.at - room
    room.storeBytes(of: UInt32(length - WireLimits.lengthBytes).bigEndian, as: UInt32.self)
    return length
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ ear: any PublisherEar) -> Int {
    var offset = 0
    while case .payload(let range)? = try? decoder.next(in: bytes, from: offset) {
      take(UnsafeRawBufferPointer(rebasing: bytes[range]), ear)
      offset = range.upperBound
    }
    return offset
  }

  private func take(_ payload: UnsafeRawBufferPointer, _ ear: any PublisherEar) {
    do throws(WireFault) {
      switch try BrokerMessageDecoder.decode(payload) {
      case .accepted(let through, _):
        // A second start is told where the first one ended before anything is published.
        guard through > accepted else { return }
        ear.accepted(through - accepted)
        accepted = through
      case .welcome: ear.welcomed()
      case .resume(let from, _, let reason): ear.failed("was told to resume from \(from): \(reason)")
      case .refused(let sequence, let reason): ear.failed("number \(sequence): \(reason)")
      case .fault(let reason): ear.failed("\(reason)")
      case .ping(let id): ear.answer(AccordFrames.bytes(.pong(id)))
      case .pong, .farewell, .subscribed, .unsubscribed, .deliver, .revoke, .mark, .request, .reply, .admin, .heal: break
      }
    } catch { ear.failed("\(error)") }
  }
}

/// A consumer's side of Accord's own protocol: default credit, each batch told as working and settled by range.
final class AccordSubscriberTongue: SubscriberTongue {
  let opening: [UInt8]
  private let subscription: LoadSubscription
  private let events: LoadEvents
  private var decoder = FrameDecoder()
  /// What a slow subscription has received and not settled.
  private var held: ClosedRange<UInt64>?

  private static let creditMessages = 256
  private static let creditBytes = 4 << 20

  init(_ subscription: LoadSubscription, plan: LoadPlan, secret: String) {
    self.subscription = subscription
    events = plan.events
    let hello = Hello(
      version: WireLimits.version, credential: subscription.credential, secret: secret, lineage: nil, epoch: 1, highestSequence: 0,
      manifest: Manifest(reads: [plan.events.type]))
    let subscribe = Subscribe(
      handle: 1, name: subscription.name, filters: ["ledger.*"], start: .beginning, deadKey: .park, creditMessages: Self.creditMessages,
      creditBytes: Self.creditBytes)
    opening = AccordFrames.bytes(.hello(hello), .subscribe(subscribe))
  }

  func hear(_ bytes: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) -> Int {
    var offset = 0
    var first: UInt64 = 0
    var last: UInt64 = 0
    var sum = 0
    var buried: [UInt64] = []
    while case .payload(let range)? = try? decoder.next(in: bytes, from: offset) {
      offset = range.upperBound
      let payload = UnsafeRawBufferPointer(rebasing: bytes[range])
      guard let delivery = DeliveryGlance(payload) else {
        other(payload, subscriber)
        continue
      }
      let event = UnsafeRawBufferPointer(rebasing: payload[delivery.event])
      subscriber.event(event)
      if first == 0 { first = delivery.number }
      last = delivery.number
      sum += event.count
      if let key = subscription.buries, event.count == events.byteCount, case let name = events.name(of: event),
        events.key(publisher: name.publisher, sequence: name.sequence) == key
      {
        buried.append(delivery.number)
      }
    }
    guard first > 0 else { return offset }
    if subscription.slow != nil {
      held = (held?.lowerBound ?? first)...last
    } else {
      settle(first...last, bytes: sum, except: buried, subscriber)
    }
    return offset
  }

  func release(_ count: Int, _ subscriber: LoadSubscriber) {
    guard let range = held else { return }
    let last = min(range.upperBound, range.lowerBound + UInt64(count) - 1)
    held = last < range.upperBound ? last + 1...range.upperBound : nil
    settle(range.lowerBound...last, bytes: Int(last - range.lowerBound + 1) * events.byteCount, except: [], subscriber)
  }

  private func settle(_ range: ClosedRange<UInt64>, bytes: Int, except buried: [UInt64], _ subscriber: LoadSubscriber) {
    var done: DeliveryRanges = []
    var next = range.lowerBound
    for number in buried {
      if number > next { done.append(next...number - 1) }
      next = number + 1
    }
    if next <= range.upperBound { done.append(next...range.upperBound) }
    let exceptions = buried.map { Settlement.Exception(delivery: $0, verdict: .never(reason: "the benchmark parks this key")) }
    subscriber.connection.send(
      AccordFrames.bytes(
        .working(handle: 1, [range]), .settle(handle: 1, Settlement(done: done, exceptions: exceptions)),
        .credit(handle: 1, messages: range.count, bytes: bytes)))
    // Whether they are durable is asked at the end: BenchTarget.isDrained.
    subscriber.settled(UInt64(range.count))
  }

  private func other(_ payload: UnsafeRawBufferPointer, _ subscriber: LoadSubscriber) {
    switch try? BrokerMessageDecoder.decode(payload) {
    case .subscribed: subscriber.ready()
    case .fault(let reason): subscriber.failed("was sent away: \(reason)")
    case .revoke: if subscription.slow == nil { subscriber.failed("deliveries were revoked although none was late") }
    case .unsubscribed(_, let reason): subscriber.failed("the subscription ended: \(reason.map { "\($0)" } ?? "")")
    case .ping(let id): subscriber.connection.send(AccordFrames.bytes(.pong(id)))
    case .welcome, .pong, .farewell, .accepted, .refused, .resume, .deliver, .mark, .request, .reply, .admin, .heal: break
    case nil: subscriber.failed("the broker said something that is no message")
    }
  }
}

/// Frames of messages that are known to be sound.
enum AccordFrames {
  static func bytes(_ messages: ClientMessage...) -> [UInt8] {
    var bytes: [UInt8] = []
    for message in messages {
      do throws(WireFault) { try ClientMessageEncoder.append(message, to: &bytes) } catch {
        preconditionFailure("the benchmark made a frame that is none: \(error)")
      }
    }
    return bytes
  }
}

/// What a benchmark needs of a deliver frame, read at the places where the broker puts it (Wire/DeliveryHeader.swift).
struct DeliveryGlance {
  let number: UInt64
  /// Where the event stands in the payload.
  let event: Range<Int>

  /// Nil for any other frame.
  init?(_ payload: UnsafeRawBufferPointer) {
    var glance = LoadGlance(payload)
    guard glance.skip("{\"op\":\"deliver\",\"handle\":") else { return nil }
    _ = glance.number()
    guard glance.skip(",\"number\":") else { return nil }
    number = glance.number()
    guard glance.skip(",\"position\":") else { return nil }
    _ = glance.number()
    guard glance.skip(",\"attempt\":") else { return nil }
    _ = glance.number()
    // A name like ledger/0000...0001 needs no escapes.
    guard glance.skip(",\"producer\":\"") else { return nil }
    glance.skip(past: UInt8(ascii: "\""))
    guard glance.skip(",\"sequence\":") else { return nil }
    _ = glance.number()
    guard glance.skip(",\"event\":") else { return nil }
    event = glance.at..<payload.count - 1
  }
}
