// System headers that `import Glibc` leaves out. No code of ours lives here.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/socket.h>
#include <sched.h>
#include <malloc.h>
// Behind _GNU_SOURCE in their headers, which the importer does not define: accept4(2), pthread_setname_np(3), sched_setaffinity(2).
int accept4(int socket, struct sockaddr *address, socklen_t *count, int flags);
int pthread_setname_np(unsigned long thread, const char *name);
int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *set);
#include <sys/un.h>
#include <netinet/tcp.h>
#include <linux/falloc.h>
