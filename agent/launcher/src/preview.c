/* A preview: the program writes into layers that lie over its writable paths, and the host stays as it is. For each `preview`
   directory of the spec, in their order, the layers are dir/overlay/0, 1, ...: "upper" gets what is written, "work" is the
   kernel's. hostler-snapshot lays them over the same directories again to see what the program would have done. */
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

#include "launch.h"
#include "sys.h"

enum { NAMES_MAX = 65536 };

static int open_layer(int dir, const char *name, const char *base)
{
    if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
        fail(errno, "preview of %s: make its layer", base);
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fail(errno, "preview of %s: open its layer", base);
    return fd;
}

static void copy_xattrs(int from, int to, const char *base)
{
    char *names = malloc(NAMES_MAX), *value = malloc(NAMES_MAX);
    ssize_t n = names == NULL || value == NULL ? -1 : flistxattr(from, names, NAMES_MAX);
    if (n < 0 && (names == NULL || value == NULL || errno != ENOTSUP))
        fail(errno, "preview of %s: its extended attributes", base);
    for (char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
        ssize_t length = strncmp(name, "trusted.overlay.", 16) == 0 ? -1 : fgetxattr(from, name, value, NAMES_MAX);
        if (length >= 0 && fsetxattr(to, name, value, (size_t)length, 0) != 0)
            fail(errno, "preview of %s: its attribute %s", base, name);
    }
    free(names);
    free(value);
}

/* The top of the upper layer is what the program sees of the directory itself: it must be like it. */
static void look_like(int upper, int lower, const char *base)
{
    struct stat st;
    int flags = 0;
    if (fstat(lower, &st) != 0 || fchown(upper, st.st_uid, st.st_gid) != 0)
        fail(errno, "preview of %s: its owner", base);
    copy_xattrs(lower, upper, base);
    if (fchmod(upper, st.st_mode & 07777) != 0)
        fail(errno, "preview of %s: its mode", base);
    if (ioctl(lower, FS_IOC_GETFLAGS, &flags) == 0 && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != 0)
        fail(EPERM, "preview of %s: it is immutable or append-only", base);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    if (futimens(upper, times) != 0)
        fail(errno, "preview of %s: its times", base);
}

static void option(int fs, const char *key, const char *value, const char *base)
{
    if (sys_fsconfig(fs, FSCONFIG_SET_STRING, key, value) != 0)
        fail(errno, "preview of %s: overlay option %s=%s", base, key, value);
}

/* By descriptor: no name on the way can be swapped, and no comma or colon in it means anything. */
static void layer(int fs, const char *key, int fd, const char *base)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    option(fs, key, path, base);
}

static int overlay(const char *base, int layers)
{
    int lower = sys_openat2(AT_FDCWD, base, O_RDONLY | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (lower < 0)
        fail(errno, "preview of %s%s", base, errno == ELOOP ? ": has a symlink in it" : ": cannot be opened");
    int upper = open_layer(layers, "upper", base), work = open_layer(layers, "work", base);
    look_like(upper, lower, base);
    int fs = sys_fsopen("overlay");
    if (fs < 0)
        fail(errno, "preview of %s: this kernel has no overlay file system", base);
    layer(fs, "lowerdir", lower, base);
    layer(fs, "upperdir", upper, base);
    layer(fs, "workdir", work, base);
    option(fs, "index", "on", base);        /* hard links stay together */
    option(fs, "redirect_dir", "on", base); /* directories can be renamed as without us */
    option(fs, "metacopy", "off", base);
    if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) != 0)
        fail(errno, "preview of %s: the file system of the agent's state, or of that path, cannot have an overlay", base);
    int mount = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    if (mount < 0)
        fail(errno, "preview of %s: fsmount", base);
    close(fs);
    close(lower);
    close(upper);
    close(work);
    return mount;
}

/* Lays the layers. Parts can be cloned only from what is attached somewhere: below /sys, which a fresh one will cover. */
void preview_lay(struct run *run)
{
    const struct strings *bases = &run->spec.preview;
    if (bases->n == 0)
        return;
    /* Not run->dir, which was opened in the host's namespace: layers must be mounts of this one. */
    int dir = open(run->spec.dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        fail(errno, "preview: %s", run->spec.dir);
    int all = open_layer(dir, "overlay", "the writable paths");
    for (size_t i = 0; i < bases->n; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        int layers = open_layer(all, number, bases->v[i]);
        int mount = overlay(bases->v[i], layers), place = open("/sys", O_PATH | O_CLOEXEC);
        if (place < 0 || sys_move_mount(mount, place) != 0)
            fail(errno, "preview of %s: move_mount", bases->v[i]);
        close(place);
        close(layers);
        run->overlay[i] = mount;
    }
    close(all);
    close(dir);
}

/* A detached mount of what the program is to see at a writable path, which tree_open() has looked at. */
int preview_tree(const struct run *run, const char *path, bool noexec)
{
    size_t i = 0;
    while (!path_below(path, run->spec.preview.v[i])) /* spec_check.c has seen to it that there is one */
        i++;
    const char *rest = path + strlen(run->spec.preview.v[i]);
    int at = sys_openat2(run->overlay[i], *rest == '\0' ? "." : rest + 1, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
    int tree = at < 0 ? -1 : sys_open_tree(at, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0)
        fail(errno, "preview of %s: open_tree", path);
    close(at);
    mount_attrs(tree, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (noexec ? MOUNT_ATTR_NOEXEC : 0), 0, MS_PRIVATE);
    return tree;
}

void preview_laid(const struct run *run)
{
    for (size_t i = 0; i < run->spec.preview.n; i++)
        close(run->overlay[i]);
}
