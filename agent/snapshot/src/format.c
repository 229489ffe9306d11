/* A manifest as a file: one line an entry, fields between spaces, the last line a checksum of all before it. Written here, read
   by parse.c.

     hostler-snapshot 1
     taken SECONDS.NANOS
     stored BYTES                                       that this snapshot added to its own pack
     pack NAME [KEY]                                    0 is its own; others are of older snapshots; KEY: encrypted with that
     T DEPTH NAME MODE UID GID FLAGS NLINK MTIME ATIME CTIME DEV INO RDEV SIZE LEADER XATTRS [...]
       f ... SHA256 PACK OFFSET EXTENTS                 a file; PACK '-': no bytes; EXTENTS OFFSET+LENGTH,... or '-'
       l ... TARGET                                     a symbolic link
       d p s c b ...                                    directory, fifo, socket, devices
     n 0 NAME                                           nothing is there;   m DEPTH NAME   a mount point, not entered
     end ENTRIES SHA256

   An encrypted one begins with "hostler-snapshot 2" and the same lines down to the packs; then comes all of this, encrypted (crypt.c).

   Names have every byte but printable ASCII as %XX. LEADER: '-' or the number of the entry that is the same inode. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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
    struct cipher *cipher; /* NULL: it is not encrypted */
    uint64_t at;
    size_t part;
    unsigned char chunk[CRYPT_CHUNK];
};

static bool put(int fd, const void *data, size_t n)
{
    for (const char *p = data; n > 0;) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return false;
        p += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool put_chunk(struct sink *sink, bool last)
{
    static unsigned char secret[CRYPT_CHUNK + CRYPT_MORE];
    size_t n = sink->part + CRYPT_MORE;
    encrypt_chunk(sink->cipher, secret, sink->chunk, sink->part, sink->at, last);
    sink->at += n;
    sink->part = 0;
    return put(sink->fd, secret, n);
}

static ssize_t sink_write(void *cookie, const char *data, size_t n)
{
    struct sink *sink = cookie;
    sha256_add(&sink->sha, data, n);
    if (sink->cipher == NULL)
        return put(sink->fd, data, n) ? (ssize_t)n : -1;
    for (size_t done = 0, some; done < n; done += some) {
        if (sink->part == CRYPT_CHUNK && !put_chunk(sink, false))
            return -1;
        some = CRYPT_CHUNK - sink->part < n - done ? CRYPT_CHUNK - sink->part : n - done;
        memcpy(sink->chunk + sink->part, data + done, some);
        sink->part += some;
    }
    return (ssize_t)n;
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

static void write_head(FILE *out, const struct manifest *m, int version)
{
    fprintf(out, "hostler-snapshot %d\ntaken %lld.%09ld\nstored %llu\n", version, (long long)m->taken.tv_sec, m->taken.tv_nsec,
            (unsigned long long)m->stored);
    for (uint32_t k = 0; k < m->pack_n; k++)
        fprintf(out, "pack %s%s%s\n", m->packs[k].name, m->packs[k].key[0] == '\0' ? "" : " ", m->packs[k].key);
}

/* What stands before the encrypted part; the key of that is bound to it. */
static bool begin_encrypted(struct sink *sink, const struct manifest *m, const char *id, const char *name)
{
    char *what, line[CRYPT_LINE + 1];
    size_t n;
    FILE *out = open_memstream(&what, &n);
    if (out == NULL)
        return false;
    fprintf(out, "%s/%s", id, name);
    write_head(out, m, 2);
    if (fclose(out) != 0)
        return false;
    sink->cipher = cipher_new(line, what);
    const char *head = what + strlen(id) + 1 + strlen(name);
    bool written = put(sink->fd, head, strlen(head)) && put(sink->fd, line, CRYPT_LINE);
    sink->at = strlen(head) + CRYPT_LINE;
    free(what);
    return written;
}

/* Beside, then in its place: a manifest that is there is whole. */
void manifest_write(const struct manifest *m, int dir, const char *id, const char *name)
{
    char beside[64];
    static struct sink sink;
    snprintf(beside, sizeof beside, "%s.new", name);
    sink = (struct sink){.fd = openat(dir, beside, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600)};
    FILE *out = sink.fd < 0 ? NULL : fopencookie(&sink, "w", (cookie_io_functions_t){.write = sink_write});
    if (out == NULL || (encrypting() && !begin_encrypted(&sink, m, id, name)))
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", beside, strerror(errno));
    sha256_start(&sink.sha);
    setvbuf(out, take(1 << 18), _IOFBF, 1 << 18);
    write_head(out, m, 1);
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
    if (fclose(out) != 0 || failed || (sink.cipher != NULL && !put_chunk(&sink, true)) || fsync(sink.fd) != 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", beside, strerror(errno));
    close(sink.fd);
    crash_point("manifest");
    if (renameat(dir, beside, dir, name) != 0 || fsync(dir) != 0)
        die(EXIT_FAILED, "%s: %s", name, strerror(errno));
}
