// sched_setattr(2) has no wrapper in glibc 2.36, and syscall(2) takes variable arguments, which Swift cannot call.
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

// <unistd.h> would bring declarations that Glibc's own module has.
long syscall(long number, ...);

// The length of the turns that the calling thread takes of its processor while others want it too, 100 us to 100 ms; 0 is the usual one.
// Its share stays the same, and threads that it starts inherit it. Whoever wakes behind a turn that is over goes first (Linux 6.12 and
// later; before, nothing comes of it).
static inline int accord_take_turns_of(uint64_t nanoseconds) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } wanted;
  memset(&wanted, 0, sizeof wanted);
  wanted.size = sizeof wanted;
  // The kernel tells 20 less the niceness (man 2 getpriority).
  wanted.nice = 20 - (int)syscall(SYS_getpriority, 0, 0);
  wanted.runtime = nanoseconds;
  return (int)syscall(SYS_sched_setattr, 0, &wanted, 0);
}
