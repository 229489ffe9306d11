/* CVE-2019-5736: /proc/1/exe inside the sandbox is this program's file, and the mount it was started from is a writable
   one of the host. Run again from a private read-only mount of the file; all processes forked from there inherit it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "launch.h"
#include "sys.h"

static const char mark[] = "HOSTLER_LAUNCH_REEXEC";

static bool on_read_only_mount(void)
{
    struct statvfs vfs;
    return statvfs("/proc/self/exe", &vfs) == 0 && (vfs.f_flag & ST_RDONLY);
}

/* Returns 0 when the program's file is out of reach, else -1. */
int leave_writable_mount(char **argv)
{
    if (on_read_only_mount())
        return 0;
    if (getenv(mark) != NULL) {
        say("still on a writable mount after starting again from a read-only one");
        return -1;
    }
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                              .propagation = MS_PRIVATE};
    int fd = sys_open_tree(AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0 || sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) != 0) {
        say("cannot make a read-only mount of the launcher (root and Linux 5.14 are needed): %s", strerror(errno));
        return -1;
    }
    setenv(mark, "1", 1);
    syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
    say("cannot start again from a read-only mount: %s", strerror(errno));
    return -1;
}
