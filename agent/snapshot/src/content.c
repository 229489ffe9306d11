/* The bytes of files: hashed, deduplicated, into a pack and out of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

enum { CHUNK = 1 << 20, CLONE_MIN = 64 << 10 };

/* Contents by their hash: entries of the manifest that is being made. Open addressing. */
struct catalogue {
    struct manifest *m;
    uint32_t *slots;
    uint32_t room, n;
};

struct catalogue *catalogue_new(struct manifest *m)
{
    struct catalogue *all = take(sizeof *all);
    all->m = m;
    return all;
}

static uint32_t *slot(const struct catalogue *all, const struct entry *e)
{
    uint32_t at;
    memcpy(&at, e->hash, sizeof at);
    for (;; at++) {
        uint32_t *s = &all->slots[at & (all->room - 1)];
        const struct entry *o = *s == NONE ? NULL : &all->m->v[*s];
        if (o == NULL || (memcmp(o->hash, e->hash, 32) == 0 && o->extent_n == e->extent_n &&
                          memcmp(o->extents, e->extents, e->extent_n * sizeof *e->extents) == 0))
            return s;
    }
}

/* The entry that stores the same content in the same places; i itself, remembered, if there was none. */
static uint32_t catalogue_find(struct catalogue *all, uint32_t i)
{
    if (all->n * 2 >= all->room) {
        uint32_t *old = all->slots, n = all->room;
        all->room = n == 0 ? 1024 : n * 2;
        all->slots = malloc(all->room * sizeof *all->slots);
        if (all->slots == NULL)
            die(EXIT_FAILED, "no memory");
        memset(all->slots, 0xff, all->room * sizeof *all->slots);
        for (uint32_t k = 0; k < n; k++)
            if (old[k] != NONE)
                *slot(all, &all->m->v[old[k]]) = old[k];
        free(old);
    }
    uint32_t *s = slot(all, &all->m->v[i]);
    if (*s == NONE) {
        *s = i;
        all->n++;
    }
    return *s;
}

/* Where there is data, in whole blocks. A file without holes is one extent. */
static void extents_get(struct entry *e, int fd, uint64_t blocks)
{
    static struct extent *found;
    static uint32_t room;
    uint32_t n = 0;
    if (e->size == 0) {
        e->extent_n = 0;
        return;
    }
    if (blocks * 512 >= e->size) {
        found = grow(found, sizeof *found, 0, &room);
        found[n++] = (struct extent){0, e->size};
    }
    for (uint64_t at = n > 0 ? e->size : 0; at < e->size;) {
        off_t data = lseek(fd, (off_t)at, SEEK_DATA);
        if (data < 0)
            break;
        off_t hole = lseek(fd, data, SEEK_HOLE);
        uint64_t from = (uint64_t)data & ~(uint64_t)(BLOCK - 1);
        uint64_t to = hole < 0 ? e->size : ((uint64_t)hole + BLOCK - 1) & ~(uint64_t)(BLOCK - 1);
        if (to > e->size)
            to = e->size;
        at = to;
        if (n > 0 && from <= found[n - 1].offset + found[n - 1].length) {
            found[n - 1].length = to - found[n - 1].offset;
            continue;
        }
        found = grow(found, sizeof *found, n, &room);
        found[n++] = (struct extent){from, to - from};
    }
    e->extent_n = n;
    e->extents = take(n * sizeof *e->extents);
    if (n > 0)
        memcpy(e->extents, found, n * sizeof *e->extents);
}

static bool is_zero(const unsigned char *p, size_t n)
{
    return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static void le64(unsigned char to[8], uint64_t n)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(n >> 8 * i);
}

static void hash_start(struct sha256 *sha, const struct entry *e)
{
    static const char sparse[] = "hostler-sparse-1";
    unsigned char size[8];
    sha256_start(sha);
    if (e->size > PLAIN_MAX) {
        sha256_add(sha, sparse, sizeof sparse);
        le64(size, e->size);
        sha256_add(sha, size, sizeof size);
    }
}

