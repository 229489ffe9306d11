/* Capabilities, uid and gid. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

static void capset(uint64_t permitted, uint64_t inheritable)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) {
        data[i].permitted = data[i].effective = (uint32_t)(permitted >> (32 * i));
        data[i].inheritable = (uint32_t)(inheritable >> (32 * i));
    }
    if (syscall(SYS_capset, &head, data) != 0)
        fail(errno, "capset (a kept capability must be one that the agent has)");
}

static void drop_bounding(uint64_t keep)
{
    for (int cap = 0; cap < 64; cap++) {
        if (keep >> cap & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0) {
            if (errno == EINVAL)
                return; /* past the kernel's last capability */
            fail(errno, "drop capability %d from the bounding set", cap);
        }
    }
}

/* Exactly `keep` in every set. With uid 0 the bounding set is what exec grants; else the ambient set is. */
void caps_drop_to(uint64_t keep, const struct spec *spec)
{
    drop_bounding(keep);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        fail(errno, "clear ambient capabilities");
    if (prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS) != 0)
        fail(errno, "securebits");
    if (setgroups(spec->ngroups, spec->groups) != 0)
        fail(errno, "setgroups");
    if (syscall(SYS_setresgid, spec->gid, spec->gid, spec->gid) != 0)
        fail(errno, "gid %u", spec->gid);
    if (syscall(SYS_setresuid, spec->uid, spec->uid, spec->uid) != 0)
        fail(errno, "uid %u", spec->uid);
    capset(keep, keep);
    for (int cap = 0; spec->uid != 0 && cap < 64; cap++)
        if ((keep >> cap & 1) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) != 0)
            fail(errno, "raise ambient capability %d", cap);
}

/* The reaper only signals and waits. It never execs, so its bounding set does not matter. */
void caps_reaper(void)
{
    capset(UINT64_C(1) << CAP_KILL, 0);
    prctl(PR_SET_DUMPABLE, 0); /* the program's change of uid, in the memory that it shared, may have set it */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail(errno, "no_new_privs");
}
