/* The network namespace. Making one costs a quarter of the whole start, so the shim makes it while the inside half is
   busy with its mounts: the shim moves into it (it needs no network), and the inside half follows. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "launch.h"
#include "sys.h"

enum { PENDING, MADE }; /* else a negative errno */

/* In the shim, before the clone: the handle by which the inside half finds our namespace. */
int network_prepare(struct run *run)
{
    if (run->spec.net == NET_HOST || run->self >= 0)
        return 0;
    run->self = (int)syscall(SYS_pidfd_open, getpid(), 0); /* close-on-exec by itself */
    return run->self < 0 ? (note_failure("network", errno, "pidfd of the shim"), -1) : 0;
}

/* In the shim, after the clone. */
void network_make(struct run *run)
{
    volatile int *state = &run->report->network;
    if (run->spec.net == NET_HOST || *state != PENDING)
        return;
    *state = unshare(CLONE_NEWNET) == 0 ? MADE : -errno;
    syscall(SYS_futex, state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void loopback_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
        fail(errno, "loopback up");
    close(fd);
}

/* In the inside half. Should the shim die instead, so do we. */
void network_enter(const struct run *run)
{
    volatile int *state = &run->report->network;
    if (run->spec.net == NET_HOST)
        return;
    while (*state == PENDING)
        syscall(SYS_futex, state, FUTEX_WAIT, PENDING, NULL, NULL, 0);
    if (*state != MADE)
        fail(-*state, "new network namespace");
    if (setns(run->self, CLONE_NEWNET) != 0)
        fail(errno, "enter the new network namespace");
    if (run->spec.net == NET_LOOPBACK)
        loopback_up();
}
