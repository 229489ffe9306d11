/* Walks the trees below some roots and notes what is there, never through a symbolic link and never into a mount. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snapshot.h"

#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

/* Inodes with several names, by number. */
static struct {
    uint32_t *slots;
    uint32_t room, n;
} inodes;

static uint32_t *inode_slot(const struct manifest *m, const struct entry *e)
{
    for (uint64_t at = e->ino * 0x9E3779B97F4A7C15u >> 20;; at++) {
        uint32_t *s = &inodes.slots[at & (inodes.room - 1)];
        if (*s == NONE || (m->v[*s].ino == e->ino && m->v[*s].dev == e->dev))
            return s;
    }
}

static uint32_t leader_of(const struct manifest *m, uint32_t i)
{
    if (inodes.n * 2 >= inodes.room) {
        uint32_t *old = inodes.slots, n = inodes.room;
        inodes.room = n == 0 ? 256 : n * 2;
        inodes.slots = malloc(inodes.room * sizeof *inodes.slots);
        if (inodes.slots == NULL)
            die(EXIT_FAILED, "no memory");
        memset(inodes.slots, 0xff, inodes.room * sizeof *inodes.slots);
        for (uint32_t k = 0; k < n; k++)
            if (old[k] != NONE)
                *inode_slot(m, &m->v[old[k]]) = old[k];
        free(old);
    }
    uint32_t *s = inode_slot(m, &m->v[i]);
    if (*s == NONE) {
        *s = i;
        inodes.n++;
    }
    return *s;
}

char type_of(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return 'd';
    case S_IFREG: return 'f';
    case S_IFLNK: return 'l';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    case S_IFCHR: return 'c';
    default: return 'b';
    }
}

