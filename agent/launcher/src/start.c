/* The shim's half of the start: everything that can be opened or checked before the clone, then the clone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

enum { PIPE_BYTES = 1 << 20 };

static int control_open(struct run *run)
{
    struct stat st;
    if (mkfifoat(run->dir, "control", 0600) != 0 && errno != EEXIST)
        return note_failure("control", errno, "cannot make the fifo control in dir"), -1;
    run->control = openat(run->dir, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (run->control < 0 || fstat(run->control, &st) != 0 || !S_ISFIFO(st.st_mode))
        return note_failure("control", errno, "control in dir is not a fifo"), -1;
    return 0;
}

/* The program may open /dev/stdout by name, so its end belongs to it; only our end does not block. */
static int pipe_open(struct run *run, int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ||
        fchown(ends[1], run->spec.uid, run->spec.gid) != 0)
        return note_failure("pipes", errno, "output pipe"), -1;
    for (int size = PIPE_BYTES; size >= PIPE_BYTES / 4 && fcntl(ends[0], F_SETPIPE_SZ, size) < 0;)
        size /= 2;
    return 0;
}

static int prepare(struct run *run)
{
    if (spool_open(run) != 0 || control_open(run) != 0 || filter_read(run) != 0 ||
        cgroup_open(&run->spec, &run->cgroup) != 0)
        return -1;
    if (run->spec.cpu_time_ms != 0 && (run->cpu_before = cgroup_cpu_usec(&run->cgroup)) < 0)
        return note_failure("limits", 0, "cpu_time_ms: none of the cgroups counts CPU time (v1: cpuacct)"), -1;
    stray_sockets(&run->sockets);
    return 0;
}

static int clone_inside(struct run *run)
{
    run->report->listener = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, run->status) != 0)
        return note_failure("pipes", errno, "status sockets"), -1;
    if (pipe_open(run, run->out) != 0 || pipe_open(run, run->err) != 0)
        return -1;
    struct clone_args args = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)&run->pidfd,
        .exit_signal = SIGCHLD,
    };
    if (run->spec.net != NET_HOST)
        args.flags |= CLONE_NEWNET;
    if (!run->cgroup.join) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)run->cgroup.dir[0];
    }
    run->pid = sys_clone3(&args);
    if (run->pid == 0)
        inside(run);
    if (run->pid < 0)
        return note_failure("namespaces", errno, "clone3 into new namespaces"), -1;
    close(run->out[1]);
    close(run->err[1]);
    close(run->status[1]);
    run->stream[0].pipe = run->out[0];
    run->stream[1].pipe = run->err[0];
    return 0;
}

/* Returns 0 when the inside half runs, -1 when there is none (the report says why). */
int start(struct run *run)
{
    return prepare(run) == 0 ? clone_inside(run) : -1;
}

/* Kernels since 6.9 may kill a process at birth in a v2 cgroup when cgroup.kill was ever used on the cgroup of its
   parent (that is, the agent's) or on the new one. It has then done nothing yet: let it be born here and enter by
   itself. Returns 1 if the run ended for another reason, else as start(). */
int start_again(struct run *run)
{
    if (run->cgroup.join || run->report->stage != NULL || run->report->failed || strcmp(run->reason, "none") != 0)
        return 1;
    close(run->out[0]);
    close(run->err[0]);
    close(run->status[0]);
    close(run->pidfd);
    run->cgroup.join = true;
    return clone_inside(run);
}