static void hash_zeros(struct sha256 *sha, uint64_t n)
{
    static const unsigned char zeros[CHUNK / 4];
    for (; n > 0; n -= n < sizeof zeros ? n : sizeof zeros)
        sha256_add(sha, zeros, n < sizeof zeros ? (size_t)n : sizeof zeros);
}

/* `at` is a multiple of BLOCK. */
static void hash_data(struct sha256 *sha, const struct entry *e, const unsigned char *p, size_t n, uint64_t at)
{
    if (e->size <= PLAIN_MAX) {
        sha256_add(sha, p, n);
        return;
    }
    while (n > 0) {
        size_t some = n < BLOCK ? n : BLOCK;
        if (!is_zero(p, some)) {
            unsigned char where[8];
            le64(where, at);
            sha256_add(sha, where, sizeof where);
            sha256_add(sha, p, some);
        }
        p += some;
        n -= some;
        at += some;
    }
}

/* Passes over the extents of a file, as the open file has them or, where there is a reader, as a pack has them, hashes, and
   hands on. False: it ended early. */
static bool each_extent(const struct entry *e, int fd, struct reader *from, struct sha256 *sha, struct pack *pack, int to)
{
    static unsigned char *buffer;
    uint64_t hashed = 0;
    if (buffer == NULL)
        buffer = take(CHUNK);
    for (uint32_t k = 0; k < e->extent_n; k++) {
        const struct extent *x = &e->extents[k];
        if (sha != NULL && e->size <= PLAIN_MAX)
            hash_zeros(sha, x->offset - hashed);
        for (uint64_t done = 0; done < x->length;) {
            size_t want = x->length - done < CHUNK ? (size_t)(x->length - done) : CHUNK;
            if (from != NULL ? !reader_read(from, buffer, want) : !read_all(fd, buffer, want, x->offset + done))
                return false;
            if (sha != NULL)
                hash_data(sha, e, buffer, want, x->offset + done);
            if (pack != NULL)
                pack_append(pack, buffer, want);
            if (to >= 0 && pwrite(to, buffer, want, (off_t)(x->offset + done)) != (ssize_t)want)
                return false;
            done += want;
        }
        hashed = x->offset + x->length;
    }
    if (sha != NULL && e->size <= PLAIN_MAX)
        hash_zeros(sha, e->size - hashed);
    if (pack != NULL)
        pack_mark(pack);
    return true;
}

/* Shares the blocks with the pack instead of copying them, where the file system can. */
static bool clone_in(const struct entry *e, int fd, struct pack *pack)
{
    pack_flush(pack);
    uint64_t at = (pack->end + BLOCK - 1) & ~(uint64_t)(BLOCK - 1);
    if (ftruncate(pack->fd, (off_t)at) != 0)
        return false;
    for (uint32_t k = 0; k < e->extent_n; k++) {
        struct file_clone_range range = {fd, e->extents[k].offset, e->extents[k].length, at};
        if (ioctl(pack->fd, FICLONERANGE, &range) != 0) {
            pack->no_clone = true;
            return false;
        }
        at += e->extents[k].length;
    }
    pack->end = at;
    return true;
}

static uint64_t stored(const struct entry *e)
{
    uint64_t sum = 0;
    for (uint32_t k = 0; k < e->extent_n; k++)
        sum += e->extents[k].length;
    return sum;
}

