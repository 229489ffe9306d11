/* The file system view of the program: everything read-only, then what was declared, then what is hidden. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

void mount_attrs(int fd, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation)
{
    struct mount_attr attr = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
    if (sys_mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attr) != 0)
        fail(errno, "mount_setattr");
}

static void root_attrs(uint64_t set, uint64_t propagation)
{
    struct mount_attr attr = {.attr_set = set, .propagation = propagation};
    if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) != 0)
        fail(errno, "mount_setattr on / (the agent's root must be a mount point)");
}

/* File systems through which a write reaches the kernel, not a disk. */
static bool is_kernel_fs(int fd)
{
    static const long magics[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,     CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
                                  DEBUGFS_MAGIC,       TRACEFS_MAGIC,   SECURITYFS_MAGIC,   BPF_FS_MAGIC,
                                  DEVPTS_SUPER_MAGIC,  SELINUX_MAGIC,   EFIVARFS_MAGIC,     BINFMTFS_MAGIC,
                                  PSTOREFS_MAGIC};
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return true;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if ((long)fs.f_type == magics[i])
            return true;
    return false;
}

/* A detached copy of the mount tree at a declared path, taken before anything covers it. Other file systems mounted
   below a writable path stay read-only: each is a grant of its own. */
int tree_open(const char *path, bool writable, bool noexec, bool *is_dir)
{
    int fd = sys_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (fd < 0)
        fail(errno, "declared path %s%s", path,
             errno == ELOOP ? " has a symlink in it; declare the path it leads to" : " cannot be opened");
    struct stat st;
    if (fstat(fd, &st) != 0)
        fail(errno, "declared path %s", path);
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        fail(EINVAL, "declared path %s is neither a directory nor a regular file", path);
    if (is_kernel_fs(fd))
        fail(EPERM, "declared path %s is on a kernel file system", path);
    int tree = sys_open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0)
        fail(errno, "declared path %s: open_tree", path);
    close(fd);
    struct statvfs vfs;
    if (writable && (fstatvfs(tree, &vfs) != 0 || (vfs.f_flag & ST_RDONLY)))
        fail(EROFS, "declared path %s is on a read-only mount", path);
    mount_attrs(tree, AT_RECURSIVE,
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (noexec ? MOUNT_ATTR_NOEXEC : 0), 0,
                MS_PRIVATE);
    if (writable)
        mount_attrs(tree, 0, 0, MOUNT_ATTR_RDONLY, 0);
    *is_dir = S_ISDIR(st.st_mode);
    return tree;
}

static void declare(struct plan *plan, const char *target, const char *path, bool writable, bool noexec)
{
    struct entry entry = {.path = target};
    entry.fd = tree_open(path, writable, noexec, &entry.is_dir);
    plan_add(plan, entry);
}

static void declare_preview(struct plan *plan, const struct run *run, const char *path, bool noexec)
{
    struct entry entry = {.path = path};
    close(tree_open(path, true, noexec, &entry.is_dir)); /* what cannot be run for real cannot be previewed */
    entry.fd = preview_tree(run, path, noexec);
    plan_add(plan, entry);
}

static void plan_fresh(struct plan *plan, const char *path, int fd, bool optional)
{
    plan_add(plan, (struct entry){.path = path, .fd = fd, .is_dir = true, .ours = true, .optional = optional});
}

static void plan_scratch(struct plan *plan, const char *path, int scratch, const char *part, bool optional)
{
    int fd = sys_open_tree(scratch, part, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0)
        fail(errno, "scratch for %s", path);
    plan_fresh(plan, path, fd, optional);
}

static void plan_hide(struct plan *plan, const struct strings *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        plan_add(plan, (struct entry){.path = paths->v[i], .fd = -1, .optional = true});
}

/* What parts are cloned from must be attached. It goes where something else will lie over it. */
static void put_below_proc(int mount)
{
    int proc = open("/proc", O_PATH | O_CLOEXEC);
    if (proc < 0 || sys_move_mount(mount, proc) != 0)
        fail(errno, "below /proc: move_mount");
    close(proc);
}

/* Returns the scratch's file system, which the shim wants to look at. */
int mounts_apply(struct run *run)
{
    static char *masked[] = {"/proc/kcore",         "/proc/keys",          "/proc/timer_list", "/proc/sched_debug",
                             "/proc/latency_stats", "/proc/sysrq-trigger", "/proc/scsi",       "/proc/acpi",
                             "/sys/firmware"};
    const struct spec *s = &run->spec;
    struct plan plan = {0};
    struct strings stray = {0};

    root_attrs(0, MS_PRIVATE); /* first: a mount made on the host from now on does not arrive here */
    if (s->payload != NULL)
        declare(&plan, BUNDLE_PATH, s->payload, false, false);
    if (s->net_dir != NULL)
        declare(&plan, NETWORK_PATH, s->net_dir, false, true);
    preview_lay(run);
    for (size_t i = 0; i < s->rw.n; i++) {
        if (s->preview.n > 0)
            declare_preview(&plan, run, s->rw.v[i], s->rw_noexec[i]);
        else
            declare(&plan, s->rw.v[i], s->rw.v[i], true, s->rw_noexec[i]);
    }
    preview_laid(run);
    for (size_t i = 0; i < s->ro.n; i++)
        declare(&plan, s->ro.v[i], s->ro.v[i], false, false);
    stray_mounts(&stray);
    root_attrs((s->learn ? 0 : MOUNT_ATTR_RDONLY) | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0);

    struct stat st;
    bool var_run = lstat("/var/run", &st) == 0 && S_ISDIR(st.st_mode); /* usually a link to /run */
    int scratch = fresh_scratch(s->tmp_bytes, var_run);
    put_below_proc(scratch);
    int mask = fresh_mask();
    put_below_proc(mask);

    plan_fresh(&plan, "/dev", fresh_dev(), false);
    plan_scratch(&plan, "/dev/shm", scratch, "shm", false);
    plan_fresh(&plan, "/proc", fresh_proc(), false);
    plan_scratch(&plan, "/run", scratch, "run", false);
    plan_scratch(&plan, "/tmp", scratch, "tmp", false);
    plan_scratch(&plan, "/var/tmp", scratch, "var-tmp", true);
    if (var_run)
        plan_scratch(&plan, "/var/run", scratch, "var-run", false);
    mount_attrs(scratch, 0, MOUNT_ATTR_RDONLY, 0, 0); /* itself, which lies below /proc; not what was cloned of it */
    plan_fresh(&plan, "/sys", fresh_sys(), false);
    plan_hide(&plan, &(struct strings){.v = masked, .n = sizeof masked / sizeof *masked});
    plan_hide(&plan, &s->hide);
    plan_hide(&plan, &stray);
    plan_hide(&plan, &run->sockets);
    plan_place(&plan, mask);
    close(mask);
    if (chdir("/") != 0)
        fail(errno, "chdir /");
    return scratch;
}
