/* Denied system calls, told while the program runs. The filter hands each to us through its listener; it is answered with
   an error, never let through, and counted in a table of a fixed size. So are calls that the filter permits but marks to
   be told (VERDICT_TELL): they go on, and count when they want to write where a mount does not let them. The file `denials` in dir is that table: one line
   of 256 bytes for each slot, written anew when its count grows, so that it never grows itself and an agent that was away
   has missed nothing. A line is

     VERSION NUMBER THREAD COUNT FIRST LAST SHOWN A0 A1 A2 A3 A4 A5 DETAIL VERSION

   NUMBER of the call, -1 for all that found no slot; THREAD as the host numbers it; FIRST and LAST in Unix nanoseconds;
   SHOWN a mask of the arguments that follow in hexadecimal (pointers are not shown); DETAIL what an argument points to,
   printable and without spaces, or "-". A line whose two versions differ was read while it was written. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "launch.h"
#include "writes.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
enum { SYNC_WAKE_UP = 1 }; /* Linux 6.6; spares a hop between CPUs */

enum { SLOTS = 128, WRITES = 48, TOLD_SHARE = 8, LINE = 256, TARGET = 108, FLUSH_MS = 200, WINDOW_MS = 100, WINDOW_CALLS = 1000 };

struct slot {
    int nr, tid;
    uint64_t args[6], count;
    unsigned shown;
    int64_t first_ns, last_ns;
    unsigned version;
    bool dirty;
    char detail[DENIAL_DETAIL];
};

static struct slot slots[SLOTS]; /* the last one takes what found no other */
static int used, writes;
static const struct run *told_of;
static uint64_t total, violations;
static int listener = -1, file = -1, file_err;
static int root = -1, mounts = -1; /* of the sandbox, held so that they are there when its last process is not */
static int64_t flushed_ns, window_ns;
static int in_window;
static bool dirty, fresh;

/* Arguments that are numbers and say what was wanted. All others may be pointers into a secret. */
static unsigned shown_arguments(int nr)
{
    static const struct {
        int nr;
        unsigned mask;
    } known[] = {
        {SYS_socket, 7},     {SYS_socketpair, 7}, {SYS_clone, 1},       {SYS_unshare, 1},     {SYS_setns, 2},
        {SYS_ptrace, 3},     {SYS_personality, 1}, {SYS_keyctl, 1},     {SYS_bpf, 1},         {SYS_mount, 8},
        {SYS_umount2, 2},    {SYS_ioctl, 2},      {SYS_prctl, 1},       {SYS_seccomp, 3},     {SYS_reboot, 4},
        {SYS_syslog, 1},     {SYS_quotactl, 1},   {SYS_clock_settime, 1}, {SYS_kill, 3},      {SYS_setsockopt, 6},
        {SYS_memfd_create, 2}, {SYS_mknodat, 12}, {SYS_fchmod, 2},      {SYS_fchmodat, 4},    {SYS_swapon, 2},
        {SYS_io_uring_setup, 1}, {SYS_fcntl, 2},
#ifdef SYS_iopl
        {SYS_iopl, 1},       {SYS_ioperm, 7},
#endif
#ifdef SYS_mknod
        {SYS_mknod, 6},      {SYS_chmod, 2},
#endif
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].nr == nr)
            return known[i].mask;
    return 0;
}

/* Which argument names a path worth telling; -1: none. */
static int path_argument(int nr)
{
    switch (nr) {
    case SYS_mount: return 1;
    case SYS_umount2: case SYS_chroot: case SYS_pivot_root: case SYS_swapon: case SYS_swapoff: case SYS_acct: return 0;
    default: return -1;
    }
}

void put_escaped(char *to, size_t room, const char *from, size_t n)
{
    size_t at = strlen(to);
    for (size_t i = 0; i < n && at + 4 < room; i++) {
        unsigned char c = (unsigned char)from[i];
        if (c > ' ' && c < 0x7f && c != '%')
            to[at++] = (char)c;
        else
            at += (size_t)snprintf(to + at, room - at, "%%%02X", c);
        to[at] = '\0';
    }
}

