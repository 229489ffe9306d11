/* Attributes of an open file, read and set: mode, owner, times, extended attributes (among them ACLs and capabilities) and
   inode flags. A symlink, fifo, socket or device is only ever open as a path (O_PATH): opening it would act. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "snapshot.h"

/* Those that root can set and that mean something to others than the file system. */
enum { KEPT = FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL };

int flags_get(int fd)
{
    int flags = 0;
    return ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 ? flags : 0;
}

/* True if it kept something from being changed. */
bool flags_clear(int fd)
{
    int flags = flags_get(fd);
    if ((flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) == 0)
        return false;
    flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
    return ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

static const char *of_fd(int fd)
{
    static char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct xattr *)a)->name, ((const struct xattr *)b)->name);
}

static ssize_t list(int fd, bool path_only, char *buffer, size_t size)
{
    return path_only ? listxattr(of_fd(fd), buffer, size) : flistxattr(fd, buffer, size);
}

static ssize_t get(int fd, bool path_only, const char *name, void *value, size_t size)
{
    return path_only ? getxattr(of_fd(fd), name, value, size) : fgetxattr(fd, name, value, size);
}

static void xattrs_get(struct entry *e, int fd, bool path_only)
{
    static char names[65536], value[65536];
    ssize_t n = list(fd, path_only, names, sizeof names);
    if (n < 0 && errno != ENOTSUP)
        die(EXIT_FAILED, "%s: its extended attributes cannot be listed: %s", here(), strerror(errno));
    e->xattr_n = 0;
    if (n <= 0)
        return;
    uint32_t most = 0;
    for (char *p = names; p < names + n; p += strlen(p) + 1)
        most++;
    e->xattrs = take(most * sizeof *e->xattrs);
    for (char *p = names; p < names + n; p += strlen(p) + 1) {
        ssize_t length = get(fd, path_only, p, value, sizeof value);
        if (length < 0 && errno == ENODATA)
            continue;
        if (length < 0)
            die(EXIT_FAILED, "%s: its attribute %s cannot be read: %s", here(), p, strerror(errno));
        struct xattr *x = &e->xattrs[e->xattr_n++];
        x->name = keep(p, strlen(p));
        x->length = (size_t)length;
        x->value = (unsigned char *)keep(value, (size_t)length);
    }
    qsort(e->xattrs, e->xattr_n, sizeof *e->xattrs, by_name);
}

void meta_get(struct entry *e, int fd, bool path_only)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        die(EXIT_FAILED, "%s: %s", here(), strerror(errno));
    e->mode = st.st_mode & 07777;
    e->uid = st.st_uid;
    e->gid = st.st_gid;
    e->nlink = (uint32_t)st.st_nlink;
    e->mtime = st.st_mtim;
    e->atime = st.st_atim;
    e->ctime = st.st_ctim;
    e->dev = st.st_dev;
    e->ino = st.st_ino;
    e->rdev = e->type == 'c' || e->type == 'b' ? st.st_rdev : 0;
    e->size = e->type == 'f' ? (uint64_t)st.st_size : 0;
    e->flags = path_only ? 0 : (uint32_t)flags_get(fd) & KEPT;
    xattrs_get(e, fd, path_only);
}

static int xattrs_set(const struct entry *e, int fd, bool path_only)
{
    static char names[65536], value[65536];
    ssize_t n = list(fd, path_only, names, sizeof names);
    int result = n < 0 && errno != ENOTSUP ? -1 : 0;
    for (char *p = names; n > 0 && p < names + n; p += strlen(p) + 1) {
        struct xattr key = {.name = p};
        if (e->xattr_n > 0 && bsearch(&key, e->xattrs, e->xattr_n, sizeof key, by_name) != NULL)
            continue;
        if ((path_only ? removexattr(of_fd(fd), p) : fremovexattr(fd, p)) != 0 && errno != ENODATA)
            result = -1;
    }
    for (uint32_t i = 0; i < e->xattr_n; i++) {
        const struct xattr *x = &e->xattrs[i];
        ssize_t is = get(fd, path_only, x->name, value, sizeof value);
        if (is == (ssize_t)x->length && memcmp(value, x->value, x->length) == 0)
            continue;
        if ((path_only ? setxattr(of_fd(fd), x->name, x->value, x->length, 0)
                       : fsetxattr(fd, x->name, x->value, x->length, 0)) != 0)
            result = -1;
    }
    return result;
}

/* Everything, in the order in which one does not undo the other: the owner clears set-id bits and capabilities, an ACL sets
   bits of the mode, flags forbid all of it. -1 with errno of the last failure and what it was; the rest is done. */
int meta_set(const struct entry *e, int fd, bool path_only, const char **what)
{
    int err = 0;
    struct stat st;
    if (!path_only)
        flags_clear(fd);
    if (fstat(fd, &st) != 0) {
        *what = "stat";
        return -1;
    }
    if ((st.st_uid != e->uid || st.st_gid != e->gid) && fchownat(fd, "", e->uid, e->gid, AT_EMPTY_PATH) != 0)
        err = errno, *what = "owner";
    if (xattrs_set(e, fd, path_only) != 0)
        err = errno, *what = "extended attributes";
    if (e->type != 'l' && (path_only ? chmod(of_fd(fd), e->mode) : fchmod(fd, e->mode)) != 0)
        err = errno, *what = "mode";
    struct timespec times[2] = {e->atime, e->mtime};
    if (utimensat(fd, "", times, AT_EMPTY_PATH) != 0)
        err = errno, *what = "times";
    int flags = path_only ? 0 : flags_get(fd), wanted = (flags & ~KEPT) | (int)e->flags;
    if (flags != wanted && ioctl(fd, FS_IOC_SETFLAGS, &wanted) != 0)
        err = errno, *what = "inode flags";
    errno = err;
    return err == 0 ? 0 : -1;
}
