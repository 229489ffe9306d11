/* What older scans tell of what is as it was when they were made: then it is not looked at again. */
#define _GNU_SOURCE
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "snapshot.h"

enum { SETTLED_NS = 20 * 1000 * 1000 };

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Was the file last touched so long before it was read that a later change must show in its times? */
static bool settled(struct timespec ctime, struct timespec taken)
{
    return (taken.tv_sec - ctime.tv_sec) * INT64_C(1000000000) + taken.tv_nsec - ctime.tv_nsec > SETTLED_NS;
}

static uint32_t pack_index(struct manifest *m, const struct pack_name *name)
{
    for (uint32_t k = 0; k < m->pack_n; k++)
        if (strcmp(m->packs[k].name, name->name) == 0)
            return k;
    m->packs = reallocarray(m->packs, m->pack_n + 1, sizeof *m->packs);
    if (m->packs == NULL)
        die(EXIT_FAILED, "no memory");
    m->packs[m->pack_n] = *name;
    return m->pack_n++;
}

/* What is encrypted now does not share bytes with what is not, or with another key: that key is to be of no use some day. */
static bool may_share(const struct pack_name *name)
{
    return encrypting() ? key_current(name->key) : name->key[0] == '\0' || key_known(name->key);
}

/* Can the bytes of a file of an older scan be used again? */
static bool bytes_usable(const struct scan *s, int k, const struct entry *b)
{
    return s->pack == NULL || b->extent_n == 0 || (b->pack != NONE && may_share(&s->bases[k]->packs[b->pack]));
}

/* Does this file system give an inode a new change time for whatever is done to it? Some do not for extended attributes. */
static bool ctime_tells(int dir, const struct statx *sx)
{
    static uint32_t major_known, minor_known;
    static bool known, tells;
    struct statfs fs;
    if (!known || sx->stx_dev_major != major_known || sx->stx_dev_minor != minor_known) {
        if (fstatfs(dir, &fs) != 0)
            return false;
        tells = fs.f_type == EXT4_SUPER_MAGIC || fs.f_type == XFS_SUPER_MAGIC || fs.f_type == BTRFS_SUPER_MAGIC;
        known = true;
        major_known = sx->stx_dev_major;
        minor_known = sx->stx_dev_minor;
    }
    return tells;
}

static struct timespec time_of(struct statx_timestamp t)
{
    return (struct timespec){.tv_sec = t.tv_sec, .tv_nsec = t.tv_nsec};
}

/* The entry of an older scan of what is as it was: then it need not be opened. NULL: there is none, or it cannot be told. */
const struct entry *seen_before(const struct scan *s, int dir, const struct statx *sx, const uint32_t *at)
{
    if (at == NULL || overlay_any() || (sx->stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 || !ctime_tells(dir, sx))
        return NULL;
    for (int k = 0; k < BASES; k++) {
        if (s->bases[k] == NULL || at[k] == NONE || !s->bases[k]->this_boot)
            continue;
        const struct entry *b = &s->bases[k]->v[at[k]];
        if (b->type == type_of(sx->stx_mode) && b->mode == (sx->stx_mode & 07777u) && b->uid == sx->stx_uid && b->gid == sx->stx_gid &&
            b->nlink == sx->stx_nlink && b->ino == sx->stx_ino && b->dev == makedev(sx->stx_dev_major, sx->stx_dev_minor) &&
            (b->type != 'f' || (b->size == sx->stx_size && bytes_usable(s, k, b))) && same_time(b->mtime, time_of(sx->stx_mtime)) &&
            same_time(b->ctime, time_of(sx->stx_ctime)) && settled(b->ctime, s->bases[k]->taken))
            return b;
    }
    return NULL;
}

/* All but the content, which is from_base's. */
void take_over(struct entry *e, const struct entry *b, const struct statx *sx)
{
    e->mode = b->mode;
    e->uid = b->uid;
    e->gid = b->gid;
    e->nlink = b->nlink;
    e->mtime = b->mtime;
    e->atime = time_of(sx->stx_atime);
    e->ctime = b->ctime;
    e->dev = b->dev;
    e->ino = b->ino;
    e->rdev = b->rdev;
    e->size = b->size;
    e->flags = b->flags;
    e->xattrs = b->xattrs;
    e->xattr_n = b->xattr_n;
    e->target = b->target;
}

/* Is its content what it was in an older scan, of before the host was started again? */
static bool read_same(struct scan *s, uint32_t i, int fd, const struct entry *b)
{
    content_read(s->out, i, fd, NULL, NULL);
    const struct entry *e = &s->out->v[i];
    return same_time(b->ctime, e->ctime) && memcmp(b->hash, e->hash, sizeof e->hash) == 0;
}

/* Takes the content over from an older scan in which the file was the same. fd: negative for what was seen before. */
bool from_base(struct scan *s, uint32_t i, int fd, const uint32_t *at)
{
    struct entry *e = &s->out->v[i];
    for (int k = 0; k < BASES; k++) {
        if (s->bases[k] == NULL || at[k] == NONE || (fd < 0 && !s->bases[k]->this_boot))
            continue;
        const struct entry *b = &s->bases[k]->v[at[k]];
        if (b->type != 'f' || (b->dev != e->dev && !overlay_any()) || b->ino != e->ino || b->size != e->size ||
            !same_time(b->mtime, e->mtime) || !same_time(b->ctime, e->ctime) || !settled(b->ctime, s->bases[k]->taken))
            continue;
        if (!bytes_usable(s, k, b))
            continue;
        if (!s->bases[k]->this_boot && !read_same(s, i, fd, b))
            return s->pack == NULL; /* it was read, and only what is stored needs more */
        memcpy(e->hash, b->hash, sizeof e->hash);
        e->extents = b->extents;
        e->extent_n = b->extent_n;
        e->offset = b->offset;
        e->pack = s->pack == NULL || b->pack == NONE ? NONE : pack_index(s->out, &s->bases[k]->packs[b->pack]);
        return true;
    }
    return false;
}
