/* The shim's loop: output, denied calls, end of the program, cancel, timeout; then the wait for an empty cgroup. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

enum { OUT, ERR, STATUS, END, CONTROL, SIGNAL, TIMER, LISTENER, FDS };
enum { SYNC_STARTED_MS = 50 };

static void arm(int timer, uint64_t ms)
{
    struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000}};
    timerfd_settime(timer, 0, &spec, NULL);
}

static void kill_all(struct run *run)
{
    sys_pidfd_send_signal(run->pidfd, SIGKILL);
    cgroup_kill(&run->cgroup);
}

/* The first reason stays. Without a grace, or before the program runs, there is nobody to ask kindly. */
static void stop(struct run *run, int timer, const char *reason, bool kindly)
{
    bool first = strcmp(run->reason, "none") == 0;
    if (first) {
        limits_look(run);
        run->reason = reason;
    }
    if (!kindly || run->spec.grace_ms == 0 || !run->started) {
        kill_all(run);
    } else if (first) {
        sys_pidfd_send_signal(run->pidfd, SIGTERM);
        arm(timer, run->spec.grace_ms);
    }
}

static void on_timer(struct run *run, int timer)
{
    uint64_t times;
    if (read(timer, &times, sizeof times) != (ssize_t)sizeof times)
        return;
    bool grace_over = strcmp(run->reason, "none") != 0;
    stop(run, timer, "timeout", !grace_over);
}

static void on_control(struct run *run, int timer)
{
    char bytes[64];
    for (ssize_t n; (n = read(run->control, bytes, sizeof bytes)) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] == 'C')
                stop(run, timer, "cancelled", true);
            else if (bytes[i] == 'K')
                stop(run, timer, "killed", false);
        }
    }
}

/* The reaper must not be the one that the OOM killer takes: its death is the end of the run. Its child has the neutral
   score already. Without CAP_SYS_RESOURCE it stays as it is: its few pages make it the last choice anyway. */
static void protect_reaper(pid_t pid)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", pid);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    bool refused = write(fd, "-1000", 5) < 0;
    if (refused && errno != EACCES)
        say("%s: %s", path, strerror(errno));
    close(fd);
}

/* Takes what pid 1 sends. Returns true while its end of the sockets is open. */
static bool status_open(const struct run *run)
{
    for (;;) {
        char byte, control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(sizeof(struct cmsghdr))));
        struct iovec iov = {&byte, 1};
        struct msghdr message = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(run->status[0], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int))) {
            int fd;
            memcpy(&fd, CMSG_DATA(header), sizeof fd);
            if (byte == 's')
                limits_scratch(fd);
            else
                denials_listen(run, fd);
        }
    }
}

/* End of file on the status sockets: the program runs, or the report says why not. */
static void on_status(struct run *run, int timer)
{
    if (run->report->failed || run->report->exec_ns == 0)
        return;
    char line[32];
    run->started = true;
    secrets_wipe(&run->spec);
    if (run->spec.timeout_ms != 0 && strcmp(run->reason, "none") == 0)
        arm(timer, run->spec.timeout_ms);
    record_started(run);
    snprintf(line, sizeof line, "started %d\n", run->pid);
    doorbell(line);
    protect_reaper(run->pid);
}

static uint64_t moved(const struct stream *s)
{
    return s->kept + s->dropped + s->lost;
}

static void on_output(struct run *run, struct pollfd *fds)
{
    uint64_t before = moved(&run->stream[0]) + moved(&run->stream[1]);
    for (int i = OUT; i <= ERR; i++) {
        bool grew = false;
        if (fds[i].revents != 0 && !spool_pump(&run->stream[i], &grew))
            fds[i].fd = -1;
        if (grew)
            doorbell_grew(i);
    }
    spool_pace(moved(&run->stream[0]) + moved(&run->stream[1]) - before);
}

/* Of two waits, of which -1 is for ever. */
static int sooner(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void loop(struct run *run, int signals, int timer)
{
    struct pollfd fds[FDS] = {
        [OUT] = {.fd = run->stream[0].pipe, .events = POLLIN}, [ERR] = {.fd = run->stream[1].pipe, .events = POLLIN},
        [STATUS] = {.fd = run->status[0], .events = POLLIN},   [END] = {.fd = run->pidfd, .events = POLLIN},
        [CONTROL] = {.fd = run->control, .events = POLLIN},    [SIGNAL] = {.fd = signals, .events = POLLIN},
        [TIMER] = {.fd = timer, .events = POLLIN},             [LISTENER] = {.fd = -1, .events = POLLIN},
    };
    for (;;) {
        bool used_up = false;
        int wait = sooner(doorbell_flush(false), denials_flush(run->dir, false));
        wait = sooner(wait, limits_watch(run, &used_up));
        if (used_up)
            stop(run, timer, "cpu_time", true);
        fds[LISTENER].fd = denials_poll();
        int ready = poll(fds, FDS, run->started_dirty ? sooner(wait, SYNC_STARTED_MS) : wait);
        if (ready == 0 && run->started_dirty && realtime_ns() - run->report->exec_ns >= SYNC_STARTED_MS * INT64_C(1000000))
            record_started_sync(run);
        if (ready <= 0)
            continue;
        if (fds[STATUS].revents != 0) { /* before END: a short program is over by the time we look */
            if (!status_open(run)) {
                on_status(run, timer);
                fds[STATUS].fd = -1;
            }
        }
        if (fds[LISTENER].fd >= 0 && fds[LISTENER].revents != 0 &&
            denials_take(fds[LISTENER].revents, run->spec.kill_denied))
            stop(run, timer, "denied", false);
        if (fds[OUT].revents != 0 || fds[ERR].revents != 0)
            on_output(run, fds);
        if (fds[END].revents != 0)
            return;
        if (fds[TIMER].revents != 0)
            on_timer(run, timer);
        if (fds[CONTROL].revents != 0)
            on_control(run, timer);
        struct signalfd_siginfo info;
        if (fds[SIGNAL].revents != 0 && read(signals, &info, sizeof info) > 0)
            stop(run, timer, "cancelled", true);
    }
}

/* Nobody is left to write, so "nothing there" is as good as end of file. */
static void drain(struct run *run)
{
    for (int i = 0; i < 2; i++) {
        struct stream *s = &run->stream[i];
        bool grew = false, more = true;
        for (uint64_t seen = ~UINT64_C(0); more && moved(s) != seen;) {
            seen = moved(s);
            more = spool_pump(s, &grew);
            if (grew)
                doorbell_grew(i);
        }
    }
    doorbell_flush(true);
}

/* Returns 0 when the cgroup is empty and the output complete, -1 when that could not be reached. */
int supervise(struct run *run)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    int signals = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (signals < 0 || timer < 0) {
        say("signalfd or timerfd: %s", strerror(errno));
        kill_all(run);
    } else {
        loop(run, signals, timer);
    }
    close(signals);
    close(timer);
    while (wait4(run->pid, NULL, 0, &run->rusage) < 0 && errno == EINTR) {
    }
    run->ended_ns = realtime_ns();
    if (!cgroup_wait_empty(&run->cgroup)) {
        say("the cgroup is not empty after half a minute of SIGKILL; no result is written");
        return -1;
    }
    drain(run);
    return 0;
}
