/*
 * hostler-launch: runs one attempt in a sandbox and outlives the agent that started it.
 *
 *   hostler-launch SPEC         run the attempt that SPEC describes
 *   hostler-launch --probe      what the kernel offers, as key=value lines; exit 0 if a sandbox can be built
 *   hostler-launch --version
 *
 * CONTRACT WITH THE AGENT. SPEC is the absolute path of a file of NUL-terminated key=value strings (spec.c has the list
 * of keys, spec_check.c the rules between them). Below the spec's `dir` the shim makes
 *   stdout, stderr  the exact bytes of the program's output, up to stdout_max and stderr_max; always a prefix of it
 *   control         a fifo; 'C' = cancel (TERM, grace, KILL), 'K' = kill; SIGTERM to the shim = 'C'
 *   started         once exec has succeeded: pid= (of the sandbox's pid 1, as the host sees it), started_unix_ns=
 *   result          how it ended; durable; written last, and only when the cgroup is empty and the output complete.
 *                   A disk full of output does not hide it: its block is reserved before the program starts
 * Variables that must not lie on a disk come on fd 0, as many bytes of NAME=VALUE strings, each with a NUL, as the spec's
 * secret_env says; if fewer come, nothing is run. On its fd 1 the shim writes hints: "started PID", "o", "e", "end". fd 2 is for people. Exit code: 0 a result is written
 * (also for not_started), 64 the spec is refused and nothing was run, 70 no result could be written.
 *   bytes + dropped + lost: stdout_bytes is the size of the file, stdout_dropped what came past stdout_max, spool_lost
 * what both streams lost to a full or broken disk. None of it changes how the run ends.
 *
 * PROCESSES. shim (this process, on the host, in the agent's cgroup)
 *             `- reaper, pid 1 of the new namespaces, in the attempt's cgroup    child.c, reaper.c
 *                 |- the program                                                 exec.c
 *                 `- with net=allow-list: the forwarder, with less power than the program   network.c, forward.c
 * When the program ends, the reaper ends, the kernel kills the rest of its pid namespace, and the shim makes sure that
 * the cgroup is empty. If the shim is killed, the reaper dies with it.
 *
 * LINES OF DEFENCE, in the order in which they are set up
 *   1  the shim closes every inherited descriptor but 0-2, and runs again from a read-only mount of its own file if
 *      the program could write that (uid 0, capabilities; CVE-2019-5736)                      main.c, selfexec.c
 *   2  new mount, pid, ipc, uts and (unless net=host) network namespaces; the cgroup is entered by CLONE_INTO_CGROUP
 *      on v2, on v1 by the first thing the new process does; it is not dumpable               start.c, cgroup.c
 *      net=allow-list has no interface but lo either: rules lead all connections to the forwarder, and that to the Unix
 *      socket `proxy` in net_dir, shown at /run/hostler/network                               network.c, nftables.c
 *   3  mount propagation is cut before anything else: later mounts of the host do not arrive  mounts.c
 *   4  declared paths are resolved without following any symlink and pinned as detached mounts: nosuid, nodev, and
 *      read-only but for the top of an rw path; kernel file systems are refused               mounts.c
 *      (of a preview, what is written goes into layers over it, and stdout goes to stderr's file: preview.c)
 *   5  the whole tree becomes read-only, nosuid, nodev in one recursive call                  mounts.c
 *   6  fresh /tmp /var/tmp /dev/shm /run (one file system, with one quota) /dev /proc /sys; /proc and /sys read-only; no tty, no cgroupfs, no host socket
 *      in /run                                                                                freshfs.c
 *   7  hidden paths are covered by empty things of mode 0000; so are kernel file systems mounted elsewhere, and host Unix
 *      sockets elsewhere, as far as they exist at the start                                   place.c, stray.c
 *   8  own session, no terminal, only descriptors 0-2, default signals, umask, rlimits, neutral nice and OOM score,
 *      an empty session keyring                                                               exec.c, child.c
 *   9  capabilities dropped from every set, groups, gid, uid, cwd opened as that user and never in /proc
 *      (CVE-2024-21626), no_new_privs; with net=host no abstract Unix socket of the host (landlock); seccomp, exec
 *                                                                                             caps.c, seccomp.c
 *  10  the reaper keeps only CAP_KILL and no descriptor, and cannot be traced                 caps.c, child.c
 * What cannot be set up as declared ends the attempt as not_started; nothing runs with less.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

/* 0-2 must exist, or the next file that is opened would become the doorbell. What is on 0 is read later, or never. */
static void clean_descriptors(void)
{
    sys_close_range(3, ~0U, 0);
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            _exit(EXIT_NO_RESULT);
}

static void set_signals(void)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ};
    sigset_t blocked;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would eat the exit status */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static int run_attempt(const char *path, char **argv)
{
    static struct run run = {.pid = -1, .pidfd = -1, .control = -1, .reason = "none", .stream = {{.file = -1}, {.file = -1}}};
    if (spec_read(path, &run.spec) != 0)
        return EXIT_BAD_SPEC;
    if (leave_writable_mount(&run.spec, argv) != 0)
        return EXIT_NO_RESULT;
    run.dir = open(run.spec.dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (run.dir < 0) {
        say("spec %s: field dir: value \"%s\": %s; make the directory first", path, run.spec.dir, strerror(errno));
        return EXIT_BAD_SPEC;
    }
    run.report = mmap(NULL, sizeof *run.report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.report == MAP_FAILED || record_reserve(&run) != 0)
        return EXIT_NO_RESULT;
    report_to(run.report);
    struct usage usage = {-1, -1, -1, -1, -1, -1, -1};
    if (secrets_read(&run.spec) == 0 && start(&run) == 0) {
        if (supervise(&run) != 0 || (start_again(&run) == 0 && supervise(&run) != 0))
            return EXIT_NO_RESULT;
        cgroup_usage(&run.cgroup, &usage);
        limits_end(&run);
        if (usage.cpu_usec < 0)
            usage.cpu_usec = (run.rusage.ru_utime.tv_sec + run.rusage.ru_stime.tv_sec) * INT64_C(1000000) +
                             run.rusage.ru_utime.tv_usec + run.rusage.ru_stime.tv_usec;
    } else {
        run.ended_ns = realtime_ns();
    }
    if (record_result(&run, &usage) != 0)
        return EXIT_NO_RESULT;
    doorbell("end\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("hostler-launch " VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--probe") == 0)
        return probe();
    if (argc != 2 || argv[1][0] != '/') {
        say("usage: hostler-launch /absolute/path/of/SPEC | --probe | --version");
        return EXIT_BAD_SPEC;
    }
    clean_descriptors();
    setsid(); /* fails only for a group leader, which then already has a session of its own or a shell to answer to */
    umask(022);
    set_signals();
    doorbell_init();
    return run_attempt(argv[1], argv);
}
