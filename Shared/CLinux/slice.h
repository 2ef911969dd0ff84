// sched_setattr(2) has no wrapper in glibc 2.36, and syscall(2) takes variable arguments, which Swift cannot call.
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

// <unistd.h> would bring declarations that Glibc's own module has.
long syscall(long number, ...);

// How a thread is scheduled, as sched_setattr(2) takes it and sched_getattr(2) tells it; of a usual thread `runtime` is the length of its
// turns in nanoseconds, 0 before Linux 6.12.
struct accord_schedule {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

// How the calling thread is scheduled; not 0 where the system does not say.
static inline int accord_schedule_of_thread(struct accord_schedule *schedule) {
  memset(schedule, 0, sizeof *schedule);
  int code = (int)syscall(SYS_sched_getattr, 0, schedule, sizeof *schedule, 0);
  schedule->size = sizeof *schedule;
  return code;
}

// Has the calling thread, and those that it starts, scheduled so; not 0 where the system forbids it.
static inline int accord_schedule_thread(struct accord_schedule *schedule) { return (int)syscall(SYS_sched_setattr, 0, schedule, 0); }

// The length of the turns that the calling thread takes of its processor while others want it too, 100 us to 100 ms; 0 is the usual one.
// Its share stays the same, and threads that it starts inherit it. Whoever wakes goes first behind a turn that is over, and before one that
// is longer than his own (Linux 6.12 and later; before, nothing comes of it).
static inline int accord_take_turns_of(uint64_t nanoseconds) {
  struct accord_schedule schedule;
  if (accord_schedule_of_thread(&schedule) != 0) return -1;
  schedule.runtime = nanoseconds;
  return accord_schedule_thread(&schedule);
}
