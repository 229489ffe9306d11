/* The seccomp filter: compiled by the agent, checked for shape here, installed last. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

int filter_read(struct run *run)
{
    size_t length = 0;
    run->filter = (struct filter){0};
    if (run->spec.seccomp == NULL)
        return 0;
    run->filter.code = read_whole(run->dir, run->spec.seccomp, FILTER_MAX * sizeof(struct sock_filter), &length);
    if (run->filter.code == NULL) {
        note_failure("seccomp", errno, "seccomp file %s in dir (at most 4096 instructions)", run->spec.seccomp);
        return -1;
    }
    run->filter.n = length / sizeof(struct sock_filter);
    if (run->filter.n == 0 || length % sizeof(struct sock_filter) != 0) {
        note_failure("seccomp", EINVAL, "seccomp file %s: %zu bytes is not a whole number of 8-byte instructions",
                     run->spec.seccomp, length);
        return -1;
    }
    return 0;
}

/* Returns what seccomp(2) returns: 0, or -1 with errno. Live reports of denied calls come in by adding
   SECCOMP_FILTER_FLAG_NEW_LISTENER to flags; the result is then a descriptor, to be sent to the shim over a socketpair
   made in start() before the clone. */
int filter_install(const struct filter *filter)
{
    unsigned flags = 0;
    struct sock_fprog program = {.len = (unsigned short)filter->n, .filter = filter->code};
    return filter->n == 0 ? 0 : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}
