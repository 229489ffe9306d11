/*
 * hostler-snapshot: captures paths of this host, and brings them back.
 *
 *   hostler-snapshot capture STORE ID [--base ID]... [--max-bytes N] [--min-free N]   paths on fd 0, each ended by NUL
 *   hostler-snapshot seal STORE ID             notes how the paths are now: what changes after that is somebody else's
 *   hostler-snapshot diff STORE ID             how the host differs from the snapshot
 *   hostler-snapshot restore STORE ID [--force]
 *   hostler-snapshot hash                      SHA-256 of fd 0, for tests
 *   hostler-snapshot --version
 *
 * CONTRACT WITH THE AGENT. STORE is a directory that only root can enter. Below it are
 *   ID/manifest   what was captured (format.c); there when, and only when, the capture is whole and durable
 *   ID/after      how the paths were when the job had ended; the same form, without bytes
 *   ID/above      the directories above the roots
 *   ID/log        one line a step: "captured", "sealed", "restoring", "restored identical|N" (N differences are left)
 *   packs/ID      bytes of files, one after the other; of no use and removable when no manifest names it
 * fd 1 gets what differs, a line a path: "changed|created|deleted|conflict|failed PATH (what)", and a last line for people.
 * fd 2 gets why it failed. Exit code: 0 done, or no difference; 1 there are differences, or some are left; 2 refused,
 * because something has changed paths since the job ended; 3 refused, because the disk has no room; 64 wrong use;
 * 70 failed.
 *
 * EVERY STEP CAN BE KILLED and is then done again. Capture without a manifest: the snapshot does not exist. Seal: the
 * old state of "after" holds. Restore: the log has "restoring" without "restored"; the next restore goes on where that one
 * was, without asking about conflicts again, as the paths are half-way between two states of ours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "snapshot.h"

struct place {
    int store, packs, dir;
    const char *id;
};

static struct place open_place(const char *store, const char *id, bool make)
{
    struct place p = {.id = id};
    if (id[0] == '.' || strchr(id, '/') != NULL || strlen(id) > 200)
        die(EXIT_USAGE, "\"%s\" is not the id of a snapshot", id);
    p.store = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p.store < 0)
        die(EXIT_FAILED, "%s: %s", store, strerror(errno));
    if (make && ((mkdirat(p.store, "packs", 0700) != 0 && errno != EEXIST) || (mkdirat(p.store, id, 0700) != 0 && errno != EEXIST)))
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", store, strerror(errno));
    p.dir = openat(p.store, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (p.dir < 0)
        die(EXIT_FAILED, "there is no snapshot %s on this host", id);
    p.packs = openat(p.store, "packs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (p.packs < 0)
        die(EXIT_FAILED, "%s/packs: %s", store, strerror(errno));
    /* One at a time: an agent that was killed may have left one of us running. Held until the process ends. */
    if (flock(p.dir, LOCK_EX) != 0)
        die(EXIT_FAILED, "%s: %s", id, strerror(errno));
    return p;
}