void describe_address(char detail[DENIAL_DETAIL], const unsigned char *bytes, size_t n)
{
    char text[INET6_ADDRSTRLEN] = "?";
    sa_family_t family;
    if (n < sizeof family)
        return;
    memcpy(&family, bytes, sizeof family);
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (family == AF_INET && n >= sizeof v4) {
        memcpy(&v4, bytes, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        snprintf(detail, DENIAL_DETAIL, "%s:%d", text, ntohs(v4.sin_port));
    } else if (family == AF_INET6 && n >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
        memset(&v6, 0, sizeof v6);
        memcpy(&v6, bytes, n < sizeof v6 ? n : sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        snprintf(detail, DENIAL_DETAIL, "[%s]:%d", text, ntohs(v6.sin6_port));
    } else if (family == AF_UNIX) {
        const char *path = (const char *)bytes + sizeof family;
        size_t room = n - sizeof family;
        bool abstract = room > 0 && path[0] == '\0';
        snprintf(detail, DENIAL_DETAIL, "unix:%s", abstract ? "@" : "");
        put_escaped(detail, DENIAL_DETAIL, path + abstract, abstract ? room - 1 : strnlen(path, room));
    } else {
        snprintf(detail, DENIAL_DETAIL, "family:%d", family);
    }
}

/* What the caller's memory says, for people only: it may change at any time, nothing is decided by it. */
static void describe(char *detail, const struct seccomp_notif *call)
{
    unsigned char bytes[TARGET + 2] = {0};
    int path = path_argument(call->data.nr);
    strcpy(detail, "-");
    if (call->data.nr == SYS_connect) {
        size_t want = call->data.args[2] > TARGET + 2 ? TARGET + 2 : call->data.args[2];
        describe_address(detail, bytes, target_read((pid_t)call->pid, call->data.args[1], bytes, want));
    } else if (path >= 0) {
        size_t got = target_read((pid_t)call->pid, call->data.args[path], bytes, TARGET);
        size_t n = strnlen((const char *)bytes, got);
        if (n > 0) {
            detail[0] = '\0';
            put_escaped(detail, DENIAL_DETAIL, (const char *)bytes, n);
        }
    }
    uint64_t id = call->id;
    if (strcmp(detail, "-") != 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) != 0)
        strcpy(detail, "-"); /* its number may be somebody else's by now */
}

/* Libraries ask for these without the program's doing (nscd, syslog) and go on without: told, but no violation. */
static bool routine(const struct seccomp_data *data, const char *detail)
{
    return (data->nr == SYS_socket && (int)data->args[0] == AF_UNIX) ||
           (strncmp(detail, "write:", 6) == 0 && strstr(detail, "/__pycache__") != NULL);
}

/* What the program would have been told without us. */
static int answer_of(const struct seccomp_data *data)
{
    return data->nr == SYS_connect ? -ENETUNREACH : -EPERM;
}

static struct slot *slot_of(const struct seccomp_notif *call, const char *detail)
{
    unsigned mask = shown_arguments(call->data.nr);
    for (int i = 0; i < used; i++) {
        struct slot *s = &slots[i];
        bool same = s->nr == call->data.nr && strcmp(s->detail, detail) == 0;
        for (int a = 0; same && a < 6; a++)
            same = !(mask >> a & 1) || s->args[a] == call->data.args[a];
        if (same)
            return s;
    }
    if (used == SLOTS - 1) {
        slots[SLOTS - 1].nr = -1;
        if (slots[SLOTS - 1].count == 0)
            strcpy(slots[SLOTS - 1].detail, "-");
        return &slots[SLOTS - 1];
    }
    struct slot *s = &slots[used++];
    s->nr = call->data.nr;
    s->shown = mask;
    for (int a = 0; a < 6; a++)
        s->args[a] = mask >> a & 1 ? call->data.args[a] : 0;
    snprintf(s->detail, sizeof s->detail, "%s", detail);
    return s;
}

static void count(const struct seccomp_notif *call, const char *detail)
{
    struct slot *s = slot_of(call, detail);
    s->last_ns = realtime_ns();
    if (s->count++ == 0) {
        s->first_ns = s->last_ns;
        fresh = true;
    }
    s->tid = (int)call->pid;
    s->dirty = dirty = true;
    total++;
    violations += !routine(&call->data, detail);
}

void denials_listen(const struct run *run, int fd)
{
    told_of = run;
    listener = fd;
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP); /* older kernels have no such flag, and need none */
}

/* The descriptor to poll, -1 for now: who asks for more than its share waits for its answer, so that a program cannot
   have the CPU time of this process, which is not in its cgroup. */
int denials_poll(void)
{
    if (listener < 0 || in_window < WINDOW_CALLS)
        return listener;
    if (monotonic_ns() - window_ns < WINDOW_MS * INT64_C(1000000))
        return -1;
    in_window = 0;
    return listener;
}

