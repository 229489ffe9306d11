/* The inside half: pid 1 of the new namespaces. It sets the scene, forks the program and becomes the reaper. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

/* Should the shim die, nobody would read the output or write the result: end with it. */
static void die_with_shim(const struct run *run)
{
    struct pollfd reader = {.fd = run->status[1]};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        fail(errno, "parent death signal");
    if (poll(&reader, 1, 0) != 0)
        _exit(1);
}

/* What protects the agent must not protect the job. (Closed at once: an open writer keeps /proc from becoming read-only.) */
static void neutral_oom_score(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        fail(errno, "oom_score_adj");
    if (write(fd, "0", 1) < 0 && errno != EACCES) /* less likely to be killed is forbidden without CAP_SYS_RESOURCE */
        fail(errno, "oom_score_adj");
    close(fd);
}

static int program(void *run)
{
    become_program(run);
}

/* Shares the memory until exec, like vfork, which spares the copy of the page tables; the reaper waits meanwhile. Not
   under the address sanitizer, whose shadow knows one stack only. The descriptors are shared, too: the listener of the
   program's filter, which only it can make, becomes ours without a call that the filter might forbid. */
static pid_t fork_program(struct run *run)
{
#ifdef __SANITIZE_ADDRESS__
    struct clone_args args = {.flags = CLONE_VFORK | CLONE_FILES, .exit_signal = SIGCHLD};
    pid_t pid = sys_clone3(&args);
    return pid == 0 ? program(run) : pid;
#else
    static char stack[64 << 10] __attribute__((aligned(16)));
    return clone(program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, run);
#endif
}

/* To the shim; `what` says what it is: l, the listener of the filter; s, the scratch. */
static void hand_over(int channel, char what, int fd)
{
    char byte = what, control[CMSG_SPACE(sizeof fd)] __attribute__((aligned(sizeof(struct cmsghdr)))) = {0};
    struct iovec iov = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    if (sendmsg(channel, &message, MSG_NOSIGNAL) != 1)
        fail(errno, "hand over a descriptor");
}

_Noreturn void inside(struct run *run)
{
    const struct spec *s = &run->spec;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    umask(0);
    prctl(PR_SET_DUMPABLE, 0);
    die_with_shim(run);
    stage("cgroup");
    cgroup_enter(&run->cgroup);
    neutral_oom_score();
    if (s->net == NET_ALLOW_LIST)
        network_prepare();
    stage("mounts");
    int scratch = mounts_apply(run);
    hand_over(run->status[1], 's', scratch);
    close(scratch);
    stage("namespaces");
    if (sethostname(s->hostname, strlen(s->hostname)) != 0)
        fail(errno, "hostname %s", s->hostname);
    if (s->net == NET_LOOPBACK)
        loopback_up();
    if (s->net == NET_ALLOW_LIST)
        network_allow_list(run);
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); /* the agent's keys stay outside; no keyrings: no keys */

    pid_t pid = fork_program(run);
    if (pid < 0)
        fail(errno, "fork (does the pids limit leave room for two processes?)");
    secrets_wipe(s);
    if (run->report->listener >= 0)
        hand_over(STATUS_FD, 'l', run->report->listener);
    sys_close_range(0, ~0U, 0);
    caps_reaper();
    reap(run->report, pid);
}
