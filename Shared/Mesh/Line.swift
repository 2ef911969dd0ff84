import Transport
import Wire

/// One connection to the broker: frames out, messages in. Belongs to the reactor's thread.
final class Line {
  private let connection: Connection
  private let decoder = FrameDecoder()
  private var frame: [UInt8] = []

  /// A message of the broker's, in order.
  var onMessage: ((BrokerMessage) -> Void)?
  /// Bytes that are no message; nothing after them can be trusted.
  var onFault: ((WireFault) -> Void)?
  /// After all messages of one read, and when there is room to write again.
  var onPause: (() -> Void)?
  var onClosed: ((CloseReason) -> Void)?

  init(adopting descriptor: consuming FileDescriptor, on reactor: Reactor) {
    connection = Connection(adopting: descriptor, on: reactor)
    connection.onBytes = { [weak self] bytes in self?.take(bytes) ?? bytes.count }
    connection.onWritable = { [weak self] in self?.onPause?() }
    connection.onClose = { [weak self] reason in self?.onClosed?(reason) }
  }

  /// False while so much waits to be written that publishes should wait as well.
  var isWritable: Bool { connection.isWritable }

  /// Sends one message; false where it is too long for a frame, which is a bug of who made it.
  @discardableResult
  func send(_ message: ClientMessage) -> Bool {
    frame.removeAll(keepingCapacity: true)
    do { try ClientMessageEncoder.append(message, to: &frame) } catch { return false }
    connection.send(frame)
    return true
  }

  /// HOT. Sends one publish; false where the event is too long.
  func publish(sequence: UInt64, event: [UInt8]) -> Bool {
    frame.removeAll(keepingCapacity: true)
    do { try ClientMessageEncoder.appendPublish(sequence: sequence, event: event, to: &frame) } catch { return false }
    frame.withUnsafeBytes { connection.append($0) }
    return true
  }

  /// Sends a row again that the broker lost.
  func heal(sequence: UInt64, event: [UInt8]) {
    frame.removeAll(keepingCapacity: true)
    // Too long a row was never accepted, so it was never lost.
    guard (try? ClientMessageEncoder.appendHeal(sequence: sequence, event: event, to: &frame)) != nil else { return }
    frame.withUnsafeBytes { connection.append($0) }
  }

  func flush() { connection.flush() }

  /// Closes without a word; no callback follows.
  func close() {
    onMessage = nil
    onFault = nil
    onPause = nil
    onClosed = nil
    connection.close()
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    var start = 0
    do throws(WireFault) {
      reading: while onMessage != nil {
        switch try decoder.next(in: bytes, from: start) {
        case .needs: break reading
        case .payload(let range):
          start = range.upperBound
          do throws(WireFault) {
            onMessage?(try BrokerMessageDecoder.decode(UnsafeRawBufferPointer(rebasing: bytes[range])))
          } catch {
            // A later version of the protocol may say more; what is not known is passed over (PROTOCOL.md, Versions).
            guard case .unknownOp = error else { throw error }
          }
        }
      }
    } catch {
      onFault?(error)
    }
    onPause?()
    return onMessage == nil ? bytes.count : start
  }
}
