import CLinux

/// What a descriptor is watched for, or ready for.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let reading = Interest(rawValue: 1)
  package static let writing = Interest(rawValue: 2)
  /// Only ever reported: an error waits on the descriptor or both directions are shut.
  package static let failure = Interest(rawValue: 4)

  /// The events of epoll_ctl(2). Level-triggered: a turn may leave bytes in the socket and is called again for them.
  var events: UInt32 {
    (contains(.reading) ? EPOLLIN.rawValue : 0) | (contains(.writing) ? EPOLLOUT.rawValue : 0)
  }

  init(events: UInt32) {
    var interest: Interest = []
    if events & EPOLLIN.rawValue != 0 { interest.insert(.reading) }
    if events & EPOLLOUT.rawValue != 0 { interest.insert(.writing) }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { interest.insert(.failure) }
    self = interest
  }
}

/// Something that owns a descriptor and hears from the reactor when it is ready. Called on the reactor's thread only.
protocol Watcher: AnyObject {
  func ready(_ interest: Interest)
  /// The reactor ends: let go of the descriptor.
  func reactorEnded()
}

/// A foreign descriptor (a signalfd, a pipe) watched by a closure; the descriptor itself stays its owner's.
package final class DescriptorWatch: Watcher {
  private let reactor: Reactor
  private let number: Int32
  private var slot: Reactor.Slot?
  private let onReady: () -> Void

  /// Calls `onReady` in each turn in which `descriptor` can be read, until cancelled. Reactor thread, or before it runs.
  package init(_ descriptor: borrowing FileDescriptor, on reactor: Reactor, _ onReady: @escaping () -> Void) throws(SystemError) {
    self.reactor = reactor
    self.number = descriptor.number
    self.onReady = onReady
    slot = try reactor.watch(number, .reading, self)
  }

  /// Reactor thread. Call it before the descriptor is closed.
  package func cancel() {
    guard let slot else { return }
    self.slot = nil
    reactor.unwatch(number, slot)
  }

  func ready(_ interest: Interest) { onReady() }
  func reactorEnded() { slot = nil }
}