static void log_line(const struct place *p, const char *line)
{
    int fd = openat(p->dir, "log", O_CREAT | O_APPEND | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s\n", line) < 0 || fsync(fd) != 0)
        die(EXIT_FAILED, "log: %s", strerror(errno));
    close(fd);
    crash_point(line);
}

/* Was a restore begun and not ended? */
static bool half_restored(const struct place *p)
{
    FILE *in = fdopen(openat(p->dir, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "r");
    char line[200];
    bool half = false;
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        if (strcmp(line, "restoring\n") == 0)
            half = true;
        else if (strncmp(line, "restored ", 9) == 0 && strchr(line, '\n') != NULL)
            half = false;
    }
    if (in != NULL)
        fclose(in);
    return half;
}

/* Paths from fd 0, without those below others. */
static char **read_roots(uint32_t *n)
{
    char **roots = NULL, *line = NULL;
    size_t size = 0;
    uint32_t room = 0;
    *n = 0;
    for (ssize_t got; (got = getdelim(&line, &size, '\0', stdin)) > 1;) {
        if (line[0] != '/' || line[1] == '\0' || line[got - 1] != '\0' || line[got - 2] == '/')
            die(EXIT_USAGE, "\"%s\" is not an absolute, normalised path below the root", line);
        roots = grow(roots, sizeof *roots, *n, &room);
        roots[(*n)++] = keep(line, (size_t)got - 1);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        bool inside = false;
        for (uint32_t j = 0; j < *n && !inside; j++) {
            size_t length = strlen(roots[j]);
            inside = j != i && strncmp(roots[i], roots[j], length) == 0 &&
                     (roots[i][length] == '/' || (roots[i][length] == '\0' && j < i));
        }
        if (!inside)
            roots[kept++] = roots[i];
    }
    *n = kept;
    return roots;
}

static void above_write(const struct place *p, char **roots, uint32_t n)
{
    FILE *out = fdopen(openat(p->dir, "above", O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600), "w");
    for (uint32_t r = 0; out != NULL && r < n; r++) {
        char *path = keep(roots[r], strlen(roots[r]));
        for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            struct stat st;
            *slash = '\0';
            if (stat(path, &st) == 0) {
                fprintf(out, "%u %u %u ", st.st_mode & 07777, st.st_uid, st.st_gid);
                fwrite(path, 1, strlen(path) + 1, out);
            }
            *slash = '/';
        }
    }
    if (out == NULL || fclose(out) != 0)
        die(EXIT_FAILED, "above: %s", strerror(errno));
}

static struct above *above_read(const struct place *p, uint32_t *n)
{
    FILE *in = fdopen(openat(p->dir, "above", O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "r");
    struct above *v = NULL;
    uint32_t room = 0;
    *n = 0;
    char *path = NULL;
    size_t size = 0;
    for (struct above a; in != NULL && fscanf(in, "%u %u %u ", &a.mode, &a.uid, &a.gid) == 3;) {
        ssize_t got = getdelim(&path, &size, '\0', in);
        if (got < 2)
            break;
        a.path = keep(path, (size_t)got - 1);
        v = grow(v, sizeof *v, *n, &room);
        v[(*n)++] = a;
    }
    if (in != NULL)
        fclose(in);
    free(path);
    return v;
}

static uint64_t bytes(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || *text < '0' || *text > '9')
        die(EXIT_USAGE, "\"%s\" is not a number of bytes", text);
    return n;
}

