/* The two records in dir: started (a hint that lasts) and result (the truth, written last). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

enum { RECORD_MAX = 4096 };

struct text {
    char v[RECORD_MAX];
    size_t n;
};

static void line(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->v + t->n, sizeof t->v - t->n, format, args);
    va_end(args);
    if (n > 0 && (size_t)n + 1 < sizeof t->v - t->n) {
        t->n += (size_t)n;
        t->v[t->n++] = '\n';
    }
}

static void escaped(struct text *t, const char *key, const char *value)
{
    char out[1400];
    size_t n = 0;
    for (; *value != '\0' && n + 2 < sizeof out; value++) {
        if (*value == '\n' || *value == '\\')
            out[n++] = '\\';
        out[n++] = *value == '\n' ? 'n' : *value;
    }
    line(t, "%s=%.*s", key, (int)n, out);
}

static void optional(struct text *t, const char *key, int64_t value)
{
    if (value >= 0)
        line(t, "%s=%" PRId64, key, value);
}

/* A block for the result is taken before the program starts, so that a disk that it fills cannot hide how it ended. */
int record_reserve(struct run *run)
{
    static const char blank[RECORD_MAX];
    if (faccessat(run->dir, "result", F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        say("%s has a result already; use a new directory for each attempt", run->spec.dir);
        return -1;
    }
    int fd = openat(run->dir, "result.tmp", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, blank, sizeof blank, 0) != (ssize_t)sizeof blank) {
        say("cannot reserve 4 KiB for result.tmp in %s: %s; free space, and use a new directory for each attempt",
            run->spec.dir, strerror(errno));
        return -1;
    }
    run->result = fd;
    return 0;
}

/* Visible at once, durable a moment later (record_started_sync): the fsync is not on the program's way. */
void record_started(struct run *run)
{
    struct text t = {.n = 0};
    line(&t, "pid=%d", run->pid);
    line(&t, "started_unix_ns=%" PRId64, run->report->exec_ns);
    int fd = openat(run->dir, "started.tmp", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, t.v, t.n) != (ssize_t)t.n || renameat(run->dir, "started.tmp", run->dir, "started") != 0)
        say("cannot write started in %s: %s", run->spec.dir, strerror(errno));
    if (fd >= 0)
        close(fd);
    run->started_dirty = true;
}

void record_started_sync(struct run *run)
{
    int fd = openat(run->dir, "started", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0 || fsync(run->dir) != 0)
        say("cannot make started durable in %s: %s", run->spec.dir, strerror(errno));
    if (fd >= 0)
        close(fd);
    run->started_dirty = false;
}

static void how_it_ended(struct text *t, struct run *run)
{
    const struct report *r = run->report;
    if (r->failed || !run->started) {
        line(t, "state=not_started");
        line(t, "reason=%s", run->reason);
        escaped(t, "error", r->failed ? r->text : "ended before the program started");
        line(t, "stage=%s", r->stage == NULL ? "start" : r->stage);
        line(t, "errno=%d", r->failed ? r->err : 0);
        return;
    }
    if (!r->ended && strcmp(run->reason, "none") == 0)
        run->reason = "killed"; /* the reaper was killed, from outside: the program cannot, and the OOM killer does not */
    if (r->ended && WIFEXITED(r->wstatus)) {
        line(t, "state=exited");
        line(t, "exit_code=%d", WEXITSTATUS(r->wstatus));
    } else {
        line(t, "state=signaled");
        line(t, "signal=%d", r->ended ? WTERMSIG(r->wstatus) : SIGKILL);
    }
    line(t, "reason=%s", run->reason);
    line(t, "started_unix_ns=%" PRId64, r->exec_ns);
}

static int commit(struct run *run, const struct text *t)
{
    for (int i = 0; i < 2; i++)
        if (run->stream[i].kept > 0 && fdatasync(run->stream[i].file) != 0 && run->stream[i].err == 0)
            say("cannot make output durable: %s", strerror(errno));
    if (pwrite(run->result, t->v, t->n, 0) != (ssize_t)t->n || ftruncate(run->result, (off_t)t->n) != 0 ||
        fsync(run->result) != 0 || renameat(run->dir, "result.tmp", run->dir, "result") != 0 || fsync(run->dir) != 0) {
        say("cannot write result in %s: %s", run->spec.dir, strerror(errno));
        return -1;
    }
    return 0;
}

int record_result(struct run *run, const struct usage *usage)
{
    struct text t = {.n = 0};
    const struct stream *out = &run->stream[0], *err = &run->stream[1];
    line(&t, "version=1");
    line(&t, "attempt=%s", run->spec.attempt);
    how_it_ended(&t, run);
    line(&t, "ended_unix_ns=%" PRId64, run->ended_ns);
    line(&t, "stdout_bytes=%" PRIu64, out->kept);
    line(&t, "stdout_dropped=%" PRIu64, out->dropped);
    line(&t, "stderr_bytes=%" PRIu64, err->kept);
    line(&t, "stderr_dropped=%" PRIu64, err->dropped);
    line(&t, "spool_errno=%d", out->err != 0 ? out->err : err->err);
    line(&t, "spool_lost=%" PRIu64, out->lost + err->lost);
    uint64_t violations = 0;
    uint64_t denied = denials_end(run->dir, &violations);
    if (run->spec.learn)
        learn_end(run->dir);
    if (denied > 0) {
        line(&t, "denied=%" PRIu64, denied);
        line(&t, "violations=%" PRIu64, violations);
    }
    optional(&t, "oom_kills", usage->oom_kills);
    optional(&t, "memory_peak_bytes", usage->memory_peak);
    optional(&t, "cpu_usec", usage->cpu_usec);
    optional(&t, "pids_denied", usage->pids_denied);
    if (usage->cpu_periods > 0) {
        optional(&t, "cpu_periods", usage->cpu_periods);
        optional(&t, "cpu_throttled", usage->cpu_throttled);
        optional(&t, "cpu_throttled_usec", usage->cpu_throttled_usec);
    }
    line(&t, "tmp_peak_bytes=%" PRId64, run->marks.tmp_peak);
    if (run->marks.tmp_full > 0)
        line(&t, "tmp_full=%" PRId64, run->marks.tmp_full);
    if (run->marks.files_full > 0)
        line(&t, "files_full=%" PRId64, run->marks.files_full);
    return commit(run, &t);
}
