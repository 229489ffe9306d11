/* Calls that change files: which path is meant, and whether the sandbox lets it be changed. The mounts decide that and nothing
   here does: what is read of another process may change at any time, and it only makes what is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"
#include "writes.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

enum kind { OPENS = 1, OPENS_HOW, MAKES, REPLACES, REMOVES, CHANGES };

/* dir, path and flags are places of arguments; -1: none */
static const struct changer {
    int nr;
    signed char dir, path, flags;
    enum kind kind;
} changers[] = {
    {SYS_openat, 0, 1, 2, OPENS},       {SYS_openat2, 0, 1, 2, OPENS_HOW}, {SYS_mkdirat, 0, 1, -1, MAKES},
    {SYS_mknodat, 0, 1, -1, MAKES},     {SYS_symlinkat, 1, 2, -1, MAKES},  {SYS_linkat, 2, 3, -1, MAKES},
    {SYS_unlinkat, 0, 1, -1, REMOVES},  {SYS_renameat2, 0, 1, -1, REMOVES}, {SYS_renameat2, 2, 3, -1, REPLACES},
    {SYS_truncate, -1, 0, -1, CHANGES}, {SYS_fchmodat, 0, 1, -1, CHANGES}, {SYS_fchmodat2, 0, 1, -1, CHANGES},
    {SYS_fchownat, 0, 1, -1, CHANGES},  {SYS_utimensat, 0, 1, -1, CHANGES}, {SYS_setxattr, -1, 0, -1, CHANGES},
    {SYS_lsetxattr, -1, 0, -1, CHANGES}, {SYS_removexattr, -1, 0, -1, CHANGES}, {SYS_lremovexattr, -1, 0, -1, CHANGES},
#ifdef SYS_open
    {SYS_open, -1, 0, 1, OPENS},        {SYS_creat, -1, 0, -1, OPENS},     {SYS_mkdir, -1, 0, -1, MAKES},
    {SYS_mknod, -1, 0, -1, MAKES},      {SYS_symlink, -1, 1, -1, MAKES},   {SYS_link, -1, 1, -1, MAKES},
    {SYS_unlink, -1, 0, -1, REMOVES},   {SYS_rmdir, -1, 0, -1, REMOVES},   {SYS_rename, -1, 0, -1, REMOVES},
    {SYS_rename, -1, 1, -1, REPLACES},  {SYS_renameat, 0, 1, -1, REMOVES}, {SYS_renameat, 2, 3, -1, REPLACES},
    {SYS_chmod, -1, 0, -1, CHANGES},    {SYS_chown, -1, 0, -1, CHANGES},   {SYS_lchown, -1, 0, -1, CHANGES},
    {SYS_utime, -1, 0, -1, CHANGES},    {SYS_utimes, -1, 0, -1, CHANGES},  {SYS_futimesat, 0, 1, -1, CHANGES},
#endif
};

static bool read_want(const struct seccomp_notif *call, const struct changer *c, struct want *want)
{
    const __u64 *args = call->data.args;
    want->kind = c->kind;
    want->flags = c->flags >= 0 ? args[(int)c->flags] : O_WRONLY | O_CREAT | O_TRUNC;
    if (c->kind == OPENS_HOW) {
        struct open_how how = {0};
        if (target_read((pid_t)call->pid, args[(int)c->flags], &how, sizeof how) != sizeof how)
            return false;
        want->flags = how.flags;
        want->kind = OPENS;
    }
    char text[PATH_MAX], link[40], *path = want->path;
    size_t n = target_read((pid_t)call->pid, args[(int)c->path], text, sizeof text);
    if (n == 0 || strnlen(text, n) == n || text[0] == '\0')
        return false; /* not readable, too long, or the descriptor itself is meant */
    if (text[0] == '/') {
        strcpy(path, text);
        return true;
    }
    int dir = c->dir >= 0 ? (int)args[(int)c->dir] : AT_FDCWD;
    if (dir == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/%d/cwd", (int)call->pid);
    else
        snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)call->pid, dir);
    ssize_t base = readlink(link, path, PATH_MAX - 1);
    if (base <= 0 || path[0] != '/' || (size_t)base + 1 + strlen(text) >= PATH_MAX)
        return false;
    path[base] = '/';
    strcpy(path + base + 1, text);
    return true;
}

