/* A pack: the bytes of files, one after the other; written, taken back, read. In an encrypted one each file's bytes are in chunks of
   their own (crypt.c), so that every file can be read, and be forgotten, by itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "snapshot.h"

enum { CHUNK = 1 << 20, CHECK_EVERY = 16 << 20, FLUSH_EVERY = 8 << 20 };

static _Noreturn void no_space(struct pack *pack, const char *why)
{
    unlink(pack->path);
    die(EXIT_SPACE, "%s", why);
}

/* Is there room for so many bytes of files? Before the disk is in danger, not after. */
void pack_room(struct pack *pack, uint64_t more)
{
    char why[200];
    if (pack->cipher != NULL)
        more += (more / CRYPT_CHUNK + 1) * CRYPT_MORE;
    if (pack->end + more > pack->limits.max_bytes) {
        snprintf(why, sizeof why, "the snapshot would take more than %llu bytes; raise snapshots.largest in agent.toml",
                 (unsigned long long)pack->limits.max_bytes);
        no_space(pack, why);
    }
    if (pack->limits.min_free == 0 || (more < CHECK_EVERY && pack->end + more < pack->checked + CHECK_EVERY))
        return;
    struct statvfs fs;
    pack->checked = pack->end + more;
    if (fstatvfs(pack->fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < pack->limits.min_free + more) {
        snprintf(why, sizeof why, "%llu bytes are free and %llu must stay free; snapshots.keep_free in agent.toml",
                 (unsigned long long)fs.f_bavail * fs.f_frsize, (unsigned long long)pack->limits.min_free);
        no_space(pack, why);
    }
}

static void write_at(struct pack *pack, const unsigned char *data, size_t n, uint64_t at)
{
    while (n > 0) {
        ssize_t done = pwrite(pack->fd, data, n, (off_t)at);
        if (done < 0 && (errno == ENOSPC || errno == EDQUOT))
            no_space(pack, "the disk is full");
        if (done < 0 && errno != EINTR)
            die(EXIT_FAILED, "%s: %s", pack->path, strerror(errno));
        if (done > 0) {
            data += done;
            n -= (size_t)done;
            at += (uint64_t)done;
        }
    }
}

void pack_flush(struct pack *pack)
{
    write_at(pack, pack->buffer, pack->fill, pack->end - pack->fill);
    pack->fill = 0;
    if (pack->end >= pack->started + FLUSH_EVERY) {
        /* So that there is little left to do for the one fsync at the end. */
        sync_file_range(pack->fd, (off_t)pack->started, (off_t)(pack->end - pack->started), SYNC_FILE_RANGE_WRITE);
        pack->started = pack->end;
    }
}

static void append(struct pack *pack, const unsigned char *data, size_t n)
{
    if (n >= CHUNK / 2) {
        pack_flush(pack);
        write_at(pack, data, n, pack->end);
        pack->end += n;
        return;
    }
    if (pack->buffer == NULL)
        pack->buffer = take(CHUNK);
    if (pack->fill + n > CHUNK)
        pack_flush(pack);
    memcpy(pack->buffer + pack->fill, data, n);
    pack->fill += n;
    pack->end += n;
}

/* Makes the pack an encrypted one, if what is written now is to be. */
void pack_begin(struct pack *pack, struct pack_name *name)
{
    char line[CRYPT_LINE + 1], *what = take(strlen(name->name) + 7);
    if (!encrypting())
        return;
    sprintf(what, "packs/%s", name->name);
    pack->no_clone = true; /* what is shared is not encrypted */
    pack->cipher = cipher_new(line, what);
    memcpy(name->key, line + MARK_N, KEY_NAME);
    append(pack, (const unsigned char *)line, CRYPT_LINE);
    pack->first = pack->end;
}

static void append_chunk(struct pack *pack, const unsigned char *data, size_t n)
{
    if (pack->buffer == NULL)
        pack->buffer = take(CHUNK);
    if (pack->fill + n + CRYPT_MORE > CHUNK)
        pack_flush(pack);
    encrypt_chunk(pack->cipher, pack->buffer + pack->fill, data, n, pack->end, false);
    pack->fill += n + CRYPT_MORE;
    pack->end += n + CRYPT_MORE;
}

void pack_append(struct pack *pack, const unsigned char *data, size_t n)
{
    if (pack->cipher == NULL) {
        append(pack, data, n);
        return;
    }
    if (pack->chunk == NULL)
        pack->chunk = take(CRYPT_CHUNK);
    while (n > 0) {
        if (pack->part == 0 && n >= CRYPT_CHUNK) {
            append_chunk(pack, data, CRYPT_CHUNK);
            data += CRYPT_CHUNK;
            n -= CRYPT_CHUNK;
            continue;
        }
        size_t some = CRYPT_CHUNK - pack->part < n ? CRYPT_CHUNK - pack->part : n;
        memcpy(pack->chunk + pack->part, data, some);
        pack->part += some;
        data += some;
        n -= some;
        if (pack->part == CRYPT_CHUNK)
            pack_mark(pack);
    }
}

/* Here ends a file. */
void pack_mark(struct pack *pack)
{
    if (pack->part > 0)
        append_chunk(pack, pack->chunk, pack->part);
    pack->part = 0;
}

/* Forgets what was appended after `end`. */
void pack_rewind(struct pack *pack, uint64_t end)
{
    uint64_t flushed = pack->end - pack->fill;
    pack->fill = end >= flushed ? (size_t)(end - flushed) : 0;
    pack->end = end;
    pack->part = 0;
}

void pack_close(struct pack *pack)
{
    if (pack->fill > 0)
        pack_flush(pack);
    if (ftruncate(pack->fd, (off_t)pack->end) != 0 || fsync(pack->fd) != 0 || close(pack->fd) != 0)
        die(EXIT_FAILED, "%s: %s", pack->path, strerror(errno));
}


/* The pack of an entry that has one. NULL with errno; ENOKEY: it is encrypted with a key that is not known. */
struct opened *pack_open(struct packs *all, uint32_t i)
{
    if (all->v == NULL)
        all->v = take(all->m->pack_n * sizeof *all->v);
    struct opened *one = &all->v[i];
    const struct pack_name *name = &all->m->packs[i];
    if (one->fd > 0)
        return one;
    int fd = openat(all->dir, name->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (name->key[0] != '\0') {
        char line[CRYPT_LINE], *what = take(strlen(name->name) + 7);
        sprintf(what, "packs/%s", name->name);
        errno = EBADMSG;
        if (pread(fd, line, sizeof line, 0) != sizeof line || memcmp(line + MARK_N, name->key, KEY_NAME) != 0 ||
            (one->cipher = cipher_of(line, what)) == NULL) {
            int err = errno;
            close(fd);
            errno = err;
            return NULL;
        }
    }
    one->fd = fd;
    return one;
}

/* False: it ended early. */
bool read_all(int fd, unsigned char *to, size_t n, uint64_t at)
{
    while (n > 0) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

/* The next bytes of a file. False: the pack has them not, or others. */
bool reader_read(struct reader *r, unsigned char *to, size_t n)
{
    static unsigned char *secret, *plain;
    if (r->pack->cipher == NULL) {
        bool all = read_all(r->pack->fd, to, n, r->at);
        r->at += n;
        return all;
    }
    if (secret == NULL) {
        secret = take(CRYPT_CHUNK + CRYPT_MORE);
        plain = take(CRYPT_CHUNK);
    }
    while (n > 0) {
        if (r->used == r->have) {
            size_t next = r->left < CRYPT_CHUNK ? (size_t)r->left : CRYPT_CHUNK;
            if (next == 0 || !read_all(r->pack->fd, secret, next + CRYPT_MORE, r->at) ||
                !decrypt_chunk(r->pack->cipher, plain, secret, next, r->at, false))
                return false;
            r->at += next + CRYPT_MORE;
            r->left -= next;
            r->have = next;
            r->used = 0;
        }
        size_t some = r->have - r->used < n ? r->have - r->used : n;
        memcpy(to, plain + r->used, some);
        r->used += some;
        to += some;
        n -= some;
    }
    return true;
}
