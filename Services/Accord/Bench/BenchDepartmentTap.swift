import Glibc
import Synchronization
import Transport

/// Stands between a department and the broker, passes everything on, and notes when a delivery leaves for the department.
///
/// It notes before it writes, so what is measured from there on holds the whole of the department's part.
final class BenchDepartmentTap: @unchecked Sendable {
  /// Nanoseconds of `Reactor.uptime` when the latest delivery was handed on.
  let deliveredAt = Atomic<Int64>(0)
  private let reactor: Reactor
  private let brokerPort: UInt16
  private(set) var port: UInt16 = 0

  // Of the reactor's thread.
  private var listener: Listener?
  private var connector: Connector?
  private var department: Connection?
  private var broker: Connection?
  private var early: [UInt8] = []

  init(before brokerPort: UInt16) throws(Complaint) {
    self.brokerPort = brokerPort
    do throws(SystemError) {
      reactor = try Reactor()
      connector = Connector(on: reactor)
      let listener = try Listener(host: "127.0.0.1", port: 0, on: reactor) { [unowned self] descriptor, _ in join(descriptor) }
      self.listener = listener
      port = listener.port
      try reactor.start(name: "tap")
    } catch { throw Complaint(host: error) }
  }

  func stop() {
    reactor.stop()
    reactor.join()
  }

  private func join(_ descriptor: consuming FileDescriptor) {
    let department = Connection(adopting: descriptor, on: reactor)
    self.department = department
    department.onBytes = { [unowned self] bytes in
      if let broker { broker.append(bytes) } else { early += bytes }
      return bytes.count
    }
    department.onClose = { [unowned self] _ in broker?.close() }
    connector?.connect(host: "127.0.0.1", port: brokerPort) { [unowned self] result in
      guard case .success(let socket) = result else {
        department.close()
        return
      }
      let broker = Connection(adopting: socket, on: reactor)
      self.broker = broker
      broker.onBytes = { [unowned self] bytes in
        if Self.holdsDelivery(bytes) { deliveredAt.store(Reactor.uptime(), ordering: .releasing) }
        department.append(bytes)
        return bytes.count
      }
      broker.onClose = { _ in department.close() }
      broker.send(early)
      early = []
    }
  }

  private static func holdsDelivery(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let word: StaticString = "\"op\":\"deliver\""
    let count = word.utf8CodeUnitCount
    guard bytes.count >= count else { return false }
    return word.withUTF8Buffer { word in
      (0...bytes.count - count).contains { bytes[$0] == word[0] && bytes[$0..<$0 + count].elementsEqual(word) }
    }
  }
}
