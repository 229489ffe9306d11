/* Reads manifests; format.c has their form. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

/* Where parsing is; a bad byte ends it. */
struct cursor {
    const char *p, *end;
};

/* What is being read, for messages. */
static const char *reading_id, *reading_name;

static _Noreturn void damaged(void)
{
    die(EXIT_FAILED, "snapshot %s: its %s is damaged", reading_id, strcmp(reading_name, "after") == 0 ? "note of how the job left the paths" : reading_name);
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

static const char HEAD[] = "hostler-snapshot 2\n";

/* The line with which the encrypted part begins; NULL: there is none. */
static const char *crypt_line(const char *data, size_t size)
{
    if (size < sizeof HEAD || memcmp(data, HEAD, sizeof HEAD - 1) != 0)
        return NULL;
    const char *line = memmem(data, size, "\n" MARK, 1 + MARK_N);
    if (line == NULL || (size_t)(data + size - line) <= 1 + CRYPT_LINE + CRYPT_MORE)
        damaged();
    return line + 1;
}

/* What was encrypted; the caller frees it. */
static char *decrypt(const char *data, size_t *size, const char *line)
{
    size_t prefix = strlen(reading_id) + 1 + strlen(reading_name), head = (size_t)(line - data);
    char *what = malloc(prefix + head + 1), *plain = malloc(*size);
    if (what == NULL || plain == NULL)
        die(EXIT_FAILED, "no memory");
    sprintf(what, "%s/%s", reading_id, reading_name);
    memcpy(what + prefix, data, head);
    what[prefix + head] = '\0';
    struct cipher *cipher = cipher_of(line, what);
    if (cipher == NULL && errno == ENOKEY)
        die(EXIT_FAILED, "snapshot %s is encrypted with key %.*s, which this host does not have: it cannot be read any more", reading_id,
            KEY_NAME, line + MARK_N);
    size_t done = 0;
    for (size_t at = head + CRYPT_LINE, some; cipher != NULL && at < *size; at += some) {
        some = *size - at < CRYPT_CHUNK + CRYPT_MORE ? *size - at : CRYPT_CHUNK + CRYPT_MORE;
        if (some <= CRYPT_MORE ||
            !decrypt_chunk(cipher, (unsigned char *)plain + done, (const unsigned char *)data + at, some - CRYPT_MORE, at, at + some == *size))
            cipher = NULL;
        done += some - CRYPT_MORE;
    }
    if (cipher == NULL)
        die(EXIT_FAILED, "snapshot %s: its %s is not what was encrypted: it was changed, or is damaged", reading_id, reading_name);
    free(what);
    *size = done;
    return plain;
}

static void read_head(struct manifest *m, struct cursor *c)
{
    uint32_t room = 0;
    expect(c, "hostler-snapshot 1\ntaken ");
    m->taken = time_field(c);
    expect(c, "\nstored ");
    m->stored = num(c);
    expect(c, "\n");
    while (c->end - c->p > 5 && memcmp(c->p, "pack ", 5) == 0) {
        c->p += 5;
        m->packs = grow(m->packs, sizeof *m->packs, m->pack_n, &room);
        struct pack_name *name = &m->packs[m->pack_n++];
        *name = (struct pack_name){.name = word(c)};
        if (maybe(c, ' ')) {
            const char *key = word(c);
            if (strlen(key) != KEY_NAME)
                damaged();
            memcpy(name->key, key, KEY_NAME);
        }
        expect(c, "\n");
    }
}

static bool read_file(struct manifest *m, int dir, const char *id, const char *name, bool only_with_key)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    reading_id = id;
    reading_name = name;
    if (fd < 0 && errno == ENOENT)
        return false;
    if (fd < 0 || fstat(fd, &st) != 0)
        die(EXIT_FAILED, "%s: %s", name, strerror(errno));
    char *data = st.st_size == 0 ? MAP_FAILED : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        damaged();
    close(fd);
    static uint32_t path[4096];
    uint32_t depth = 0;
    size_t size = (size_t)st.st_size;
    const char *line = crypt_line(data, size);
    bool with_key = line == NULL || key_known(line + MARK_N);
    if (with_key || !only_with_key) {
        char *plain = line == NULL ? data : decrypt(data, &size, line);
        struct cursor c;
        check_sum(plain, size, &c);
        read_head(m, &c);
        while (c.p < c.end) {
            read_entry(m, &c, path, &depth);
            expect(&c, "\n");
        }
        if (line != NULL)
            free(plain);
    }
    munmap(data, (size_t)st.st_size);
    return with_key;
}

/* False if it is not there. */
bool manifest_read(struct manifest *m, int dir, const char *id, const char *name)
{
    return read_file(m, dir, id, name, false);
}

/* False if it is not there, or encrypted with a key that is not known. */
bool manifest_try(struct manifest *m, int dir, const char *id, const char *name)
{
    return read_file(m, dir, id, name, true);
}
