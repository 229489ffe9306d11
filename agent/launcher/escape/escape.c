/* Attacks on a sandbox, one function each, for `hostler sandbox test` and the tests:

     hostler-escape NAME   one. Exit code 0 and "escaped": it worked; 1 and the errno's name: it did not; 2: this machine has
                           no such thing at all. Meant to work as root without a sandbox: that is the control
     hostler-escape all    each in a process of its own, a line for each; exit code 0: none worked
     hostler-escape        their names

   Each does no more than to show that it could: nothing of a host is changed by one that works. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char place[] = "/tmp/escape.XXXXXX"; /* a directory of our own */

/* CVE-2022-0492 and all that begins with a mount */
static long mount_tmpfs(void) { return mount("x", place, "tmpfs", 0, NULL); }
static long mount_cgroup(void) { return mount("x", place, "cgroup2", 0, NULL); }
/* cgroup v1, whose release_agent runs as root on the host; a hierarchy without a controller is there on all kernels that know v1 */
static long release_agent(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/release_agent", place);
    return mount("x", place, "cgroup", 0, "none,name=hostler-escape") != 0 ? -1 : open(path, O_WRONLY);
}
static long mount_new_api(void) { return syscall(SYS_fsopen, "tmpfs", 0); }
static long remount_root(void) { return mount(NULL, place, NULL, MS_BIND | MS_REMOUNT, NULL) == 0 || mount(place, place, NULL, MS_BIND, NULL) == 0 ? 0 : -1; }
static long clone_tree(void) { return syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */); }
static long unshare_mounts(void) { return unshare(CLONE_NEWNS); }
static long unshare_user(void) { return unshare(CLONE_NEWUSER); }
static long enter_namespace(void) { return setns(open("/proc/self/ns/uts", O_RDONLY), CLONE_NEWUTS); }
static long clone_user(void)
{
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid;
}
static long change_root(void) { return chroot(place); }
static long pivot(void) { return unshare(CLONE_NEWNS) != 0 ? -1 : syscall(SYS_pivot_root, place, place) == 0 || errno == EINVAL || errno == EBUSY ? 0 : -1; }

static long trace_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    long result = ptrace(PTRACE_ATTACH, pid, NULL, NULL);
    int err = errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, __WALL);
    errno = err;
    return result;
}
static long write_memory(void)
{
    long from = 1, to = 0;
    struct iovec a = {&from, sizeof from}, b = {&to, sizeof to};
    return process_vm_writev(getpid(), &a, 1, &b, 1, 0);
}

static long io_uring(void)
{
    char params[120] = {0};
    return syscall(SYS_io_uring_setup, 1, params);
}
static long io_uring_work(void) { return syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0) == 0 || errno == EBADF ? 0 : -1; }
static long io_uring_set(void)
{
    return syscall(SYS_io_uring_register, -1, 0, NULL, 0) == 0 || errno == EBADF || errno == EINVAL ? 0 : -1;
}
static long load_bpf(void)
{
    union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}
static long watch_kernel(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_CPU_CLOCK};
    return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}
static long page_faults(void) { return syscall(SYS_userfaultfd, O_CLOEXEC); }
static long open_handle(void)
{
    struct {
        struct file_handle head;
        char room[128];
    } handle = {.head = {.handle_bytes = 128}};
    int id, dir = open("/", O_RDONLY);
    if (name_to_handle_at(AT_FDCWD, "/etc/passwd", &handle.head, &id, 0) != 0)
        return -1;
    return syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY);
}
static long load_module(void) { return syscall(SYS_init_module, "", 0, "") == 0 || errno == ENOEXEC ? 0 : -1; }
static long other_kernel(void) { return syscall(SYS_kexec_load, 0, 0, NULL, 0); }
/* A harmless order, for which a pid namespace has no use: what matters is that it was permitted. */
static long power_off(void) { return syscall(SYS_reboot, 0xfee1dead, 672274793, 0 /* CAD_OFF */, NULL) == 0 || errno == EINVAL ? 0 : -1; }
static long set_host_name(void)
{
    char name[65];
    return gethostname(name, sizeof name) != 0 ? -1 : sethostname(name, strlen(name));
}
static long accounting(void) { return acct(NULL); }
static long key_ring(void) { return syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -3, 1); }
static long kernel_log(void) { return syscall(SYS_syslog, 3, place, 1); }

