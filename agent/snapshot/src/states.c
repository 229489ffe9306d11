/* What is done about a snapshot that was taken: sealed, compared, restored, copied; and of a preview: applied. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapshot.h"

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
    if (!manifest_read(&s->before, p->dir, p->id, "manifest"))
        die(EXIT_FAILED, "snapshot %s was not finished", p->id);
    s->sealed = manifest_read(&s->after, p->dir, p->id, "after");
    outside_read(p);
    s->before.this_boot = s->after.this_boot = boot_same(p->dir);
}

int seal(const char *store, const char *id)
{
    struct place p = open_place(store, id, false);
    struct states s;
    read_states(&p, &s);
    struct diff d;
    if (s.sealed) {
        diff_make(&d, &s.before, &s.after);
        printf("sealed before, %u differences\n", d.count);
        return EXIT_OK;
    }
    scan_now(&s);
    manifest_write(&s.now, p.dir, id, "after");
    log_line(&p, "sealed");
    diff_make(&d, &s.before, &s.now);
    diff_print(stdout, &d, &s.before, &s.now);
    printf("sealed, %u differences\n", d.count);
    return EXIT_OK;
}

int show_diff(const char *store, const char *id)
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

/* Does it, compares, and tells. What changes from then on is somebody else's: that is noted in `seal`. */
static int bring(const struct place *p, struct states *s, struct diff *d, const struct place *sealed, const char *word)
{
    struct apply apply = {.want = &s->before, .now = &s->now, .diff = d, .packs = p->packs, .again = half_restored(p)};
    log_line(p, "restoring");
    apply.above = above_read(p, &apply.above_n);
    apply_all(&apply);
    crash_point("applied");
    struct states left = {.before = s->before, .after = s->now, .sealed = true};
    left.after.this_boot = true; /* it was looked at just now */
    scan_now(&left);
    diff_make(d, &left.before, &left.now);
    manifest_write(&left.now, sealed->dir, sealed->id, "after");
    char line[100];
    if (d->count == 0) {
        log_line(p, "restored identical");
        printf("%s, identical: %u changes %s\n", word, apply.done, strcmp(word, "applied") == 0 ? "made" : "undone");
        return EXIT_OK;
    }
    puts("left:");
    diff_print(stdout, d, &left.before, &left.now);
    snprintf(line, sizeof line, "restored %u", d->count);
    log_line(p, line);
    printf("%s, but %u differences are left\n", word, d->count);
    return EXIT_DIFFERENT;
}

int restore(const char *store, const char *id, bool force)
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
    return bring(&p, &s, &d, &p, "restored");
}

/* Prints what is not as before the preview; the number of it. The time of a directory alone follows from what is in it. */
static uint32_t changed_since(const struct manifest *base, const struct manifest *now)
{
    struct diff d;
    uint32_t n = 0;
    diff_make(&d, base, now);
    for (uint32_t i = 0; i < base->n; i++) {
        uint32_t mask = d.mask[i] & ~(uint32_t)(base->v[i].type == 'd' ? D_MTIME : 0);
        if (mask == 0)
            continue;
        fputs("conflict ", stdout);
        escape(stdout, path_of(base, i));
        puts((mask & D_MISSING) != 0 ? "  (deleted since)" : "  (changed since)");
        n++;
    }
    for (uint32_t k = 0; k < d.extra_n; k++) {
        fputs("conflict ", stdout);
        escape(stdout, path_of(now, d.extra[k]));
        puts("  (created since)");
    }
    return n + d.extra_n;
}

int apply_preview(const char *store, const char *base_id, const char *id, bool force)
{
    struct place b = open_place(store, base_id, false), p = open_place(store, id, false);
    struct states s, base;
    struct diff d;
    read_states(&b, &base);
    read_states(&p, &s);
    bool again = half_restored(&p);
    s.after = base.before; /* so that what has not changed is not read */
    s.sealed = true;
    scan_now(&s);
    diff_make(&d, &s.before, &s.now);
    if (d.count > 0 && !again && !force) {
        uint32_t n = changed_since(&base.before, &s.now);
        if (n > 0) {
            printf("refused: %u paths are not as they were before the preview; make a new one\n", n);
            return EXIT_CONFLICT;
        }
    }
    struct diff shown;
    diff_make(&shown, &s.now, &s.before);
    diff_print(stdout, &shown, &s.now, &s.before);
    return bring(&p, &s, &d, &b, "applied");
}

/* Its packs are those of ID: they stay as long as a manifest names them. */
int copy(const char *store, const char *id, const char *as)
{
    struct place from = open_place(store, id, false), to = open_place(store, as, true);
    struct manifest m = {0};
    if (!manifest_read(&m, from.dir, id, "manifest"))
        die(EXIT_FAILED, "snapshot %s was not finished", id);
    if (faccessat(to.dir, "manifest", F_OK, 0) == 0)
        return puts("copied before") < 0;
    above_copy(&from, &to);
    m.stored = 0;
    manifest_write(&m, to.dir, as, "manifest");
    if (fsync(to.store) != 0)
        die(EXIT_FAILED, "%s: %s", store, strerror(errno));
    log_line(&to, "captured");
    printf("copied %u paths\n", m.n);
    return EXIT_OK;
}