void content_read(struct manifest *m, uint32_t i, int fd, struct pack *pack, struct catalogue *all)
{
    for (int tries = 0; tries < 5; tries++) {
        struct entry *e = &m->v[i];
        struct stat before, after;
        struct sha256 sha;
        if (fstat(fd, &before) != 0)
            die(EXIT_FAILED, "%s: %s", here(), strerror(errno));
        if (tries > 0)
            meta_get(e, fd, false);
        e->pack = NONE;
        extents_get(e, fd, (uint64_t)before.st_blocks);
        uint64_t begin = pack == NULL ? 0 : pack->end, bytes = stored(e);
        bool clone = pack != NULL && !pack->no_clone && bytes >= CLONE_MIN;
        if (pack != NULL && !clone)
            pack_room(pack, bytes);
        hash_start(&sha, e);
        bool whole = each_extent(e, fd, NULL, &sha, clone ? NULL : pack, -1);
        sha256_end(&sha, e->hash);
        uint32_t same = pack == NULL || bytes == 0 ? i : catalogue_find(all, i);
        if (same == i && clone && whole && !clone_in(e, fd, pack)) {
            pack_room(pack, bytes);
            begin = pack->end;
            whole = each_extent(e, fd, NULL, NULL, pack, -1);
        } else if (clone) {
            begin = pack->end - (same == i ? bytes : 0);
        }
        if (fstat(fd, &after) != 0)
            die(EXIT_FAILED, "%s: %s", here(), strerror(errno));
        if (whole && after.st_size == (off_t)e->size && after.st_ctim.tv_sec == e->ctime.tv_sec &&
            after.st_ctim.tv_nsec == e->ctime.tv_nsec) {
            if (pack == NULL || bytes == 0)
                return;
            if (same != i) {
                e->pack = m->v[same].pack;
                e->offset = m->v[same].offset;
                if (!clone)
                    pack_rewind(pack, begin);
            } else {
                e->pack = 0;
                e->offset = begin;
            }
            return;
        }
        if (pack != NULL && same == i) {
            pack_rewind(pack, begin);
            if (bytes > 0)
                *slot(all, e) = NONE; /* the last one that came: nothing is behind it */
            if (bytes > 0)
                all->n--;
        } else if (pack != NULL && !clone) {
            pack_rewind(pack, begin);
        }
    }
    die(EXIT_FAILED, "%s: changes all the time; it cannot be captured as of one moment", here());
}

/* Shares whole blocks with the pack, and copies the bytes after the last one: other files' stand behind them in the pack. */
static bool clone_out(const struct entry *e, int pack, int fd)
{
    uint64_t at = e->offset;
    for (uint32_t k = 0; k < e->extent_n; k++) {
        unsigned char tail[BLOCK];
        const struct extent *x = &e->extents[k];
        size_t rest = (size_t)(x->length & (BLOCK - 1));
        struct file_clone_range range = {pack, at, x->length - rest, x->offset};
        if (range.src_length > 0 && ioctl(fd, FICLONERANGE, &range) != 0)
            return false;
        at += x->length;
        if (rest > 0 && (!read_all(pack, tail, rest, at - rest) ||
                         pwrite(fd, tail, rest, (off_t)(x->offset + x->length - rest)) != (ssize_t)rest))
            return false;
    }
    return true;
}

/* Writes what the pack has to a new, empty file. -1 with errno; EBADMSG: the pack is not what was captured. */
int content_write(const struct entry *e, struct opened *pack, int fd)
{
    struct sha256 sha;
    unsigned char hash[32];
    if (ftruncate(fd, (off_t)e->size) != 0)
        return -1;
    if (e->extent_n == 0)
        return 0;
    hash_start(&sha, e);
    bool clone = pack->cipher == NULL && (e->offset & (BLOCK - 1)) == 0 && stored(e) >= CLONE_MIN && clone_out(e, pack->fd, fd);
    struct reader from = {.pack = pack, .at = e->offset, .left = stored(e)};
    errno = EBADMSG;
    if (!each_extent(e, -1, &from, &sha, NULL, clone ? -1 : fd))
        return -1;
    sha256_end(&sha, hash);
    if (memcmp(hash, e->hash, sizeof hash) != 0) {
        errno = EBADMSG;
        return -1;
    }
    return 0;
}