static long disk_node(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/disk", place);
    return mknod(path, S_IFBLK | 0600, makedev(254, 0));
}
static long core_pattern(void) { return open("/proc/sys/kernel/core_pattern", O_WRONLY); }
static long system_file(void) { return open("/etc/passwd", O_WRONLY | O_APPEND); }
static long secret_file(void) { return open("/etc/shadow", O_RDONLY); }
static long kill_outside(void) /* anybody but ourselves, who started us, and the reaper, who ignores it */
{
    for (pid_t pid = 2; pid < 1000; pid++)
        if (pid != getpid() && pid != getppid() && kill(pid, 0) == 0)
            return 0;
    return -1;
}
static long leaked_descriptor(void)
{
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 0;
    errno = EBADF;
    return -1;
}
/* CVE-2019-5736: some other process's program, on a mount that can be written */
static long others_program(void)
{
    DIR *proc = opendir("/proc");
    char path[300], own[32];
    snprintf(own, sizeof own, "%d", getpid());
    errno = ENOENT;
    for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%s/exe", e->d_name);
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && strcmp(e->d_name, own) != 0 && access(path, W_OK) == 0)
            return 0;
    }
    return -1;
}
static long unix_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", place);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 1) != 0)
        return -1;
    return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
}
/* CVE-2017-5226, CVE-2019-7303: input for whoever reads the terminal next. What is no terminal, or one that is not ours to
   type into, says so only if the order has reached the kernel. */
