import Contracts
import Dispatch
import Foundation
import Synchronization
import Telemetry

/// What a child says on its two pipes, gathered by a thread of its own until both are closed.
final class ChildOutput: Sendable {
  private struct Said {
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var isOver = false
    var hasLine: Bool { stdout.contains(0x0A) }
  }

  private let said = Mutex(Said())
  private let spoke = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Takes over both descriptors.
  init(stdout: Int32, stderr: Int32) {
    let descriptors = (stdout, stderr)
    OwnThread.start("child") { [self] in drain(descriptors.0, descriptors.1) }
  }

  var stdout: String { said.withLock { String(decoding: $0.stdout, as: UTF8.self) } }
  var stderr: String { said.withLock { String(decoding: $0.stderr, as: UTF8.self) } }

  /// The first line on stdout; `.some(nil)` where the child closed it without one, nil where the time is over.
  func firstLine(within limit: Duration) -> String?? {
    let end = DispatchTime.now() + .milliseconds(Int(limit.milliseconds))
    while true {
      let found = said.withLock { said -> String?? in
        if said.hasLine { return .some(String(decoding: said.stdout.prefix { $0 != 0x0A }, as: UTF8.self)) }
        return said.isOver ? .some(nil) : nil
      }
      if let found { return found }
      if spoke.wait(timeout: end) == .timedOut { return nil }
    }
  }

  /// Waits until both pipes are closed, which a grandchild may put off.
  func waitForEnd(within limit: Duration) {
    guard ended.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success else { return }
    ended.signal()
  }

  private func drain(_ stdout: Int32, _ stderr: Int32) {
    var open = [stdout, stderr].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while open.contains(where: { $0.fd >= 0 }) {
      guard poll(&open, 2, -1) > 0 else { continue }
      for place in 0..<2 where open[place].revents != 0 {
        let count = read(open[place].fd, &chunk, chunk.count)
        if count > 0 {
          let bytes = chunk[..<count]
          said.withLock { if place == 0 { $0.stdout += bytes } else { $0.stderr += bytes } }
        } else {
          close(open[place].fd)
          open[place].fd = -1
        }
        spoke.signal()
      }
    }
    said.withLock { $0.isOver = true }
    spoke.signal()
    ended.signal()
  }
}