/* What a file keeps of its flags when a preview first writes it is the kernel's choice, and not the program's doing. */
static void unseen_flags(const struct scan *s, struct entry *e, const uint32_t *at)
{
    if (s->bases[0] != NULL && at[0] != NONE && s->bases[0]->v[at[0]].type == e->type)
        e->flags |= s->bases[0]->v[at[0]].flags & (FS_NODUMP_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in an open directory, sorted. */
char **names_of(int fd, uint32_t *n)
{
    static char buffer[1 << 16];
    char **names = NULL;
    uint32_t room = 0;
    *n = 0;
    for (;;) {
        long got = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
        if (got < 0)
            die(EXIT_FAILED, "%s: cannot be listed: %s", here(), strerror(errno));
        if (got == 0)
            break;
        for (long at = 0; at < got;) {
            const struct dirent64 *one = (const void *)(buffer + at);
            at += one->d_reclen;
            if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
                continue;
            names = grow(names, sizeof *names, *n, &room);
            names[(*n)++] = keep(one->d_name, strlen(one->d_name));
        }
    }
    if (*n > 1)
        qsort(names, *n, sizeof *names, by_bytes);
    return names;
}

static void scan_one(struct scan *s, int dir, const char *file, char *name, uint32_t parent, const uint32_t *at);

static void scan_children(struct scan *s, int fd, uint32_t i, const uint32_t *at)
{
    uint32_t n, next[BASES], stop[BASES];
    char **names = names_of(fd, &n);
    for (int k = 0; k < BASES; k++) {
        bool has = s->bases[k] != NULL && at[k] != NONE && s->bases[k]->v[at[k]].type == 'd';
        next[k] = has ? at[k] + 1 : 0;
        stop[k] = has ? s->bases[k]->v[at[k]].end : 0;
    }
    for (uint32_t c = 0; c < n; c++) {
        uint32_t here[BASES];
        for (int k = 0; k < BASES; k++) {
            while (next[k] < stop[k] && strcmp(s->bases[k]->v[next[k]].name, names[c]) < 0)
                next[k] = s->bases[k]->v[next[k]].end;
            here[k] = next[k] < stop[k] && strcmp(s->bases[k]->v[next[k]].name, names[c]) == 0 ? next[k] : NONE;
        }
        scan_one(s, fd, names[c], names[c], i, here);
    }
    free(names);
}

static void target_get(struct entry *e, int fd)
{
    static char target[65536];
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    if (n < 0)
        die(EXIT_FAILED, "%s: %s", here(), strerror(errno));
    e->target = keep(target, (size_t)n);
}

/* Opens what statx saw; of what was seen before only directories. A file that is replaced at this moment is looked at again. */
static int open_seen(const struct scan *s, int dir, const char *file, const uint32_t *at, struct statx *sx, bool *gone,
                     const struct entry **before)
{
    for (int tries = 0; tries < 10; tries++) {
        struct stat st;
        if (statx(dir, file, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, sx) != 0) {
            *gone = errno == ENOENT || errno == ENOTDIR;
            return -1;
        }
        *before = seen_before(s, dir, sx, at);
        if (*before != NULL && !S_ISDIR(sx->stx_mode))
            return -1;
        bool opened = S_ISREG(sx->stx_mode) || S_ISDIR(sx->stx_mode);
        int fd = openat(dir, file,
                        O_NOFOLLOW | O_CLOEXEC | (opened ? O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOATIME : O_PATH));
        if (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == sx->stx_ino && (st.st_mode & S_IFMT) == (sx->stx_mode & S_IFMT))
            return fd;
        int err = errno;
        if (fd >= 0)
            close(fd);
        else if (err != ENOENT && err != ELOOP && err != ENXIO) {
            errno = err;
            return -1;
        }
    }
    errno = EBUSY;
    return -1;
}

static void scan_one(struct scan *s, int dir, const char *file, char *name, uint32_t parent, const uint32_t *at)
{
    struct statx sx;
    bool gone = false;
    const struct entry *before = NULL;
    int fd = open_seen(s, dir, file, parent == NONE ? NULL : at, &sx, &gone, &before);
    if (gone && parent != NONE)
        return;
    if ((fd >= 0 || before != NULL) && outside_has(&sx)) {
        if (parent == NONE)
            die(EXIT_FAILED, "%s is the agent's own", name);
        if (fd >= 0)
            close(fd);
        return;
    }
    uint32_t i = s->out->n;
    struct entry *e = manifest_add(s->out);
    e->name = name;
    e->parent = parent;
    if (gone) {
        e->type = 'n';
        return;
    }
    if (fd < 0 && before == NULL)
        die(EXIT_FAILED, "%s: %s", path_of(s->out, i), strerror(errno));
    e->type = type_of(sx.stx_mode);
    if (parent != NONE && (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
        e->type = 'm';
        close(fd);
        return;
    }
    bool path_only = e->type != 'f' && e->type != 'd';
    here_set(s->out, i);
    if (before != NULL)
        take_over(e, before, &sx);
    else
        meta_get(e, fd, path_only);
    if (overlay_any() && (e->type == 'd' || e->type == 'f'))
        unseen_flags(s, e, at);
    if (e->type == 'l' && before == NULL)
        target_get(e, fd);
    if (e->nlink > 1 && e->type != 'd')
        e->leader = leader_of(s->out, i);
    if (e->leader != i) {
        const struct entry *l = &s->out->v[e->leader];
        memcpy(e->hash, l->hash, sizeof e->hash);
        e->extents = l->extents;
        e->extent_n = l->extent_n;
        e->pack = l->pack;
        e->offset = l->offset;
    } else if (e->type == 'f' && !from_base(s, i, fd, at)) {
        content_read(s->out, i, fd, s->pack, s->catalogue);
    }
    crash_point("scan");
    if (e->type == 'd') {
        scan_children(s, fd, i, at);
        s->out->v[i].end = s->out->n;
    }
    if (fd >= 0)
        close(fd);
}

void scan_roots(struct scan *s, char **roots, uint32_t n)
{
    memset(&inodes, 0, sizeof inodes);
    clock_gettime(CLOCK_REALTIME, &s->out->taken);
    qsort(roots, n, sizeof *roots, by_bytes);
    for (uint32_t r = 0; r < n; r++) {
        uint32_t at[BASES] = {NONE, NONE, NONE};
        char *slash = strrchr(roots[r], '/'), *up = slash == roots[r] ? keep("/", 1) : keep(roots[r], (size_t)(slash - roots[r]));
        int dir = open_safe(AT_FDCWD, up, O_PATH | O_DIRECTORY);
        if (dir < 0 && errno != ENOENT && errno != ENOTDIR)
            die(EXIT_FAILED, "%s: %s", roots[r], errno == ELOOP ? "leads through a symbolic link; declare the path it leads to" : strerror(errno));
        for (int k = 0; k < BASES; k++)
            for (uint32_t b = 0; s->bases[k] != NULL && b < s->bases[k]->n; b = s->bases[k]->v[b].end)
                if (strcmp(s->bases[k]->v[b].name, roots[r]) == 0)
                    at[k] = b;
        if (dir < 0) {
            struct entry *e = manifest_add(s->out);
            e->name = roots[r];
            e->type = 'n';
            continue;
        }
        scan_one(s, dir, slash + 1, roots[r], NONE, at);
        close(dir);
    }
}
