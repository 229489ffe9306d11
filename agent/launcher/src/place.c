/* Puts the planned mounts in place, parents before children, so that a mask can lie over a writable path and a declared
   path inside a mask. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

enum { SAFE_RESOLVE = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };

static dev_t ours[64];
static size_t ours_n;

void plan_add(struct plan *plan, struct entry entry)
{
    if (plan->n == plan->room) {
        plan->room = plan->room == 0 ? 64 : plan->room * 2;
        plan->v = realloc(plan->v, plan->room * sizeof *plan->v);
        if (plan->v == NULL)
            fail(ENOMEM, "mount plan");
    }
    plan->v[plan->n++] = entry;
}

/* By path, which puts a parent first; at the same path a mount first and a mask over it. */
static int by_path(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order != 0 ? order : (x->fd < 0) - (y->fd < 0);
}

static void remember(int fd)
{
    struct stat st;
    if (ours_n == sizeof ours / sizeof *ours || fstat(fd, &st) != 0)
        fail(ENOSPC, "more than 64 hidden directories have declared paths inside");
    ours[ours_n++] = st.st_dev;
}

/* Mount points are made only in file systems of our own, never on the host's disk. */
static bool is_ours(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    for (size_t i = 0; i < ours_n; i++)
        if (ours[i] == st.st_dev)
            return true;
    return false;
}

/* Opens the mount point, making what is missing of it. Directories on the way are passable, not listable, by others. */
static int make_target(const char *path, bool is_dir)
{
    char copy[PATH_MAX];
    int at = open("/", O_PATH | O_CLOEXEC);
    snprintf(copy, sizeof copy, "%s", path + 1);
    char *rest, *part = strtok_r(copy, "/", &rest);
    while (at >= 0 && part != NULL) {
        char *next = strtok_r(NULL, "/", &rest);
        int child = sys_openat2(at, part, O_PATH | O_CLOEXEC, SAFE_RESOLVE);
        if (child < 0 && errno == ENOENT && is_ours(at)) {
            if (next != NULL || is_dir) {
                if (mkdirat(at, part, 0755) != 0)
                    fail(errno, "mount point %s", path);
            } else {
                int file = openat(at, part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
                if (file < 0)
                    fail(errno, "mount point %s", path);
                close(file);
            }
            child = sys_openat2(at, part, O_PATH | O_CLOEXEC, SAFE_RESOLVE);
        }
        int err = errno;
        close(at);
        errno = err;
        at = child;
        part = next;
    }
    return at;
}

static void put(const struct entry *entry)
{
    int target = make_target(entry->path, entry->is_dir);
    if (target < 0 && entry->optional && (errno == ENOENT || errno == ELOOP))
        return;
    if (target < 0)
        fail(errno, "mount point %s", entry->path);
    if (sys_move_mount(entry->fd, target) != 0)
        fail(errno, "mount on %s", entry->path);
    close(target);
    if (entry->ours)
        remember(entry->fd);
}

static bool has_mounts_inside(const struct plan *plan, size_t i)
{
    const char *top = plan->v[i].path;
    for (size_t j = i + 1; j < plan->n; j++)
        if (plan->v[j].fd >= 0 && path_below(plan->v[j].path, top))
            return true;
    return false;
}

/* Follows symlinks: what the path leads to is what must not be seen. */
static void hide(struct plan *plan, size_t i, int mask)
{
    struct entry *entry = &plan->v[i];
    struct stat st;
    int target = open(entry->path, O_PATH | O_CLOEXEC);
    if (target < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES))
        return;
    if (target < 0 || fstat(target, &st) != 0)
        fail(errno, "hide %s", entry->path);
    bool dir = S_ISDIR(st.st_mode);
    int cover;
    if (dir && has_mounts_inside(plan, i)) {
        cover = fresh_cover();
        entry->fd = cover;
        entry->seal = true;
        remember(cover);
    } else {
        cover = sys_open_tree(mask, dir ? "d" : "f", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    }
    if (cover < 0 || sys_move_mount(cover, target) != 0)
        fail(errno, "hide %s", entry->path);
    close(target);
    if (!entry->seal)
        close(cover);
}

void plan_place(struct plan *plan, int mask)
{
    qsort(plan->v, plan->n, sizeof *plan->v, by_path);
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->v[i].fd >= 0)
            put(&plan->v[i]);
        else
            hide(plan, i, mask);
    }
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->v[i].seal)
            mount_attrs(plan->v[i].fd, 0, MOUNT_ATTR_RDONLY, 0, 0);
        if (plan->v[i].fd >= 0)
            close(plan->v[i].fd);
    }
}
