/* The seccomp filter: compiled by the agent, checked for shape here, installed last. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

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

static int install(const struct filter *filter, unsigned flags)
{
    struct sock_fprog program = {.len = (unsigned short)filter->n, .filter = filter->code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* Somebody above the agent listens already (a container's runtime), and there can be only one: what would be told is
   denied all the same, in silence. */
static void deny_untold(const struct filter *filter)
{
    struct sock_filter *code = filter->code;
    for (size_t i = 0; i < filter->n; i++)
        if (code[i].code == (BPF_RET | BPF_K) && code[i].k == SECCOMP_RET_USER_NOTIF)
            code[i].k = SECCOMP_RET_ERRNO | EPERM;
        else if (code[i].code == (BPF_RET | BPF_K) && code[i].k == VERDICT_TELL)
            code[i].k = SECCOMP_RET_ALLOW;
}

/* Returns the descriptor through which denied calls are told, or -1 when there is none. A signal does not interrupt a
   call that is being answered, where the kernel can do that; else it would be told twice. */
int filter_install(const struct filter *filter, bool must_listen)
{
    if (filter->n == 0)
        return -1;
    int fd = install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    if (fd < 0 && errno == EINVAL)
        fd = install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    if (fd < 0 && errno == EBUSY && must_listen)
        fail(EBUSY, "on_denied=kill and learn=1 need a listener, and something above the agent has one already");
    if (fd < 0 && errno == EBUSY) {
        deny_untold(filter);
        if (install(filter, 0) == 0)
            return -1;
    }
    if (fd < 0)
        fail(errno, "install the filter (is it a valid BPF program?)");
    return fd;
}
