/* Brings the roots back to what a manifest says. Everything new is made whole beside its place and then renamed into it, so
   that no path is ever half; directories are walked by descriptor, so that nothing can be swapped under a path. What fails
   is told and the rest goes on. Doing it twice is the same as once: only what differs is touched. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snapshot.h"

#define BESIDE ".hostler-restore-new"

static struct apply *job;
static bool *below; /* per wanted entry: something in its subtree is to be done */
static bool *fresh; /* is a new inode now */
static uint32_t *first_extra, *next_extra;
static struct packs packs;

static void failed(uint32_t i, const char *what)
{
    int err = errno;
    job->failed++;
    fputs("failed   ", stdout);
    escape(stdout, path_of(job->want, i));
    printf("  (%s: %s)\n", what,
           err == EBADMSG  ? "the pack does not have what was captured"
           : err == ENOKEY ? "the pack is encrypted with a key that this host does not have"
                           : strerror(err));
}

static int open_dir(int dir, const char *name)
{
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Immutable and append-only things, and directories that are, do not let themselves be removed or replaced. True if a flag
   was in the way. The flags of what stays are set again with its other attributes. */
static bool unlock(int dir, const char *name)
{
    struct stat st;
    bool cleared = false;
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        cleared = flags_clear(fd);
        close(fd);
    }
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
        fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0) {
            cleared |= flags_clear(fd);
            close(fd);
        }
    }
    return cleared;
}

static bool locked(int dir, const char *name)
{
    int err = errno;
    if (err == EPERM && unlock(dir, name))
        return true;
    errno = err;
    return false;
}

/* Removes a name and everything below it; nothing there is no error. Stops at mounts (EBUSY). */
int remove_tree(int dir, const char *name)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -1;
    if (!S_ISDIR(st.st_mode)) {
        if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
            return 0;
        return locked(dir, name) ? unlinkat(dir, name, 0) : -1;
    }
    int fd = open_dir(dir, name), result = 0;
    if (fd < 0)
        return -1;
    struct statx sx;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx) == 0 && (sx.stx_attributes & 0x2000) != 0) {
        close(fd);
        errno = EBUSY;
        return -1;
    }
    uint32_t n;
    char **names = names_of(fd, &n);
    for (uint32_t k = 0; k < n; k++)
        if (remove_tree(fd, names[k]) != 0)
            result = -1;
    int err = errno;
    free(names);
    close(fd);
    errno = err;
    if (result != 0)
        return -1;
    if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || (locked(dir, name) && unlinkat(dir, name, AT_REMOVEDIR) == 0))
        return 0;
    return -1;
}

static const char *const NOTHING = "";

/* What may not be renamed gets its flags last. */
enum { LOCKS = FS_IMMUTABLE_FL | FS_APPEND_FL };

static int set_unlocked(uint32_t i, int fd, const char **what)
{
    struct entry e = job->want->v[i];
    e.flags &= ~(uint32_t)LOCKS;
    return meta_set(&e, fd, e.type != 'd' && e.type != 'f', what);
}

static const char *lock(int dir, const char *name, uint32_t i)
{
    if ((job->want->v[i].flags & LOCKS) == 0)
        return NULL;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int flags = fd < 0 ? 0 : flags_get(fd) | (int)(job->want->v[i].flags & LOCKS);
    const char *failure = fd < 0 || ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0 ? "inode flags" : NULL;
    if (fd >= 0)
        close(fd);
    return failure;
}