int changes_wanted(const struct seccomp_notif *call, struct want wants[WANTS])
{
    int n = 0;
    for (size_t i = 0; n < WANTS && i < sizeof changers / sizeof *changers; i++)
        if (changers[i].nr == call->data.nr && read_want(call, &changers[i], &wants[n]))
            n++;
    return n;
}

static int resolve(int root, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static bool name_of(int fd, char *to, size_t room)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, to, room - 1);
    if (n <= 0 || to[0] != '/')
        return false;
    to[n] = '\0';
    return true;
}

static bool is_read_only(int fd)
{
    struct statvfs fs;
    return fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_RDONLY);
}

/* Neither there nor to be made: the call has nothing to change. */
static bool missing(int root, const char *path, struct change *change)
{
    char parent[PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    const char *leaf = memrchr(path, '/', n);
    if (leaf == NULL)
        return true;
    snprintf(parent, sizeof parent, "%.*s", leaf == path ? 1 : (int)(leaf - path), path);
    int dir = resolve(root, parent, O_DIRECTORY);
    if (dir < 0 || !name_of(dir, change->path, sizeof change->path)) {
        close(dir);
        return true;
    }
    size_t at = strlen(change->path);
    at -= at == 1; /* of "/" */
    snprintf(change->path + at, sizeof change->path - at, "/%.*s", (int)(path + n - leaf - 1), leaf + 1);
    struct stat link;
    bool dangles = fstatat(dir, strrchr(change->path, '/') + 1, &link, AT_SYMLINK_NOFOLLOW) == 0; /* such as /dev/stderr */
    change->read_only = is_read_only(dir);
    bool known = fstat(dir, &change->parent) == 0;
    close(dir);
    return dangles || !known;
}

/* What is there already is changed, or, with `made`, its folder is. */
static void found(int root, int fd, bool opens, bool all, struct change *change)
{
    change->read_only = is_read_only(fd);
    if (!all && !change->read_only)
        return;
    if (fstat(fd, &change->file) != 0 || !name_of(fd, change->path, sizeof change->path))
        return;
    mode_t type = change->file.st_mode & S_IFMT;
    change->there = true;
    change->opened = opens;
    change->happens = type == S_IFREG || (!opens && (type == S_IFDIR || type == S_IFLNK)); /* devices are no files to write */
    char *leaf = strrchr(change->path, '/');
    if (!all || !change->made || leaf == NULL)
        return;
    *leaf = '\0';
    int parent = resolve(root, change->path[0] == '\0' ? "/" : change->path, O_DIRECTORY);
    change->happens = change->happens && parent >= 0 && fstat(parent, &change->parent) == 0;
    close(parent);
    *leaf = '/';
}

void change_judge(const struct want *want, int root, bool all, struct change *change)
{
    uint64_t flags = want->flags;
    *change = (struct change){.path = ""};
    bool opens = want->kind == OPENS;
    bool fresh = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    bool follow = want->kind == CHANGES || (opens && !(flags & O_NOFOLLOW) && !fresh);
    bool makes = want->kind == MAKES || want->kind == REPLACES || (opens && (flags & O_CREAT));
    if (opens && (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == 0)
        return;
    int fd = resolve(root, want->path, follow ? 0 : O_NOFOLLOW);
    if (fd < 0) {
        change->made = true;
        change->happens = errno == ENOENT && makes && !missing(root, want->path, change);
        return;
    }
    change->made = want->kind == REMOVES || want->kind == REPLACES;
    if (want->kind != MAKES && (!opens || (flags & (O_ACCMODE | O_TRUNC)) != 0))
        found(root, fd, opens, all, change);
    close(fd);
}
