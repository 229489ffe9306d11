/* learn=1: records what the program did, for a proposal of the smallest sandbox that would do. The file `learned` in dir is
   written at the end, one finding in a line:

     call NUMBER COUNT      a system call of the program
     write PATH             the content of a file, or its mode, owner or times
     make PATH              made, removed or renamed: the folder was written
     peer ADDRESS           connected or sent to
     listen ADDRESS         bound
     cap NAME               a capability that was used, worked out from calls and owners of files
     more KIND              there were more of these than fit

   Paths and addresses are escaped like URLs. Private folders of the sandbox are left out. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"
#include "writes.h"

enum { CALLS = 1024, FINDINGS = 2048, ADDRESS = 110, HEADS = 1024 };

struct finding {
    const char *kind;
    char *text;
    int next;
};

static uint64_t calls[CALLS];
static struct finding findings[FINDINGS];
static int n, heads[HEADS];
static const char *full;

static void find(const char *kind, const char *text)
{
    uint32_t hash = 5381;
    for (const char *c = text; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    int *head = &heads[(hash + (unsigned char)kind[0]) % HEADS];
    for (int i = *head - 1; i >= 0; i = findings[i].next - 1)
        if (findings[i].kind == kind && strcmp(findings[i].text, text) == 0)
            return;
    char *copy = n < FINDINGS ? strdup(text) : NULL;
    if (copy == NULL) {
        full = kind;
        return;
    }
    findings[n] = (struct finding){kind, copy, *head};
    *head = ++n;
}

static void capability(const char *name)
{
    find("cap", name);
}

static bool is_private(const char *path)
{
    static const char *const fresh[] = {"/tmp", "/var/tmp", "/run", "/var/run", "/dev", "/proc", "/sys"};
    for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++)
        if (path_below(path, fresh[i]))
            return true;
    return false;
}

/* By the mode bits alone: what the program may do without a capability. */
static bool may_write(const struct spec *s, const struct stat *st, mode_t bits)
{
    if (st->st_uid == s->uid)
        return (st->st_mode >> 6 & bits) == bits;
    bool member = st->st_gid == s->gid;
    for (size_t i = 0; i < s->ngroups; i++)
        member = member || st->st_gid == s->groups[i];
    return (st->st_mode >> (member ? 3 : 0) & bits) == bits;
}

void learn_change(const struct run *run, const struct change *change)
{
    const struct spec *s = &run->spec;
    char escaped[PATH_MAX * 3 + 4] = "";
    if (is_private(change->path))
        return;
    if (change->made ? !may_write(s, &change->parent, 3) : change->opened && !may_write(s, &change->file, 2)) {
        if (!(s->caps >> CAP_DAC_OVERRIDE & 1))
            return; /* it fails, sandbox or not */
        capability("CAP_DAC_OVERRIDE");
    } else if (!change->made && !change->opened && change->file.st_uid != s->uid) {
        if (!(s->caps >> CAP_FOWNER & 1))
            return;
        capability("CAP_FOWNER");
    }
    put_escaped(escaped, sizeof escaped, change->path, strlen(change->path));
    find(change->made ? "make" : "write", escaped);
}

static void learn_address(const char *kind, const struct seccomp_notif *call, int address, int length)
{
    unsigned char bytes[ADDRESS] = {0};
    char text[DENIAL_DETAIL] = "";
    uint64_t size = call->data.args[length];
    size_t got = target_read((pid_t)call->pid, call->data.args[address], bytes, size < ADDRESS ? size : ADDRESS);
    sa_family_t family = 0;
    memcpy(&family, bytes, sizeof family);
    if (got < sizeof family || family == AF_NETLINK || family == AF_UNSPEC)
        return;
    describe_address(text, bytes, got);
    if (strstr(text, "/nscd/socket") != NULL)
        return; /* what the C library tries first, and goes on without */
    find(kind, text);
    struct sockaddr_in in;
    memcpy(&in, bytes, sizeof in); /* the port lies at the same place in both families */
    int port = ntohs(in.sin_port);
    if (strcmp(kind, "listen") == 0 && (family == AF_INET || family == AF_INET6) && port > 0 && port < 1024)
        capability("CAP_NET_BIND_SERVICE");
}