static void go_on(const struct seccomp_notif *call)
{
    struct seccomp_notif_resp answer = {.id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Told, and let go on: the filter permits it, and the mounts decide. Returns true if the run is to end instead: it wants to
   write where it cannot, and that is to be the end. */
static bool watch(const struct seccomp_notif *call, bool kill_first)
{
    static struct want wants[WANTS];
    static struct change change;
    bool learns = told_of->spec.learn, end = false;
    if (root < 0) {
        char path[40];
        snprintf(path, sizeof path, "/proc/%d/root", told_of->pid);
        root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        snprintf(path, sizeof path, "/proc/%d/ns/mnt", told_of->pid);
        mounts = open(path, O_RDONLY | O_CLOEXEC);
    }
    int n = root < 0 ? 0 : changes_wanted(call, wants);
    bool waits = learns || kill_first; /* for what is there before the call; else its caller is spared the rest */
    if (!waits)
        go_on(call);
    if (learns)
        learn_call(told_of, call);
    for (int i = 0; i < n; i++) {
        change_judge(&wants[i], root, learns, &change);
        if (change.happens && learns)
            learn_change(told_of, &change);
        if (!change.happens || !change.read_only)
            continue;
        char detail[DENIAL_DETAIL] = "write:";
        if (writes < WRITES)
            put_escaped(detail, DENIAL_DETAIL, change.path, strlen(change.path));
        int before = used;
        count(call, detail);
        writes += used - before;
        end = end || (kill_first && !routine(&call->data, detail));
    }
    if (waits && !end)
        go_on(call);
    return end;
}

/* Takes and answers what waits. Returns true if the run is to end, because the first violation came and it is to. */
bool denials_take(short revents, bool kill_first)
{
    static unsigned told;
    struct pollfd more = {.fd = listener, .events = POLLIN, .revents = revents};
    for (; (more.revents & POLLIN) && in_window < WINDOW_CALLS; poll(&more, 1, 0)) {
        struct seccomp_notif call;
        char detail[DENIAL_DETAIL];
        memset(&call, 0, sizeof call);
        if (in_window == 0)
            window_ns = monotonic_ns();
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
            continue; /* its caller was killed meanwhile */
        struct seccomp_notif_resp answer = {.id = call.id};
        if (filter_verdict(&told_of->filter, &call.data) == VERDICT_TELL) {
            if (watch(&call, kill_first))
                return true;
            in_window += !told_of->spec.learn && told++ % TOLD_SHARE == 0;
            continue;
        }
        in_window++;
        describe(detail, &call);
        bool last = kill_first && !routine(&call.data, detail);
        answer.error = answer_of(&call.data);
        if (!last)
            ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
        count(&call, detail);
        if (last)
            return true;
    }
    if (!(more.revents & POLLIN) && (more.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        close(listener); /* nobody is left under the filter */
        listener = -1;
    }
    if (in_window > 0 && in_window < WINDOW_CALLS && monotonic_ns() - window_ns >= WINDOW_MS * INT64_C(1000000))
        in_window = 0;
    return false;
}

static void write_slot(int dir, int i)
{
    char line[LINE + 1];
    struct slot *s = &slots[i];
    s->version++;
    int n = snprintf(line, sizeof line,
                     "%u %d %d %" PRIu64 " %" PRId64 " %" PRId64 " %x %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
                     " %" PRIx64 " %" PRIx64 " %s %u",
                     s->version, s->nr, s->tid, s->count, s->first_ns, s->last_ns, s->shown, s->args[0], s->args[1],
                     s->args[2], s->args[3], s->args[4], s->args[5], s->detail, s->version);
    if (n < 0 || n > LINE - 1) {
        say("a denied call needs %d bytes, more than its line has", n);
        return;
    }
    memset(line + n, ' ', (size_t)(LINE - n));
    line[LINE - 1] = '\n';
    if (file < 0 && file_err == 0)
        file = openat(dir, "denials", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 || pwrite(file, line, LINE, (off_t)i * LINE) != LINE) {
        if (file_err == 0)
            say("cannot write denials: %s", strerror(errno));
        file_err = errno == 0 ? EIO : errno;
        return;
    }
    s->dirty = false;
}

/* Writes what changed: what is new at once, counts after a while. Returns how long poll may wait, in milliseconds; -1 =
   for ever. */
int denials_flush(int dir, bool now)
{
    int throttled = listener >= 0 && in_window >= WINDOW_CALLS ? WINDOW_MS / 4 : -1;
    if (!dirty)
        return throttled;
    int64_t time = monotonic_ns(), since = (time - flushed_ns) / 1000000;
    if (!now && !fresh && since < FLUSH_MS)
        return throttled >= 0 ? throttled : (int)(FLUSH_MS - since);
    flushed_ns = time;
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].dirty)
            write_slot(dir, i);
    dirty = fresh = false;
    doorbell("d\n");
    return throttled;
}

/* Before the result is written. Returns how many calls were denied; *seen = how many of them were violations. */
uint64_t denials_end(int dir, uint64_t *seen)
{
    denials_flush(dir, true);
    close(root);
    close(mounts);
    root = mounts = -1;
    if (file >= 0 && fdatasync(file) != 0)
        say("cannot make denials durable: %s", strerror(errno));
    *seen = violations;
    return total;
}