static long order(unsigned long request)
{
    char what[2] = {3, 0};
    return syscall(SYS_ioctl, 0, request, what) == 0 || errno == ENOTTY || errno == EIO || errno == EINVAL ? 0 : -1;
}
static long type_ahead(void) { return order(TIOCSTI); }
static long type_ahead_high(void) { return order(TIOCSTI | UINT64_C(1) << 32); }
static long paste(void) { return order(TIOCLINUX); }
static long own_terminal(void) { return open("/dev/tty", O_RDWR) >= 0 || errno == ENXIO ? 0 : -1; }
/* What programs of others could gain: from a set-user-ID bit, wherever it lies */
static long gain_by_exec(void)
{
    struct statvfs fs;
    errno = EPERM;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
        return 0;
    for (const char *const *path = (const char *const[]){"/", "/usr", "/tmp", "/run", "/dev/shm", NULL}; *path != NULL; path++)
        if (statvfs(*path, &fs) == 0 && !(fs.f_flag & ST_NOSUID))
            return 0;
    errno = EPERM;
    return -1;
}
static long raw_socket(void) { return socket(AF_INET, SOCK_RAW, 1 /* ICMP */); }
/* Any way out of here by an interface that is not ours alone */
static long host_network(void)
{
    struct if_nameindex *links = if_nameindex();
    long found = -1;
    for (struct if_nameindex *link = links; link != NULL && link->if_name != NULL; link++)
        if (strcmp(link->if_name, "lo") != 0)
            found = 0;
    errno = ENETUNREACH;
    return found;
}
static long crypto_socket(void) { return socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0); }
static long packet_socket(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
#ifdef __x86_64__
static long old_gate(void) /* int 0x80: another table of calls, which a filter may forget */
{
    long result = 20;
    __asm__ volatile("int $0x80" : "+a"(result)::"memory");
    return result > 0 ? 0 : -1;
}
static long short_pointers(void) { return syscall(0x40000000 | SYS_getpid); } /* x32: a third table of calls */
#endif

static const struct {
    const char *name;
    long (*attack)(void);
} attacks[] = {
    {"mount_tmpfs", mount_tmpfs}, {"mount_cgroup", mount_cgroup}, {"release_agent", release_agent},
    {"mount_new_api", mount_new_api},
    {"remount_root", remount_root}, {"clone_tree", clone_tree}, {"unshare_mounts", unshare_mounts},
    {"unshare_user", unshare_user}, {"enter_namespace", enter_namespace}, {"clone_user", clone_user},
    {"change_root", change_root}, {"pivot", pivot}, {"trace_child", trace_child}, {"write_memory", write_memory},
    {"io_uring", io_uring}, {"io_uring_work", io_uring_work}, {"io_uring_set", io_uring_set},
    {"load_bpf", load_bpf}, {"watch_kernel", watch_kernel}, {"page_faults", page_faults},
    {"open_handle", open_handle}, {"load_module", load_module}, {"other_kernel", other_kernel}, {"power_off", power_off},
    {"set_host_name", set_host_name}, {"accounting", accounting}, {"key_ring", key_ring}, {"kernel_log", kernel_log},
    {"disk_node", disk_node}, {"core_pattern", core_pattern}, {"system_file", system_file}, {"secret_file", secret_file},
    {"kill_outside", kill_outside}, {"leaked_descriptor", leaked_descriptor}, {"others_program", others_program},
    {"unix_socket", unix_socket}, {"crypto_socket", crypto_socket}, {"packet_socket", packet_socket},
    {"raw_socket", raw_socket}, {"host_network", host_network}, {"type_ahead", type_ahead}, {"type_ahead_high", type_ahead_high},
    {"paste", paste}, {"own_terminal", own_terminal}, {"gain_by_exec", gain_by_exec},
#ifdef __x86_64__
    {"old_gate", old_gate}, {"short_pointers", short_pointers},
#endif
};

enum { COUNT = sizeof attacks / sizeof *attacks, ESCAPED = 0, CONTAINED = 1, ABSENT = 2, BROKEN = 3 };

/* Returns what came of it; *err is the error number. */
static int attack(size_t i, int *err)
{
    if (mkdtemp(place) == NULL) {
        *err = errno;
        return BROKEN;
    }
    errno = 0;
    long result = attacks[i].attack();
    *err = errno;
    return result >= 0 ? ESCAPED : *err == ENOSYS || *err == EAFNOSUPPORT || *err == ENODEV ? ABSENT : CONTAINED;
}

/* In a child, because some attacks end who makes them. */
static int attack_apart(size_t i, char *why, size_t room)
{
    int pipes[2], err = 0, status = 0, come = BROKEN;
    if (pipe(pipes) != 0)
        return BROKEN;
    pid_t pid = fork();
    if (pid == 0) {
        int kept = dup2(pipes[1], 1);
        for (int fd = 2; fd < 16; fd++)
            close(fd);
        int what[2];
        what[0] = attack(i, &what[1]);
        _exit(kept == 1 && write(1, what, sizeof what) == (ssize_t)sizeof what ? 0 : BROKEN);
    }
    close(pipes[1]);
    int what[2];
    ssize_t n = read(pipes[0], what, sizeof what);
    close(pipes[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        err = errno;
    } else if (WIFSIGNALED(status)) {
        snprintf(why, room, "SIG%s", sigabbrev_np(WTERMSIG(status)));
        return WTERMSIG(status) == SIGSYS ? CONTAINED : BROKEN;
    } else if (n == (ssize_t)sizeof what) {
        come = what[0];
        err = what[1];
    }
    snprintf(why, room, "%s", come == ESCAPED || err == 0 ? "-" : strerrorname_np(err));
    return come;
}

static int all(void)
{
    static const char *const words[] = {"ESCAPED", "contained", "absent", "BROKEN"};
    int counts[4] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        char why[32] = "-";
        int come = attack_apart(i, why, sizeof why);
        counts[come]++;
        printf("%-9s  %-17s  %s\n", words[come], attacks[i].name, why);
        fflush(stdout);
    }
    printf("%d attacks: %d contained, %d of what this machine does not have, %d broken, %d escaped\n", (int)COUNT,
           counts[CONTAINED], counts[ABSENT], counts[BROKEN], counts[ESCAPED]);
    return counts[ESCAPED] > 0 ? 1 : counts[BROKEN] > 0 ? 3 : 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "all") == 0)
        return all();
    for (size_t i = 0; argc == 2 && i < COUNT; i++) {
        if (strcmp(argv[1], attacks[i].name) != 0)
            continue;
        int err = 0, come = attack(i, &err);
        puts(come == ESCAPED ? "escaped" : strerrorname_np(err));
        return come;
    }
    for (size_t i = 0; argc == 1 && i < COUNT; i++)
        puts(attacks[i].name);
    return argc == 1 ? 0 : 3;
}
