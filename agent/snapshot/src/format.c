/* A manifest as a file: one line an entry, fields between spaces, the last line a checksum of all before it.

     hostler-snapshot 1
     taken SECONDS.NANOS
     stored BYTES                                       that this snapshot added to its own pack
     pack NAME                                          0 is its own; others are of older snapshots
     T DEPTH NAME MODE UID GID FLAGS NLINK MTIME ATIME CTIME DEV INO RDEV SIZE LEADER XATTRS [...]
       f ... SHA256 PACK OFFSET EXTENTS                 a file; PACK '-': no bytes; EXTENTS OFFSET+LENGTH,... or '-'
       l ... TARGET                                     a symbolic link
       d p s c b ...                                    directory, fifo, socket, devices
     n 0 NAME                                           nothing is there;   m DEPTH NAME   a mount point, not entered
     end ENTRIES SHA256

   Names have every byte but printable ASCII as %XX. LEADER: '-' or the number of the entry that is the same inode. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

struct entry *manifest_add(struct manifest *m)
{
    m->v = grow(m->v, sizeof *m->v, m->n, &m->room);
    struct entry *e = &m->v[m->n];
    memset(e, 0, sizeof *e);
    e->pack = NONE;
    e->parent = NONE;
    e->leader = m->n;
    e->end = ++m->n;
    return e;
}

struct sink {
    struct sha256 sha;
    int fd;
};

static ssize_t sink_write(void *cookie, const char *data, size_t n)
{
    struct sink *sink = cookie;
    sha256_add(&sink->sha, data, n);
    return write(sink->fd, data, n);
}

static void hex(FILE *out, const unsigned char *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        putc_unlocked(digits[p[i] >> 4], out);
        putc_unlocked(digits[p[i] & 15], out);
    }
}

static void number(FILE *out, uint64_t n, char after)
{
    char text[24], *p = text + sizeof text;
    do
        *--p = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    fwrite_unlocked(p, 1, (size_t)(text + sizeof text - p), out);
    putc_unlocked(after, out);
}

static void moment(FILE *out, struct timespec t)
{
    if (t.tv_sec < 0) {
        putc_unlocked('-', out);
        number(out, (uint64_t)-t.tv_sec, '.');
    } else {
        number(out, (uint64_t)t.tv_sec, '.');
    }
    number(out, (uint64_t)t.tv_nsec, ' ');
}

static void write_entry(FILE *out, const struct manifest *m, uint32_t i, uint32_t depth)
{
    const struct entry *e = &m->v[i];
    putc_unlocked(e->type, out);
    putc_unlocked(' ', out);
    number(out, depth, ' ');
    escape(out, e->name);
    if (e->type != 'n' && e->type != 'm') {
        uint64_t fields[] = {e->mode, e->uid, e->gid, e->flags, e->nlink};
        uint64_t more[] = {e->dev, e->ino, e->rdev, e->size};
        putc_unlocked(' ', out);
        for (size_t k = 0; k < 5; k++)
            number(out, fields[k], ' ');
        moment(out, e->mtime);
        moment(out, e->atime);
        moment(out, e->ctime);
        for (size_t k = 0; k < 4; k++)
            number(out, more[k], ' ');
        if (e->leader == i)
            fputs("- ", out);
        else
            number(out, e->leader, ' ');
        for (uint32_t k = 0; k < e->xattr_n; k++) {
            if (k > 0)
                putc_unlocked(',', out);
            escape(out, e->xattrs[k].name);
            putc_unlocked('=', out);
            hex(out, e->xattrs[k].value, e->xattrs[k].length);
        }
        if (e->xattr_n == 0)
            putc_unlocked('-', out);
    }
    if (e->type == 'f') {
        putc_unlocked(' ', out);
        hex(out, e->hash, sizeof e->hash);
        putc_unlocked(' ', out);
        if (e->pack == NONE)
            fputs("- ", out);
        else
            number(out, e->pack, ' ');
        number(out, e->offset, ' ');
        for (uint32_t k = 0; k < e->extent_n; k++) {
            number(out, e->extents[k].offset, '+');
            number(out, e->extents[k].length, k + 1 < e->extent_n ? ',' : '\n');
        }
        if (e->extent_n == 0)
            fputs("-\n", out);
        return;
    }
    if (e->type == 'l') {
        putc_unlocked(' ', out);
        escape(out, e->target);
    }
    putc_unlocked('\n', out);
}

/* Beside, then in its place: a manifest that is there is whole. */
void manifest_write(const struct manifest *m, int dir, const char *name)
{
    char beside[64];
    snprintf(beside, sizeof beside, "%s.new", name);
    struct sink sink = {.fd = openat(dir, beside, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600)};
    FILE *out = sink.fd < 0 ? NULL : fopencookie(&sink, "w", (cookie_io_functions_t){.write = sink_write});
    if (out == NULL)
        die(EXIT_FAILED, "%s: %s", beside, strerror(errno));
    sha256_start(&sink.sha);
    setvbuf(out, take(1 << 18), _IOFBF, 1 << 18);
    fprintf(out, "hostler-snapshot 1\ntaken %lld.%09ld\nstored %llu\n", (long long)m->taken.tv_sec, m->taken.tv_nsec,
            (unsigned long long)m->stored);
    for (uint32_t k = 0; k < m->pack_n; k++)
        fprintf(out, "pack %s\n", m->packs[k]);
    uint32_t ends[4096], depth = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        while (depth > 0 && i >= ends[depth - 1])
            depth--;
        write_entry(out, m, i, depth);
        if (m->v[i].end > i + 1) {
            if (depth == sizeof ends / sizeof *ends)
                die(EXIT_FAILED, "%s: deeper than %u directories", m->v[i].name, depth);
            ends[depth++] = m->v[i].end;
        }
    }
    bool failed = fflush(out) != 0;
    unsigned char sum[32];
    sha256_end(&sink.sha, sum);
    fprintf(out, "end %u ", m->n);
    hex(out, sum, sizeof sum);
    fputc('\n', out);
    if (fclose(out) != 0 || failed || fsync(sink.fd) != 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", beside, strerror(errno));
    close(sink.fd);
    crash_point("manifest");
    if (renameat(dir, beside, dir, name) != 0 || fsync(dir) != 0)
        die(EXIT_FAILED, "%s: %s", name, strerror(errno));
}

