import CLinux
import Glibc

/// How long work takes the processors: in long turns and with the smaller share, so that whoever wakes to answer a person, or to handle a lone
/// fact, goes before it at once.
///
/// ```
/// all alike     long work  ██··██··········██··██··      who answers is cut off behind each short turn, until everybody had theirs
///               a person     ██··············██····██
/// long turns    long work  ██··████████████····██████      who answers goes first and is done
///               a person     ██············████
/// ```
/// Only what takes milliseconds asks for it: three system calls, about 2 us. Belongs to one place where one thread at a time works; `begin` and
/// `end` are called by the same thread.
package final class LongTurns: @unchecked Sendable {
  private var before: accord_schedule?

  package init() {}

  /// Of the calling thread, until `end`. Where the system forbids it, or knows no turns (Linux before 6.12), so much of it stays as it was.
  /// No thread may be started meanwhile: it would inherit this and keep it.
  package func begin() {
    guard before == nil, let usual = Self.schedule else { return }
    var long = usual
    long.runtime = StoreLimits.longTurnNanoseconds
    // Only where the way back is open.
    if Self.mayRiseAgain { long.nice = min(19, usual.nice + StoreLimits.longWorkNiceness) }
    if unsafe accord_schedule_thread(&long) == 0 { before = usual }
  }

  /// As it was before `begin`; nothing where that was ended already.
  package func end() {
    guard var usual = before else { return }
    before = nil
    _ = unsafe accord_schedule_thread(&usual)
  }

  /// The calling thread's, where the system tells it and it is a usual one: real-time threads are left alone.
  private static var schedule: accord_schedule? {
    var schedule = accord_schedule()
    guard unsafe accord_schedule_of_thread(&schedule) == 0, schedule.policy == UInt32(SCHED_OTHER) else { return nil }
    return schedule
  }

  /// Whether a thread of this process may go back to the niceness that it had: RLIMIT_NICE says so (man 2 getrlimit: 20 less the niceness), or
  /// CAP_SYS_NICE, which the system tells by granting one step more for a moment.
  package static let mayRiseAgain: Bool = {
    guard var schedule else { return false }
    let usual = schedule.nice
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(13), &limit) == 0, limit.rlim_cur >= UInt(20 - usual) { return true }
    schedule.nice = max(-20, usual - 1)
    guard unsafe accord_schedule_thread(&schedule) == 0 else { return false }
    schedule.nice = usual
    return unsafe accord_schedule_thread(&schedule) == 0
  }()
}

/// What the calling thread takes of the processors, for those who look.
package struct Turns: Equatable, Sendable {
  /// 0 where the system tells none.
  package let nanoseconds: UInt64
  package let niceness: Int32

  package static var mine: Turns? {
    var schedule = accord_schedule()
    guard unsafe accord_schedule_of_thread(&schedule) == 0 else { return nil }
    return Turns(nanoseconds: schedule.runtime, niceness: schedule.nice)
  }

  package init(nanoseconds: UInt64, niceness: Int32) {
    self.nanoseconds = nanoseconds
    self.niceness = niceness
  }
}