/* Makes what is wanted at BESIDE, without its children. NULL; else what failed, with errno. */
static const char *make_beside(int dir, uint32_t i)
{
    static const char *what;
    const struct entry *e = &job->want->v[i];
    mode_t kind = 0;
    int fd = -1;
    if (remove_tree(dir, BESIDE) != 0)
        return "removing what an earlier restore left beside";
    switch (e->type) {
    case 'd':
        if (mkdirat(dir, BESIDE, 0700) != 0 && !(locked(dir, BESIDE) && mkdirat(dir, BESIDE, 0700) == 0))
            return "mkdir";
        return NULL; /* its attributes come after its children */
    case 'f':
        fd = openat(dir, BESIDE, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && locked(dir, BESIDE))
            fd = openat(dir, BESIDE, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return "create";
        what = "content";
        struct opened *pack = e->extent_n > 0 ? pack_open(&packs, e->pack) : NULL;
        if ((e->extent_n > 0 && pack == NULL) || content_write(e, pack, fd) != 0 || set_unlocked(i, fd, &what) != 0) {
            int err = errno;
            close(fd);
            errno = err;
            return what;
        }
        close(fd);
        return NULL;
    case 'l':
        if (symlinkat(e->target, dir, BESIDE) != 0 && !(locked(dir, BESIDE) && symlinkat(e->target, dir, BESIDE) == 0))
            return "symlink";
        break;
    case 'p': kind = S_IFIFO; break;
    case 's': kind = S_IFSOCK; break;
    case 'c': kind = S_IFCHR; break;
    default: kind = S_IFBLK; break;
    }
    if (kind != 0 && mknodat(dir, BESIDE, kind | 0600, e->rdev) != 0 &&
        !(locked(dir, BESIDE) && mknodat(dir, BESIDE, kind | 0600, e->rdev) == 0))
        return "mknod";
    fd = openat(dir, BESIDE, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return "open";
    const char *failure = meta_set(e, fd, true, &what) != 0 ? what : NULL;
    int err = errno;
    close(fd);
    errno = err;
    return failure;
}

/* From BESIDE into its place. What was there goes in the same moment. */
static const char *put(int dir, const char *name)
{
    crash_point("put");
    if (renameat(dir, BESIDE, dir, name) == 0)
        return NULL;
    if (errno == EPERM) { /* a flag of the directory, of what is there, or of the inode that BESIDE is a link to */
        unlock(dir, name);
        unlock(dir, BESIDE);
        if (renameat(dir, BESIDE, dir, name) == 0)
            return NULL;
    }
    if (errno != EISDIR && errno != ENOTDIR && errno != ENOTEMPTY && errno != EEXIST)
        return "rename";
    if (syscall(SYS_renameat2, dir, BESIDE, dir, name, RENAME_EXCHANGE) != 0)
        return "exchange";
    crash_point("exchanged");
    return remove_tree(dir, BESIDE) != 0 ? "removing what was there" : NULL;
}

/* The directory in which an entry is, opened anew from the root of the file system. */
static int parent_of(uint32_t i, const char **name)
{
    char *path = path_of(job->want, i), *slash = strrchr(path, '/');
    *slash = '\0';
    *name = slash + 1;
    return open_safe(AT_FDCWD, *path == '\0' ? "/" : path, O_PATH | O_DIRECTORY);
}

static const char *link_beside(int dir, uint32_t i)
{
    const char *from;
    if (remove_tree(dir, BESIDE) != 0)
        return "removing what an earlier restore left beside";
    int leader = parent_of(job->want->v[i].leader, &from);
    if (leader < 0)
        return "the directory of what it is a link to";
    int result = linkat(leader, from, dir, BESIDE, 0);
    if (result != 0 && errno == EPERM) { /* what is linked may not be, or the directory may not get it, or both */
        struct stat st;
        bool file = fstatat(leader, from, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
        int fd = file ? openat(leader, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
        int flags = fd < 0 ? 0 : flags_get(fd);
        bool cleared = fd >= 0 && flags_clear(fd);
        errno = EPERM;
        if (locked(dir, BESIDE) || cleared)
            result = linkat(leader, from, dir, BESIDE, 0);
        int err = errno;
        if (cleared)
            ioctl(fd, FS_IOC_SETFLAGS, &flags);
        if (fd >= 0)
            close(fd);
        errno = err;
    }
    int err = errno;
    close(leader);
    errno = err;
    return result == 0 ? NULL : "link";
}

static void apply_children(int fd, uint32_t i);

static void set_attributes(uint32_t i, int fd)
{
    const char *what = NOTHING;
    if (meta_set(&job->want->v[i], fd, job->want->v[i].type != 'd' && job->want->v[i].type != 'f', &what) != 0)
        failed(i, what);
}

/* Is it what was looked at, or, if it was made now, what we made? A name that was given to another inode meanwhile must not
   get the attributes of this one. */
static bool is_meant(uint32_t i, const struct stat *st)
{
    const struct entry *now = job->diff->other[i] == NONE ? NULL : &job->now->v[job->diff->other[i]];
    return fresh[i] || (now != NULL && now->ino == st->st_ino && now->dev == st->st_dev);
}

static void repair(int dir, const char *name, uint32_t i)
{
    const struct entry *e = &job->want->v[i];
    bool path_only = e->type != 'f' && e->type != 'd';
    int fd = openat(dir, name, O_NOFOLLOW | O_CLOEXEC | (path_only ? O_PATH : O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        failed(i, "open");
    } else if (!is_meant(i, &st) || (e->type == 'd') != S_ISDIR(st.st_mode) || (e->type == 'f') != S_ISREG(st.st_mode)) {
        errno = EBUSY;
        failed(i, "replaced under way");
    } else {
        if (e->type == 'd')
            apply_children(fd, i);
        set_attributes(i, fd);
        job->done += !fresh[i] && job->diff->mask[i] != 0;
    }
    if (fd >= 0)
        close(fd);
    crash_point("repair");
}

static void rebuild(int dir, const char *name, uint32_t i)
{
    const struct entry *e = &job->want->v[i];
    const char *failure = e->leader != i ? link_beside(dir, i) : make_beside(dir, i);
    if (failure == NULL)
        failure = put(dir, name);
    if (failure == NULL)
        failure = e->type == 'd' ? NULL : lock(dir, name, i);
    if (failure != NULL) {
        failed(i, failure);
        int err = errno;
        remove_tree(dir, BESIDE);
        errno = err;
        return;
    }
    if (e->leader != i)
        unlinkat(dir, BESIDE, 0); /* rename leaves it where both were one inode already */
    fresh[i] = true;
    job->done++;
    if (e->type == 'd')
        repair(dir, name, i); /* in place, where hard links find it; nobody else may enter until it is complete */
}

static void apply_entry(int dir, const char *name, uint32_t i)
{
    const struct entry *e = &job->want->v[i];
    uint32_t mask = job->diff->mask[i];
    bool new_leader = e->leader != i && fresh[e->leader];
    if (mask == 0 && !below[i] && !new_leader)
        return;
    if (e->type == 'm') {
        errno = EXDEV;
        failed(i, "a mount point is not restored");
    } else if (e->type == 'n') {
        if (remove_tree(dir, name) != 0)
            failed(i, "remove");
        else
            job->done++;
    } else if (new_leader || (mask & (D_TYPE | D_CONTENT | D_TARGET | D_DEVICE | D_LINKS | D_MISSING)) != 0) {
        rebuild(dir, name, i);
    } else {
        repair(dir, name, i);
    }
}

static void apply_children(int fd, uint32_t i)
{
    const struct manifest *want = job->want;
    for (uint32_t c = i + 1; c < want->v[i].end; c = want->v[c].end)
        apply_entry(fd, want->v[c].name, c);
    for (uint32_t x = first_extra[i]; x != NONE; x = next_extra[x]) {
        const struct entry *e = &job->now->v[job->diff->extra[x]];
        if (remove_tree(fd, e->name) != 0) {
            int err = errno;
            job->failed++;
            fputs("failed   ", stdout);
            escape(stdout, path_of(job->now, job->diff->extra[x]));
            printf("  (remove: %s)\n", strerror(err));
        } else {
            job->done++;
        }
        crash_point("remove");
    }
}

static void prepare(void)
{
    const struct manifest *want = job->want;
    uint32_t *mine = malloc((job->now->n + 1) * sizeof *mine);
    below = calloc(want->n + 1, sizeof *below);
    fresh = calloc(want->n + 1, sizeof *fresh);
    first_extra = malloc((want->n + 1) * sizeof *first_extra);
    next_extra = malloc((job->diff->extra_n + 1) * sizeof *next_extra);
    packs = (struct packs){.dir = job->packs, .m = want};
    if (mine == NULL || below == NULL || fresh == NULL || first_extra == NULL || next_extra == NULL)
        die(EXIT_FAILED, "no memory");
    memset(first_extra, 0xff, (want->n + 1) * sizeof *first_extra);
    for (uint32_t i = 0; i < want->n; i++)
        if (job->diff->other[i] != NONE)
            mine[job->diff->other[i]] = i;
    for (uint32_t x = 0; x < job->diff->extra_n; x++) {
        uint32_t parent = mine[job->now->v[job->diff->extra[x]].parent];
        next_extra[x] = first_extra[parent];
        first_extra[parent] = x;
        below[parent] = true;
    }
    for (uint32_t i = want->n; i-- > 0;)
        if ((below[i] || job->diff->mask[i] != 0) && want->v[i].parent != NONE)
            below[want->v[i].parent] = true;
    free(mine);
}

/* The directories above a root that are gone are made again, with owner and mode as they were. */
static void make_above(const char *root)
{
    for (uint32_t k = 0; k < job->above_n; k++) {
        const struct above *a = &job->above[k];
        size_t n = strlen(a->path);
        if (strncmp(root, a->path, n) != 0 || root[n] != '/')
            continue;
        char *slash = strrchr(a->path, '/');
        int dir = open_safe(AT_FDCWD, slash == a->path ? "/" : keep(a->path, (size_t)(slash - a->path)), O_PATH | O_DIRECTORY);
        if (dir < 0)
            return;
        if (mkdirat(dir, slash + 1, 0700) == 0) {
            int fd = open_dir(dir, slash + 1);
            if (fd < 0 || fchown(fd, a->uid, a->gid) != 0 || fchmod(fd, a->mode) != 0)
                say("%s: made again, but not as it was: %s", a->path, strerror(errno));
            if (fd >= 0)
                close(fd);
        }
        close(dir);
    }
}

void apply_all(struct apply *apply)
{
    const struct manifest *want = apply->want;
    job = apply;
    prepare();
    for (uint32_t i = 0; i < want->n; i = want->v[i].end) {
        const char *name;
        /* What an earlier one has done, which was killed, is perhaps not on the disk yet. */
        if (apply->diff->mask[i] == 0 && !below[i] && !apply->again)
            continue;
        if (want->v[i].type != 'n')
            make_above(want->v[i].name);
        int dir = parent_of(i, &name);
        if (dir < 0) {
            if (want->v[i].type != 'n')
                failed(i, "its directory");
            continue;
        }
        int flags = 0, fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            flags = flags_get(fd);
            remove_tree(fd, BESIDE);
        }
        apply_entry(dir, name, i);
        if (fd >= 0) {
            if (flags != flags_get(fd))
                ioctl(fd, FS_IOC_SETFLAGS, &flags);
            syncfs(fd);
            close(fd);
        }
        close(dir);
    }
}