/* Where parsing is; a bad byte ends it. */
struct cursor {
    const char *p, *end;
};

static _Noreturn void damaged(void)
{
    die(EXIT_FAILED, "the manifest is damaged");
}

static uint64_t num(struct cursor *c)
{
    uint64_t n = 0;
    const char *from = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        n = n * 10 + (uint64_t)(*c->p++ - '0');
    if (c->p == from)
        damaged();
    return n;
}

static bool maybe(struct cursor *c, char one)
{
    if (c->p < c->end && *c->p == one) {
        c->p++;
        return true;
    }
    return false;
}

static void expect(struct cursor *c, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
        damaged();
    c->p += n;
}

static uint64_t field(struct cursor *c)
{
    uint64_t n = num(c);
    expect(c, " ");
    return n;
}

static int digit(char one)
{
    return one >= '0' && one <= '9' ? one - '0' : one >= 'A' && one <= 'F' ? one - 'A' + 10 : one >= 'a' && one <= 'f' ? one - 'a' + 10 : -1;
}

static unsigned char hex_byte(struct cursor *c)
{
    if (c->end - c->p < 2 || digit(c->p[0]) < 0 || digit(c->p[1]) < 0)
        damaged();
    c->p += 2;
    return (unsigned char)(digit(c->p[-2]) * 16 + digit(c->p[-1]));
}

static char *word(struct cursor *c)
{
    const char *from = c->p;
    while (c->p < c->end && *c->p > ' ' && *c->p != '=' && *c->p != ',')
        c->p++;
    char *text = take((size_t)(c->p - from) + 1), *to = text;
    for (struct cursor w = {from, c->p}; w.p < w.end;) {
        if (maybe(&w, '%'))
            *to++ = (char)hex_byte(&w);
        else
            *to++ = *w.p++;
    }
    return text;
}

static struct timespec time_field(struct cursor *c)
{
    struct timespec t;
    bool before = maybe(c, '-');
    t.tv_sec = (time_t)num(c);
    if (before)
        t.tv_sec = -t.tv_sec;
    expect(c, ".");
    t.tv_nsec = (long)num(c);
    return t;
}

static void read_xattrs(struct entry *e, struct cursor *c)
{
    uint32_t n = 1;
    if (maybe(c, '-'))
        return;
    for (const char *p = c->p; p < c->end && *p > ' '; p++)
        n += *p == ',';
    e->xattrs = take(n * sizeof *e->xattrs);
    do {
        struct xattr *x = &e->xattrs[e->xattr_n++];
        x->name = word(c);
        expect(c, "=");
        const char *from = c->p;
        while (c->p < c->end && digit(*c->p) >= 0)
            c->p++;
        x->length = (size_t)(c->p - from) / 2;
        x->value = take(x->length + 1);
        struct cursor value = {from, c->p};
        for (size_t k = 0; k < x->length; k++)
            x->value[k] = hex_byte(&value);
    } while (maybe(c, ','));
}

