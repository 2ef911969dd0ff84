import CLinux
import Glibc
import Transport

/// Calls `tick` twenty thousand times a second, or as often as the reactor gets there: finer than its timers, which count milliseconds.
final class LoadMetronome {
  private let descriptor: FileDescriptor
  private var watch: DescriptorWatch?

  private static let nanoseconds = 50_000

  /// Reactor thread.
  init(on reactor: Reactor, tick: @escaping () -> Void) throws(SystemError) {
    let number = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
    guard number >= 0 else { throw SystemError(.wait, errno, on: "a timerfd") }
    descriptor = FileDescriptor(adopting: number)
    let pause = timespec(tv_sec: 0, tv_nsec: Self.nanoseconds)
    var setting = itimerspec(it_interval: pause, it_value: pause)
    guard timerfd_settime(number, 0, &setting, nil) == 0 else { throw SystemError(.wait, errno, on: "a timerfd") }
    watch = try DescriptorWatch(descriptor, on: reactor) {
      var expirations: UInt64 = 0
      _ = read(number, &expirations, 8)
      tick()
    }
  }
}
