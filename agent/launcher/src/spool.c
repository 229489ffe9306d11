/* Output: from the pipes to the spool files without passing through user space. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"

enum { BATCH = 1 << 20, ROUNDS = 8 };
enum { SMALL = 256 << 10, PATIENCE = 16, BUSY_NS = 1000000, PAUSE_NS = 100000 };

static int null_fd = -1;

int spool_open(struct run *run)
{
    static const char *const names[] = {"stdout", "stderr"};
    for (int i = 0; i < 2; i++) {
        int fd = openat(run->dir, names[i], O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) {
            note_failure("spool", errno, "cannot create %s in dir (an attempt's directory is used once)", names[i]);
            return -1;
        }
        run->stream[i] = (struct stream){.pipe = -1, .file = fd, .max = run->spec.max[i]};
    }
    null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null_fd < 0) {
        note_failure("spool", errno, "/dev/null");
        return -1;
    }
    return 0;
}

/* For file systems without splice. The bytes are out of the pipe then, so what cannot be written is lost: counted. */
static ssize_t copy(struct stream *s, size_t want)
{
    static char buffer[256 << 10];
    ssize_t got = read(s->pipe, buffer, want < sizeof buffer ? want : sizeof buffer);
    for (ssize_t done = 0; done < got;) {
        ssize_t n = pwrite(s->file, buffer + done, (size_t)(got - done), (off_t)s->kept);
        if (n <= 0) {
            s->err = n < 0 ? errno : EIO;
            s->lost += (uint64_t)(got - done);
            break;
        }
        s->kept += (uint64_t)n;
        done += n;
    }
    return got;
}

static ssize_t keep(struct stream *s)
{
    uint64_t room = s->max - s->kept;
    size_t want = room < BATCH ? (size_t)room : BATCH;
    loff_t at = (loff_t)s->kept;
    static bool no_splice;
    if (no_splice)
        return copy(s, want);
    ssize_t n = splice(s->pipe, NULL, s->file, &at, want, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0)
        s->kept += (uint64_t)n;
    if (n >= 0 || errno == EAGAIN)
        return n;
    if (errno == EINVAL) {
        no_splice = true;
        return copy(s, want);
    }
    s->err = errno; /* the disk is full or broken: from here on the output is only counted (invariant 10) */
    return 1;
}

static ssize_t drop(struct stream *s)
{
    ssize_t n = splice(s->pipe, NULL, null_fd, NULL, BATCH, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0)
        *(s->err != 0 ? &s->lost : &s->dropped) += (uint64_t)n;
    return n;
}

/* Moves what is there, up to a fair share. Returns false at end of file; *grew = the file has more bytes than before. */
bool spool_pump(struct stream *s, bool *grew)
{
    uint64_t before = s->kept;
    ssize_t n = BATCH;
    for (int i = 0; i < ROUNDS && n == BATCH; i++) {
        bool keeping = s->err == 0 && s->kept < s->max;
        n = keeping ? keep(s) : drop(s);
        if (n > 0 && keeping && (s->err != 0 || s->kept == s->max))
            n = BATCH; /* from keeping to dropping: there may be more */
    }
    *grew = s->kept != before;
    return n > 0 || (n < 0 && errno == EAGAIN);
}

/* Called after each round that moved something. A busy writer of small pieces would wake us for each of them; after a
   few, wait a moment, so that the pipe fills and the next round moves much at once. Never delays a first output. */
void spool_pace(uint64_t moved)
{
    static int64_t last;
    static int busy;
    int64_t now = monotonic_ns();
    busy = now - last < BUSY_NS && moved < SMALL ? busy + 1 : 0;
    last = now;
    if (busy > PATIENCE) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        last = monotonic_ns();
    }
}
