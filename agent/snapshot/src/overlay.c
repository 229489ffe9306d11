/* Lays the layers of a preview over the directories of this host, for this process alone: what it then sees is what the
   previewed program would have left. hostler-launch (preview.c) made them, with the same options. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "snapshot.h"

enum { TRIES = 500, PAUSE_NS = 20 * 1000 * 1000 };

static struct {
    const char *base, *layers;
} *overlays;
static uint32_t overlay_n, overlay_room;

void overlay_add(const char *base, const char *layers)
{
    overlays = grow(overlays, sizeof *overlays, overlay_n, &overlay_room);
    overlays[overlay_n].base = base;
    overlays[overlay_n++].layers = layers;
}

bool overlay_any(void)
{
    return overlay_n > 0;
}

static void option(int fs, const char *key, const char *value)
{
    if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0) != 0)
        die(EXIT_FAILED, "overlay option %s=%s: %s", key, value, strerror(errno));
}

static void layer(int fs, const char *key, int fd, const char *what)
{
    char path[40];
    if (fd < 0)
        die(EXIT_FAILED, "%s of a preview: %s", what, strerror(errno));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    option(fs, key, path);
}

/* -1 with errno */
static int overlay_mount(int lower, int upper, int work)
{
    int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
    if (fs < 0)
        return -1;
    layer(fs, "lowerdir", lower, "the directory");
    layer(fs, "upperdir", upper, "the upper layer");
    layer(fs, "workdir", work, "the work layer");
    option(fs, "index", "on");
    option(fs, "redirect_dir", "on");
    option(fs, "metacopy", "off");
    int mount = -1;
    if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    int err = errno;
    close(fs);
    errno = err;
    return mount;
}

static void lay(const char *base, const char *layers)
{
    int lower = open_safe(AT_FDCWD, base, O_RDONLY | O_DIRECTORY);
    int dir = open_safe(AT_FDCWD, layers, O_RDONLY | O_DIRECTORY);
    if (lower < 0 || dir < 0)
        die(EXIT_FAILED, "%s: %s", lower < 0 ? base : layers, strerror(errno));
    int upper = open_safe(dir, "upper", O_RDONLY | O_DIRECTORY), work = open_safe(dir, "work", O_RDONLY | O_DIRECTORY);
    int mount = overlay_mount(lower, upper, work);
    /* The kernel takes its time to let go of the program's mounts. */
    for (int tries = 0; mount < 0 && errno == EBUSY && tries < TRIES; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        mount = overlay_mount(lower, upper, work);
    }
    if (mount < 0 || syscall(SYS_move_mount, mount, "", lower, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        die(EXIT_FAILED, "the preview's layers cannot be laid over %s: %s", base, strerror(errno));
    close(mount);
    close(lower);
    close(dir);
    close(upper);
    close(work);
}

void overlays_lay(void)
{
    if (overlay_n == 0)
        return;
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        die(EXIT_FAILED, "a mount namespace of its own: %s", strerror(errno));
    for (uint32_t i = 0; i < overlay_n; i++)
        lay(overlays[i].base, overlays[i].layers);
}

/* Under layers, some things mean something else than they are: with them, a preview would show what is not so. */
void overlay_check(const struct manifest *m)
{
    for (uint32_t i = 0; i < m->n; i++) {
        const struct entry *e = &m->v[i];
        bool strange = e->type == 'c' && e->rdev == 0;
        for (uint32_t k = 0; k < e->xattr_n; k++)
            strange |= strncmp(e->xattrs[k].name, "trusted.overlay.", 16) == 0;
        if (strange)
            die(EXIT_FAILED, "%s is part of an overlay of somebody else's; that cannot be previewed", path_of(m, i));
    }
}
