import Contracts
import Transport
import Wire

/// One publisher of the benchmark: a connection with a window of unanswered publishes. Belongs to the reactor's thread.
final class LoadPublisher {
  private let connection: Connection
  private let events: LoadEvents
  private let index: Int
  private let count: UInt64
  private let window: UInt64
  private var decoder = FrameDecoder()
  private var sent: UInt64 = 0
  private(set) var accepted: UInt64 = 0
  private let done: () -> Void
  private let failed: (String) -> Void
  private let welcomed: () -> Void

  /// Says hello as the ledger with a lineage of its own; `begin` starts the publishing of `count` events.
  init(
    _ descriptor: consuming FileDescriptor, on reactor: Reactor, index: Int, count: UInt64, window: UInt64, secret: String,
    events: LoadEvents,
    welcomed: @escaping () -> Void, done: @escaping () -> Void, failed: @escaping (String) -> Void
  ) {
    self.index = index
    self.count = count
    self.window = window
    self.events = events
    self.done = done
    self.failed = failed
    self.welcomed = welcomed
    connection = Connection(adopting: descriptor, on: reactor)
    connection.onBytes = { [unowned self] in receive($0) }
    connection.onClose = { [unowned self] reason in if accepted < self.count { self.failed("publisher \(index): \(reason)") } }
    let lineage = String(repeating: "0", count: 30) + "b\(index)"
    let hello = Hello(
      version: WireLimits.version, credential: "ledger", secret: secret, lineage: lineage, epoch: 1, highestSequence: 0,
      manifest: Manifest())
    var frame: [UInt8] = []
    do throws(WireFault) { try ClientMessageEncoder.append(.hello(hello), to: &frame) } catch { failed(error.description) }
    connection.send(frame)
  }

  func begin() { fill() }
  func close() { connection.close() }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    var offset = 0
    while true {
      guard case .payload(let range)? = try? decoder.next(in: bytes, from: offset) else { break }
      take(UnsafeRawBufferPointer(rebasing: bytes[range]))
      offset = range.upperBound
    }
    fill()
    return offset
  }

  private func take(_ payload: UnsafeRawBufferPointer) {
    do throws(WireFault) {
      switch try BrokerMessageDecoder.decode(payload) {
      case .accepted(let through, _):
        accepted = through
        if accepted == count { done() }
      case .welcome: welcomed()
      case .resume(let from, _, let reason): failed("publisher \(index) was told to resume from \(from): \(reason)")
      case .refused(let sequence, let reason): failed("publisher \(index), number \(sequence): \(reason)")
      case .fault(let reason): failed("publisher \(index): \(reason)")
      case .ping, .pong, .farewell, .subscribed, .unsubscribed, .deliver, .revoke, .mark, .request, .reply, .admin: break
      }
    } catch { failed("publisher \(index): \(error)") }
  }

  /// Publishes as far as the window allows.
  private func fill() {
    while sent < count, sent - accepted < window {
      sent += 1
      let sequence = sent
      connection.append(room: events.byteCount + 96) { room in
        guard let base = room.baseAddress else { return 0 }
        var at = base + 4
        at = Self.write("{\"op\":\"publish\",\"sequence\":", to: at)
        at = Self.write(String(sequence), to: at)
        at = Self.write(",\"event\":", to: at)
        events.render(publisher: index, sequence: sequence, into: at)
        at += events.byteCount
        at = Self.write("}", to: at)
        let length = at - base
        base.storeBytes(of: UInt32(length - 4).bigEndian, as: UInt32.self)
        return length
      }
    }
  }

  private static func write(_ text: String, to at: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var text = text
    return text.withUTF8 { bytes in
      UnsafeMutableRawBufferPointer(start: at, count: bytes.count).copyMemory(from: UnsafeRawBufferPointer(bytes))
      return at + bytes.count
    }
  }
}
