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