static void read_content(struct entry *e, struct cursor *c)
{
    expect(c, " ");
    for (size_t k = 0; k < sizeof e->hash; k++)
        e->hash[k] = hex_byte(c);
    expect(c, " ");
    if (maybe(c, '-'))
        expect(c, " ");
    else
        e->pack = (uint32_t)field(c);
    e->offset = field(c);
    if (maybe(c, '-'))
        return;
    uint32_t n = 1;
    for (const char *p = c->p; p < c->end && *p > ' '; p++)
        n += *p == ',';
    e->extents = take(n * sizeof *e->extents);
    do {
        struct extent *x = &e->extents[e->extent_n++];
        x->offset = num(c);
        expect(c, "+");
        x->length = num(c);
    } while (maybe(c, ','));
}

static void read_entry(struct manifest *m, struct cursor *c, uint32_t *path, uint32_t *depth)
{
    char type = *c->p++;
    expect(c, " ");
    uint64_t at = field(c);
    if (strchr("dflpscbnm", type) == NULL || at > *depth || at >= 4096)
        damaged();
    uint32_t i = m->n;
    struct entry *e = manifest_add(m);
    e->type = type;
    e->parent = at == 0 ? NONE : path[at - 1];
    e->name = word(c);
    path[at] = i;
    *depth = (uint32_t)at + (type == 'd');
    if (type != 'n' && type != 'm') {
        expect(c, " ");
        e->mode = (uint32_t)field(c);
        e->uid = (uint32_t)field(c);
        e->gid = (uint32_t)field(c);
        e->flags = (uint32_t)field(c);
        e->nlink = (uint32_t)field(c);
        e->mtime = time_field(c);
        expect(c, " ");
        e->atime = time_field(c);
        expect(c, " ");
        e->ctime = time_field(c);
        expect(c, " ");
        e->dev = field(c);
        e->ino = field(c);
        e->rdev = field(c);
        e->size = field(c);
        if (!maybe(c, '-'))
            e->leader = (uint32_t)num(c);
        if (e->leader > i)
            damaged();
        expect(c, " ");
        read_xattrs(e, c);
    }
    if (type == 'f')
        read_content(e, c);
    if (e->pack != NONE && e->pack >= m->pack_n)
        damaged();
    if (type == 'l') {
        expect(c, " ");
        e->target = word(c);
    }
    for (uint32_t up = e->parent; up != NONE; up = m->v[up].parent)
        m->v[up].end = m->n;
}

static void check_sum(const char *data, size_t size, struct cursor *c)
{
    struct sha256 sha;
    unsigned char sum[32];
    if (size < 70 || data[size - 1] != '\n')
        damaged();
    const char *last = memrchr(data, '\n', size - 1);
    if (last == NULL)
        damaged();
    sha256_start(&sha);
    sha256_add(&sha, data, (size_t)(last + 1 - data));
    sha256_end(&sha, sum);
    struct cursor end = {last + 1, data + size};
    expect(&end, "end ");
    field(&end);
    for (size_t k = 0; k < sizeof sum; k++)
        if (hex_byte(&end) != sum[k])
            damaged();
    *c = (struct cursor){data, last + 1};
}

/* False if it is not there. */
bool manifest_read(struct manifest *m, int dir, const char *name)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return false;
    if (fd < 0 || fstat(fd, &st) != 0)
        die(EXIT_FAILED, "%s: %s", name, strerror(errno));
    char *data = st.st_size == 0 ? MAP_FAILED : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        damaged();
    close(fd);
    struct cursor c;
    static uint32_t path[4096];
    uint32_t depth = 0, room = 0;
    check_sum(data, (size_t)st.st_size, &c);
    expect(&c, "hostler-snapshot 1\ntaken ");
    m->taken = time_field(&c);
    expect(&c, "\nstored ");
    m->stored = num(&c);
    expect(&c, "\n");
    while (c.end - c.p > 5 && memcmp(c.p, "pack ", 5) == 0) {
        c.p += 5;
        m->packs = grow(m->packs, sizeof *m->packs, m->pack_n, &room);
        m->packs[m->pack_n++] = word(&c);
        expect(&c, "\n");
    }
    while (c.p < c.end) {
        read_entry(m, &c, path, &depth);
        expect(&c, "\n");
    }
    munmap(data, (size_t)st.st_size);
    return true;
}
