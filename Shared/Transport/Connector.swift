import Dispatch
import Glibc
import Synchronization

/// Reaches peers by name: looks the name up off the reactor, then tries its addresses one after the other without blocking.
///
/// The name is looked up anew for each attempt. Belongs to the reactor's thread.
package final class Connector {
  /// Given a connected, non-blocking socket, or the last address's error. Called once, on the reactor's thread, never inside `connect`.
  package typealias Completion = (consuming Result<FileDescriptor, SystemError>) -> Void

  private let reactor: Reactor
  /// Serial queues taken in turn: lookups that wait hold no thread, and a dead name server holds these few at most.
  private static let lookups = (0..<TransportLimits.lookupsMax).map { DispatchQueue(label: "accord.lookup.\($0)") }
  private static let turn = Atomic<Int>(0)

  package init(on reactor: Reactor) { self.reactor = reactor }

  /// Connects to `host` (a name or number) and `port` within `timeout`, lookup included.
  @discardableResult
  package func connect(
    host: String, port: UInt16, timeout: Duration = .seconds(5), _ completion: @escaping Completion
  ) -> Attempt {
    let attempt = Attempt(reactor, subject: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)", completion)
    attempt.limit(timeout)
    let handle = Handover(attempt)
    let reactor = reactor
    // A number needs no lookup and must not stand behind one.
    if let numeric = SocketAddress.numeric(host, port) {
      reactor.post { handle.attempt.resolved(.success(numeric)) }
      return attempt
    }
    let place = Self.turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max
    Self.lookups[place % Self.lookups.count].async {
      let found: Result<[SocketAddress], SystemError>
      do throws(SystemError) { found = .success(try SocketAddress.resolve(host, port)) } catch { found = .failure(error) }
      reactor.post { handle.attempt.resolved(found) }
    }
    return attempt
  }

  /// Connects to a socket file within `timeout`.
  @discardableResult
  package func connect(path: String, timeout: Duration = .seconds(5), _ completion: @escaping Completion) -> Attempt {
    let attempt = Attempt(reactor, subject: path, completion)
    attempt.limit(timeout)
    let found: Result<[SocketAddress], SystemError>
    do throws(SystemError) { found = .success([try SocketAddress(path: path, for: .connect)]) } catch { found = .failure(error) }
    let handle = Handover(attempt)
    reactor.post { handle.attempt.resolved(found) }
    return attempt
  }

  /// The attempt travels to the lookup's thread and back untouched; only the reactor's thread looks inside.
  private struct Handover: @unchecked Sendable {
    let attempt: Attempt
    init(_ attempt: Attempt) { self.attempt = attempt }
  }
}
