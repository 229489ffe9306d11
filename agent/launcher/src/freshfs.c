/* Fresh file systems. Each is filled while it is still detached, by descriptor, so that no path can be raced. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

enum { SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

/* Options are key, value pairs that end with NULL. Returns a detached mount. */
static int fresh(const char *type, unsigned attrs, ...)
{
    int fs = sys_fsopen(type);
    if (fs < 0)
        fail(errno, "fresh %s: fsopen", type);
    va_list options;
    va_start(options, attrs);
    for (const char *key; (key = va_arg(options, const char *)) != NULL;) {
        const char *value = va_arg(options, const char *);
        if (sys_fsconfig(fs, FSCONFIG_SET_STRING, key, value) != 0)
            fail(errno, "fresh %s: option %s=%s", type, key, value);
    }
    va_end(options);
    if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) != 0)
        fail(errno, "fresh %s: create", type);
    int mount = sys_fsmount(fs, attrs);
    if (mount < 0)
        fail(errno, "fresh %s: fsmount", type);
    close(fs);
    return mount;
}

/* Holds what becomes /tmp, /var/tmp, /dev/shm and /run, so that one quota is for all of them. Files without content take
   memory, too: at most one for each KiB, and a few for mount points. */
int fresh_scratch(uint64_t bytes, bool var_run)
{
    static const struct {
        const char *name;
        mode_t mode;
    } parts[] = {{"tmp", 01777}, {"var-tmp", 01777}, {"shm", 01777}, {"run", 0755}, {"var-run", 0755}};
    char size[24], inodes[24];
    snprintf(size, sizeof size, "%llu", (unsigned long long)bytes);
    snprintf(inodes, sizeof inodes, "%llu", (unsigned long long)(bytes / 1024 + 256));
    int scratch = fresh("tmpfs", SAFE, "size", size, "nr_inodes", inodes, "mode", "0700", NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts - !var_run; i++)
        if (mkdirat(scratch, parts[i].name, parts[i].mode) != 0)
            fail(errno, "scratch: mkdir %s", parts[i].name);
    return scratch;
}

/* Only nodes that do nothing to the host. No tty, no ptmx, no kmsg, no block device. */
int fresh_dev(void)
{
    static const struct {
        const char *name;
        unsigned minor;
    } nodes[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};
    static const char *const links[][2] = {
        {"/proc/self/fd", "fd"}, {"fd/0", "stdin"}, {"fd/1", "stdout"}, {"fd/2", "stderr"}};
    int dev = fresh("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "size", "65536", "mode", "0755", NULL);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(1, nodes[i].minor)) != 0)
            fail(errno, "fresh /dev: mknod %s", nodes[i].name);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlinkat(links[i][0], dev, links[i][1]) != 0)
            fail(errno, "fresh /dev: link %s", links[i][1]);
    if (mkdirat(dev, "shm", 0755) != 0)
        fail(errno, "fresh /dev: mkdir shm");
    mount_attrs(dev, 0, MOUNT_ATTR_RDONLY, 0, 0);
    return dev;
}

/* Read-only as a whole: /proc/sys, sysrq-trigger and the rest belong to uid 0, which needs no capability to write. */
int fresh_proc(void)
{
    return fresh("proc", SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, "hidepid", "invisible", NULL);
}

/* A new mount of sysfs has none of the host's mounts below it (cgroup, debug, tracing, bpf) and only the devices of
   this network namespace. */
int fresh_sys(void)
{
    return fresh("sysfs", SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, NULL);
}

/* Holds "d" and "f", of mode 0000, which are bound over what is to be hidden. */
int fresh_mask(void)
{
    int mask = fresh("tmpfs", SAFE | MOUNT_ATTR_NOEXEC, "size", "65536", "mode", "0", NULL);
    int file = openat(mask, "f", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0);
    if (mkdirat(mask, "d", 0) != 0 || file < 0)
        fail(errno, "mask");
    close(file);
    mount_attrs(mask, 0, MOUNT_ATTR_RDONLY, 0, 0);
    return mask;
}

/* Covers a hidden directory that has declared paths inside: can be passed through, not listed. */
int fresh_cover(void)
{
    return fresh("tmpfs", SAFE | MOUNT_ATTR_NOEXEC, "size", "65536", "mode", "0111", NULL);
}
