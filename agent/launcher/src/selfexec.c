/* CVE-2019-5736: inside the sandbox /proc/1/exe is this program's file, and a script that begins with #!/proc/self/exe
   runs it; the mount it was started from is a writable one of the host. A program that could write the file by its
   owner and mode gets a launcher that runs again from a private read-only mount of the file, which all its children
   inherit. The others are spared the second exec (0.4 ms). An agent that starts the launcher from a read-only mount
   anyway (ReadOnlyPaths= of systemd) never pays for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "launch.h"
#include "sys.h"

static const char mark[] = "HOSTLER_LAUNCH_REEXEC";

static bool out_of_reach(const struct spec *spec)
{
    struct statvfs vfs;
    struct stat st;
    if (statvfs("/proc/self/exe", &vfs) == 0 && (vfs.f_flag & ST_RDONLY))
        return true;
    return spec->uid != 0 && spec->caps == 0 && stat("/proc/self/exe", &st) == 0 && st.st_uid == 0 &&
           (st.st_mode & 022) == 0;
}

/* Returns 0 when the program's file is out of reach, else -1. */
int leave_writable_mount(const struct spec *spec, char **argv)
{
    if (out_of_reach(spec))
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
