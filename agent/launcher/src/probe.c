/* --probe: what this kernel offers, one key=value a line. The agent refuses sandboxed work when a needed one is "no". */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <linux/magic.h>

#include "launch.h"
#include "sys.h"

static bool ok = true;

static void tell(const char *key, bool have, bool needed)
{
    printf("%s=%s\n", key, have ? "yes" : "no");
    ok = ok && (have || !needed);
}

/* A call that exists fails with something other than ENOSYS when its arguments are nonsense. */
static bool exists(long result)
{
    return result >= 0 || errno != ENOSYS;
}

static const char *cgroups(void)
{
    struct statfs fs;
    if (statfs("/sys/fs/cgroup", &fs) != 0)
        return "none";
    if (fs.f_type == CGROUP2_SUPER_MAGIC)
        return "v2";
    return statfs("/sys/fs/cgroup/unified", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC ? "hybrid" : "v1";
}

int probe(void)
{
    struct utsname name;
    struct mount_attr attr = {0};
    unsigned action = SECCOMP_RET_USER_NOTIF;
    uname(&name);
    printf("version=" VERSION "\nkernel=%s\nmachine=%s\ncgroup=%s\n", name.release, name.machine, cgroups());
    if (strcmp(cgroups(), "none") == 0)
        ok = false;
    tell("root", geteuid() == 0, true);
    tell("clone3", exists(syscall(SYS_clone3, NULL, 0)), true);
    tell("openat2", exists(syscall(SYS_openat2, -1, NULL, NULL, 0)), true);
    tell("close_range", exists(sys_close_range(~0U, 0, 0)), true);
    tell("open_tree", exists(sys_open_tree(-1, "", 0)), true);
    tell("mount_setattr", exists(sys_mount_setattr(-1, "", 0, &attr)), true);
    tell("pidfd", exists(sys_pidfd_send_signal(-1, 0)), true);
    tell("seccomp", exists(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL)) && errno != EINVAL, true);
    tell("seccomp_notify", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0, false);
    long landlock = syscall(444, NULL, 0, 1); /* landlock_create_ruleset: asks for the version */
    printf("landlock_abi=%ld\n", landlock < 0 ? 0 : landlock);
    int tree = sys_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    tell("mounts", tree >= 0, true);
    printf("sandbox=%s\n", ok ? "yes" : "no");
    return ok ? 0 : 1;
}