static int capture(const char *store, const char *id, char **options)
{
    struct manifest out = {0}, *bases = take(3 * sizeof *bases);
    struct scan scan = {.out = &out};
    struct pack pack = {.limits = {UINT64_MAX, 0}};
    struct place p = open_place(store, id, true);
    uint32_t roots_n, base_n = 0;
    for (; *options != NULL; options += 2) {
        if (options[1] == NULL)
            die(EXIT_USAGE, "%s needs a value", *options);
        if (strcmp(*options, "--max-bytes") == 0) {
            pack.limits.max_bytes = bytes(options[1]);
        } else if (strcmp(*options, "--min-free") == 0) {
            pack.limits.min_free = bytes(options[1]);
        } else if (strcmp(*options, "--base") == 0) {
            int dir = openat(p.store, options[1], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (base_n < 3 && dir >= 0 && manifest_read(&bases[base_n], dir, "manifest")) {
                scan.bases[base_n] = &bases[base_n];
                base_n++;
            }
            close(dir);
        } else {
            die(EXIT_USAGE, "%s is not an option of capture", *options);
        }
    }
    if (faccessat(p.dir, "manifest", F_OK, 0) == 0)
        return puts("captured before") < 0;
    char **roots = read_roots(&roots_n);
    if (roots_n == 0)
        die(EXIT_USAGE, "no path is given on fd 0");
    char *path = take(strlen(store) + strlen(id) + 10);
    sprintf(path, "%s/packs/%s", store, id);
    pack.path = path;
    pack.fd = openat(p.packs, id, O_CREAT | O_TRUNC | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (pack.fd < 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", path, strerror(errno));
    struct statvfs fs;
    if (pack.limits.min_free > 0 && fstatvfs(pack.fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < pack.limits.min_free) {
        unlink(path);
        die(EXIT_SPACE, "%llu bytes are free and %llu must stay free; snapshots.keep_free in agent.toml",
            (unsigned long long)fs.f_bavail * fs.f_frsize, (unsigned long long)pack.limits.min_free);
    }
    out.packs = malloc(sizeof *out.packs);
    if (out.packs == NULL)
        die(EXIT_FAILED, "no memory");
    out.packs[out.pack_n++] = keep(id, strlen(id));
    scan.pack = &pack;
    scan.catalogue = catalogue_new(&out);
    crash_point("capture");
    scan_roots(&scan, roots, roots_n);
    crash_point("scanned");
    above_write(&p, roots, roots_n);
    out.stored = pack.end;
    if (pack.end > 0)
        pack_close(&pack);
    else
        unlinkat(p.packs, id, 0);
    crash_point("packed");
    manifest_write(&out, p.dir, "manifest");
    if (fsync(p.packs) != 0 || fsync(p.store) != 0)
        die(EXIT_FAILED, "%s: %s", store, strerror(errno));
    log_line(&p, "captured");
    uint64_t size = 0;
    for (uint32_t i = 0; i < out.n; i++)
        size += out.v[i].size;
    printf("captured %u paths, %llu bytes, %llu of them stored anew\n", out.n, (unsigned long long)size, (unsigned long long)out.stored);
    return EXIT_OK;
}

/* The wanted state, how it was after the job, and how it is now. */
struct states {
    struct manifest before, after, now;
    bool sealed;
};

static void scan_now(struct states *s)
{
    struct scan scan = {.out = &s->now, .bases = {&s->before, s->sealed ? &s->after : NULL}};
    uint32_t n = 0, room = 0;
    char **roots = NULL;
    for (uint32_t i = 0; i < s->before.n; i = s->before.v[i].end) {
        roots = grow(roots, sizeof *roots, n, &room);
        roots[n++] = s->before.v[i].name;
    }
    scan_roots(&scan, roots, n);
}

static void read_states(const struct place *p, struct states *s)
{
    memset(s, 0, sizeof *s);
    if (!manifest_read(&s->before, p->dir, "manifest"))
        die(EXIT_FAILED, "snapshot %s was not finished", p->id);
    s->sealed = manifest_read(&s->after, p->dir, "after");
}

static int seal(const char *store, const char *id)
{
    struct place p = open_place(store, id, false);
    struct states s;
    read_states(&p, &s);
    if (s.sealed)
        return puts("sealed before") < 0;
    scan_now(&s);
    manifest_write(&s.now, p.dir, "after");
    log_line(&p, "sealed");
    struct diff d;
    diff_make(&d, &s.before, &s.now);
    diff_print(stdout, &d, &s.before, &s.now);
    printf("sealed, %u differences\n", d.count);
    return EXIT_OK;
}

static int show_diff(const char *store, const char *id)
{
    struct place p = open_place(store, id, false);
    struct states s;
    struct diff d;
    read_states(&p, &s);
    scan_now(&s);
    diff_make(&d, &s.before, &s.now);
    diff_print(stdout, &d, &s.before, &s.now);
    if (d.count == 0)
        puts("identical");
    else
        printf("%u differences\n", d.count);
    return d.count == 0 ? EXIT_OK : EXIT_DIFFERENT;
}

/* Prints what somebody else has changed since the job ended, of what would be restored; the number of it. The time of a
   directory alone is none: it follows from what is in it. */
static uint32_t conflicts(struct states *s, const struct diff *wanted)
{
    uint32_t n = 0;
    struct diff d;
    if (!s->sealed)
        return 0;
    diff_make(&d, &s->after, &s->now);
    uint32_t *before = malloc((s->now.n + 1) * sizeof *before);
    if (before == NULL)
        die(EXIT_FAILED, "no memory");
    memset(before, 0xff, (s->now.n + 1) * sizeof *before);
    for (uint32_t i = 0; i < s->before.n; i++)
        if (wanted->other[i] != NONE)
            before[wanted->other[i]] = i;
    for (uint32_t i = 0; i < s->after.n; i++) {
        uint32_t mask = d.mask[i] & ~(uint32_t)(s->after.v[i].type == 'd' ? D_MTIME : 0), j = d.other[i];
        if (mask == 0 || (j != NONE && before[j] != NONE && wanted->mask[before[j]] == 0))
            continue;
        fputs("conflict ", stdout);
        escape(stdout, path_of(&s->after, i));
        puts((mask & D_MISSING) != 0 ? "  (deleted since)" : "  (changed since)");
        n++;
    }
    for (uint32_t k = 0; k < d.extra_n; k++) {
        uint32_t i = before[d.extra[k]];
        if (i != NONE && wanted->mask[i] == 0)
            continue;
        fputs("conflict ", stdout);
        escape(stdout, path_of(&s->now, d.extra[k]));
        puts("  (created since)");
        n++;
    }
    free(before);
    return n;
}

static int restore(const char *store, const char *id, bool force)
{
    struct place p = open_place(store, id, false);
    struct states s;
    struct diff d;
    read_states(&p, &s);
    bool again = half_restored(&p);
    scan_now(&s);
    diff_make(&d, &s.before, &s.now);
    if (!force && !again && d.count > 0) {
        if (!s.sealed)
            die(EXIT_CONFLICT, "it is not known how the job left these paths; look at the diff, then restore with --force");
        uint32_t n = conflicts(&s, &d);
        if (n > 0) {
            printf("refused: %u paths have changed since the job ended; --force restores them all the same\n", n);
            return EXIT_CONFLICT;
        }
    }
    diff_print(stdout, &d, &s.before, &s.now);
    log_line(&p, "restoring");
    struct apply apply = {.want = &s.before, .now = &s.now, .diff = &d, .packs = p.packs};
    apply.above = above_read(&p, &apply.above_n);
    apply_all(&apply);
    crash_point("applied");
    struct states left = {.before = s.before, .after = s.now, .sealed = true};
    scan_now(&left);
    diff_make(&d, &left.before, &left.now);
    manifest_write(&left.now, p.dir, "after"); /* what changes from here on is somebody else's */
    char line[100];
    if (d.count == 0) {
        log_line(&p, "restored identical");
        printf("restored, identical: %u changes undone\n", apply.done);
        return EXIT_OK;
    }
    puts("left:");
    diff_print(stdout, &d, &left.before, &left.now);
    snprintf(line, sizeof line, "restored %u", d.count);
    log_line(&p, line);
    printf("restored, but %u differences are left\n", d.count);
    return EXIT_DIFFERENT;
}

static int hash(void)
{
    static unsigned char buffer[100003];
    unsigned char sum[32];
    struct sha256 sha;
    sha256_portable = getenv("HOSTLER_PORTABLE") != NULL;
    sha256_start(&sha);
    for (ssize_t n; (n = read(0, buffer, sizeof buffer)) > 0;)
        sha256_add(&sha, buffer, (size_t)n);
    sha256_end(&sha, sum);
    for (size_t i = 0; i < sizeof sum; i++)
        printf("%02x", sum[i]);
    return putchar('\n') < 0;
}

/* A deep tree has a descriptor open at each level. */
static void raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(int argc, char **argv)
{
    umask(077);
    raise_limits();
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("hostler-snapshot " VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "hash") == 0)
        return hash();
    if (argc >= 4 && strcmp(argv[1], "capture") == 0)
        return capture(argv[2], argv[3], argv + 4);
    if (argc == 4 && strcmp(argv[1], "seal") == 0)
        return seal(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "diff") == 0)
        return show_diff(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "restore") == 0)
        return restore(argv[2], argv[3], false);
    if (argc == 5 && strcmp(argv[1], "restore") == 0 && strcmp(argv[4], "--force") == 0)
        return restore(argv[2], argv[3], true);
    die(EXIT_USAGE, "usage: hostler-snapshot capture|seal|diff|restore STORE ID [OPTION...] | hash | --version");
}
