// What a sanitizer cannot see of the toolchain's own libraries, told to it at their doors. Linked by deploy/sanitize, with the linker's --wrap
// for each name; nothing of it ships. Compiled in parts: QUEUES, MUTEXES and COPIES.
//
// In a program that holds Swift's libraries libc does not meet the sanitizer's malloc: what strdup made must not be freed by it.
//
// For ThreadSanitizer alone: Swift's Mutex is atomics in our own code while nobody waits, which the sanitizer sees, and a call into Synchronization where somebody does.
// A queue hands a block from thread to thread within libdispatch. Both are not instrumented: what they put in order looks like a race.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef COPIES
char *__wrap_strdup(const char *text) {
  size_t count = strlen(text) + 1;
  char *copy = malloc(count);
  return copy ? memcpy(copy, text, count) : NULL;
}
#endif

void __tsan_acquire(void *place);
void __tsan_release(void *place);

#ifdef QUEUES
// Linked into every program, with or without queues: what is not there is not called.
#pragma weak __real_dispatch_async
#pragma weak __real_dispatch_after
#pragma weak __real_dispatch_group_async
#pragma weak __real_dispatch_sync
#pragma weak __real_dispatch_semaphore_signal
#pragma weak __real_dispatch_semaphore_wait
#pragma weak __real_dispatch_group_leave
#pragma weak __real_dispatch_group_wait
#pragma weak _Block_copy
#pragma weak _Block_release
#pragma weak _Block_object_assign
#pragma weak _Block_object_dispose
#pragma weak _NSConcreteStackBlock
#include <Block.h>

typedef void (^block)(void);

// A block happens behind its handing over, and behind what its serial queue did before.
static block ordered(void *queue, block body) {
  block kept = Block_copy(body);
  __tsan_release((void *)kept);
  return Block_copy(^{
    __tsan_acquire((void *)kept);
    __tsan_acquire(queue);
    kept();
    __tsan_release(queue);
    Block_release(kept);
  });
}

void __real_dispatch_async(void *queue, block body);
void __wrap_dispatch_async(void *queue, block body) {
  block told = ordered(queue, body);
  __real_dispatch_async(queue, told);
  Block_release(told);
}

void __real_dispatch_after(uint64_t when, void *queue, block body);
void __wrap_dispatch_after(uint64_t when, void *queue, block body) {
  block told = ordered(queue, body);
  __real_dispatch_after(when, queue, told);
  Block_release(told);
}

void __real_dispatch_group_async(void *group, void *queue, block body);
void __wrap_dispatch_group_async(void *group, void *queue, block body) {
  block told = ordered(queue, ^{
    body();
    __tsan_release(group);
  });
  __real_dispatch_group_async(group, queue, told);
  Block_release(told);
}

void __real_dispatch_sync(void *queue, block body);
void __wrap_dispatch_sync(void *queue, block body) {
  __real_dispatch_sync(queue, ^{
    __tsan_acquire(queue);
    body();
    __tsan_release(queue);
  });
}

intptr_t __real_dispatch_semaphore_signal(void *semaphore);
intptr_t __wrap_dispatch_semaphore_signal(void *semaphore) {
  __tsan_release(semaphore);
  return __real_dispatch_semaphore_signal(semaphore);
}

intptr_t __real_dispatch_semaphore_wait(void *semaphore, uint64_t timeout);
intptr_t __wrap_dispatch_semaphore_wait(void *semaphore, uint64_t timeout) {
  intptr_t came = __real_dispatch_semaphore_wait(semaphore, timeout);
  if (came == 0) __tsan_acquire(semaphore);
  return came;
}

void __real_dispatch_group_leave(void *group);
void __wrap_dispatch_group_leave(void *group) {
  __tsan_release(group);
  __real_dispatch_group_leave(group);
}

intptr_t __real_dispatch_group_wait(void *group, uint64_t timeout);
intptr_t __wrap_dispatch_group_wait(void *group, uint64_t timeout) {
  intptr_t came = __real_dispatch_group_wait(group, timeout);
  if (came == 0) __tsan_acquire(group);
  return came;
}

#endif

#ifdef MUTEXES
// The two slow ways of Synchronization's _MutexHandle: a Swift method has its self in r13.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
__asm__(
    ".text\n"
    ".weak \"__real_" LOCK "\"\n"
    ".weak \"__real_" UNLOCK "\"\n"
    ".globl \"__wrap_" LOCK "\"\n"
    "\"__wrap_" LOCK "\":\n"
    "  push %r13\n"
    "  call \"__real_" LOCK "\"\n"
    "  mov (%rsp), %rdi\n"
    "  call __tsan_acquire\n"
    "  pop %r13\n"
    "  ret\n"
    ".globl \"__wrap_" UNLOCK "\"\n"
    "\"__wrap_" UNLOCK "\":\n"
    "  push %r13\n"
    "  mov %r13, %rdi\n"
    "  call __tsan_release\n"
    "  mov (%rsp), %r13\n"
    "  call \"__real_" UNLOCK "\"\n"
    "  pop %r13\n"
    "  ret\n");
#endif
