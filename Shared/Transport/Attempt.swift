import Glibc

/// One attempt to reach a peer. Belongs to the reactor's thread.
package final class Attempt: Watcher {
  private let reactor: Reactor
  private let subject: String
  private var completion: Connector.Completion?
  private var timer: Reactor.Timer?
  private var addresses: ArraySlice<SocketAddress> = []
  private var descriptor: FileDescriptor?
  private var number: Int32 = -1
  private var slot: Reactor.Slot?
  private var trying = ""

  init(_ reactor: Reactor, subject: String, _ completion: @escaping Connector.Completion) {
    self.reactor = reactor
    self.subject = subject
    self.completion = completion
  }

  /// Gives up; the completion is not called any more.
  package func cancel() {
    completion = nil
    letGo()
  }

  func limit(_ timeout: Duration) {
    timer = reactor.after(timeout) { [weak self] in
      guard let self else { return }
      finish(SystemError(.connect, ETIMEDOUT, on: self.subject))
    }
  }

  func resolved(_ found: Result<[SocketAddress], SystemError>) {
    guard completion != nil else { return }
    switch found {
    case .failure(let error): finish(error)
    case .success(let addresses):
      self.addresses = addresses[...]
      tryNext(after: SystemError(.resolve, EAI_NONAME, on: subject))
    }
  }

  func ready(_ interest: Interest) {
    let code = Socket.pendingError(number)
    if code == 0 { succeed() } else { tryNext(after: SystemError(.connect, code, on: trying)) }
  }

  func reactorEnded() { cancel() }

  /// Starts on the next address; `error` is what is told where there is none left.
  private func tryNext(after error: SystemError) {
    var error = error
    closeSocket()
    while let address = addresses.popFirst() {
      trying = address.description
      do throws(SystemError) {
        let socket = try Socket.open(address.family, for: .connect, on: trying)
        number = socket.number
        let connected = try Socket.connect(number, to: address)
        descriptor = consume socket
        if connected { return succeed() }
        slot = try reactor.watch(number, .writing, self)
        return
      } catch let failure { error = failure }
      closeSocket()
    }
    finish(error)
  }

  private func succeed() {
    if let slot { reactor.unwatch(number, slot) }
    slot = nil
    guard let socket = descriptor.take(), let told = completion.take() else { return }
    letGo()
    told(.success(socket))
  }

  private func finish(_ error: SystemError) {
    let told = completion.take()
    letGo()
    told?(.failure(error))
  }

  private func letGo() {
    if let timer { reactor.cancel(timer) }
    timer = nil
    closeSocket()
  }

  private func closeSocket() {
    if let slot { reactor.unwatch(number, slot) }
    slot = nil
    descriptor = nil
  }
}