/* Some calls need a capability whatever they ask for; of others their arguments tell. */
static void learn_capability(const struct run *run, const struct seccomp_data *d)
{
    const __u64 *a = d->args;
    static const struct {
        int nr;
        const char *name;
    } always[] = {
        {SYS_mount, "CAP_SYS_ADMIN"},       {SYS_umount2, "CAP_SYS_ADMIN"},     {SYS_pivot_root, "CAP_SYS_ADMIN"},
        {SYS_setns, "CAP_SYS_ADMIN"},       {SYS_sethostname, "CAP_SYS_ADMIN"}, {SYS_setdomainname, "CAP_SYS_ADMIN"},
        {SYS_swapon, "CAP_SYS_ADMIN"},      {SYS_swapoff, "CAP_SYS_ADMIN"},     {SYS_quotactl, "CAP_SYS_ADMIN"},
        {SYS_chroot, "CAP_SYS_CHROOT"},     {SYS_setgroups, "CAP_SETGID"},      {SYS_clock_settime, "CAP_SYS_TIME"},
        {SYS_settimeofday, "CAP_SYS_TIME"}, {SYS_syslog, "CAP_SYSLOG"},         {SYS_acct, "CAP_SYS_PACCT"},
        {SYS_reboot, "CAP_SYS_BOOT"},       {SYS_init_module, "CAP_SYS_MODULE"}, {SYS_finit_module, "CAP_SYS_MODULE"},
        {SYS_delete_module, "CAP_SYS_MODULE"}, {SYS_vhangup, "CAP_SYS_TTY_CONFIG"},
        {SYS_open_by_handle_at, "CAP_DAC_READ_SEARCH"},
    };
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (always[i].nr == d->nr)
            capability(always[i].name);
    int owner = d->nr == SYS_fchownat ? 2 : d->nr == SYS_fchown ? 1 : -1;
    bool device = d->nr == SYS_mknodat && (S_ISBLK((mode_t)a[2]) || S_ISCHR((mode_t)a[2]));
#ifdef SYS_chown
    owner = d->nr == SYS_chown || d->nr == SYS_lchown ? 1 : owner;
    device = device || (d->nr == SYS_mknod && (S_ISBLK((mode_t)a[1]) || S_ISCHR((mode_t)a[1])));
#endif
    if (device)
        capability("CAP_MKNOD");
    if (owner >= 0 && (((int)a[owner] != -1 && (uid_t)a[owner] != run->spec.uid) ||
                       ((int)a[owner + 1] != -1 && (gid_t)a[owner + 1] != run->spec.gid)))
        capability("CAP_CHOWN");
    int ids = d->nr == SYS_setuid || d->nr == SYS_setgid ? 1 : d->nr == SYS_setreuid || d->nr == SYS_setregid ? 2
            : d->nr == SYS_setresuid || d->nr == SYS_setresgid ? 3 : 0;
    bool group = d->nr == SYS_setgid || d->nr == SYS_setregid || d->nr == SYS_setresgid;
    for (int i = 0; i < ids; i++)
        if ((int)a[i] != -1 && (uint32_t)a[i] != (group ? run->spec.gid : run->spec.uid))
            capability(group ? "CAP_SETGID" : "CAP_SETUID");
    if (d->nr == SYS_socket && ((int)a[0] == AF_PACKET || ((int)a[1] & 0xf) == SOCK_RAW) && (int)a[0] != AF_NETLINK &&
        (int)a[0] != AF_UNIX)
        capability("CAP_NET_RAW");
    if (d->nr == SYS_unshare && (a[0] & (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS)))
        capability("CAP_SYS_ADMIN");
    if (d->nr == SYS_setpriority && (int)a[2] < 0)
        capability("CAP_SYS_NICE");
}

void learn_call(const struct run *run, const struct seccomp_notif *call)
{
    if (call->data.nr >= 0 && call->data.nr < CALLS)
        calls[call->data.nr]++;
    learn_capability(run, &call->data);
    if (call->data.nr == SYS_connect)
        learn_address("peer", call, 1, 2);
    if (call->data.nr == SYS_sendto && call->data.args[4] != 0)
        learn_address("peer", call, 4, 5);
    if (call->data.nr == SYS_bind)
        learn_address("listen", call, 1, 2);
}

void learn_end(int dir)
{
    int fd = openat(dir, "learned", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (out == NULL) {
        say("cannot write learned: %s", strerror(errno));
        return;
    }
    for (int nr = 0; nr < CALLS; nr++)
        if (calls[nr] > 0)
            fprintf(out, "call %d %" PRIu64 "\n", nr, calls[nr]);
    for (int i = 0; i < n; i++)
        fprintf(out, "%s %s\n", findings[i].kind, findings[i].text);
    if (full != NULL)
        fprintf(out, "more %s\n", full);
    bool written = fflush(out) == 0 && fdatasync(fd) == 0;
    if (fclose(out) != 0 || !written)
        say("cannot write learned: %s", strerror(errno));
}
