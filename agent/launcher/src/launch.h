/* What the parts of hostler-launch share. main.c tells the whole story. */
#ifndef HOSTLER_LAUNCH_H
#define HOSTLER_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

#define VERSION "1"
#define BUNDLE_PATH "/run/hostler/bundle"
#define NETWORK_PATH "/run/hostler/network"

enum { EXIT_BAD_SPEC = 64, EXIT_NO_RESULT = 70 };
enum net { NET_NONE = 1, NET_LOOPBACK, NET_ALLOW_LIST, NET_HOST };
enum { RLIMITS = 8, CGROUPS = 16, PREVIEWS = 32, FILTER_MAX = 4096, STATUS_FD = 3 };

struct strings {
    char **v;
    size_t n, room;
};

struct limit {
    bool set;
    struct rlimit value;
};

/* The parsed spec. Strings point into one buffer that lives as long as the process. */
struct spec {
    char *data; /* the buffer */
    const char *attempt, *dir, *cwd, *hostname, *payload;
    const char *seccomp; /* file name in dir; NULL = unconfined */
    struct strings cgroup, argv, env, rw, ro, hide, preview;
    bool *rw_noexec; /* parallel to rw */
    gid_t *groups;
    size_t ngroups;
    int cgroup_version;
    uid_t uid;
    gid_t gid;
    enum net net;
    const char *net_dir; /* with NET_ALLOW_LIST: of the proxy's socket, on the host */
    uint64_t tmp_bytes, timeout_ms, cpu_time_ms, grace_ms, max[2];
    uint64_t secret_env; /* bytes of variables that come on fd 0 */
    char *secrets;       /* these, until the program has them */
    uint64_t caps; /* bit n = capability n is kept */
    struct limit limits[RLIMITS];
    mode_t umask;
    bool learn;       /* learn=1: everything may be written, and all that the filter tells of is recorded */
    bool kill_denied; /* on_denied=kill: the first denied system call ends the run */
};

/* One shared page: the inside half tells the shim what it is doing, why it failed, and how the program ended. It needs
   no system call to write, so that it works even after a seccomp filter that forbids write(2). The program itself
   never sees it: execve drops the mapping. */
struct report {
    const char *volatile stage; /* literal; same address in both halves because neither execs */
    volatile int failed, err;
    volatile int ended, wstatus; /* the program's wait status, as seen by the reaper */
    volatile int64_t exec_ns;    /* CLOCK_REALTIME just before execve */
    volatile int listener;       /* of the filter, in the descriptors of pid 1; -1 when there is none */
    char text[640];
};

struct cgroup {
    int version, n;
    int dir[CGROUPS];
    int tasks[CGROUPS]; /* the file through which a process enters by itself */
    bool join;          /* enter through it: always on v1, on v2 only when birth in the cgroup fails */
};

struct usage {
    int64_t oom_kills, memory_peak, cpu_usec, pids_denied; /* -1: not readable */
    int64_t cpu_periods, cpu_throttled, cpu_throttled_usec; /* of the CPU quota; 0 without one */
};

/* Limits that were seen reached, and how often; limits.c. */
struct marks {
    int64_t tmp_full, files_full, tmp_peak;
};

/* One output stream: what comes out of `pipe` goes to `file` until `max` bytes, the rest is counted. */
struct stream {
    int pipe, file;
    uint64_t max, kept, dropped, lost;
    int err; /* first error of the spool file; nothing is kept after it, so the file is always a prefix */
};

struct filter {
    void *code; /* struct sock_filter[] */
    size_t n;
};

struct run {
    struct spec spec;
    struct cgroup cgroup;
    struct filter filter;
    struct report *report;
    struct strings sockets; /* host Unix sockets to mask */
    int dir;                /* the attempt directory */
    int overlay[PREVIEWS];  /* mounts over the preview directories, while the sandbox is built */
    int out[2], err[2];     /* pipes of the program's stdout and stderr */
    int status[2];          /* close-on-exec sockets: the filter's listener may come; end of file = exec done, or gave up */
    int control, result;    /* fifo; reserved result.tmp */
    pid_t pid;              /* the inside half, pid 1 of the new pid namespace */
    int pidfd;
    struct stream stream[2];
    struct marks marks;
    int64_t cpu_before; /* CPU time of the cgroup before the start, in microseconds */
    const char *reason; /* why the shim ended the run: none, timeout, cpu_time, cancelled, killed, denied */
    int64_t ended_ns;
    bool started, started_dirty;
    struct rusage rusage;
};

/* message.c */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_to(struct report *report);
void stage(const char *name);
_Noreturn void fail(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void note_failure(const char *stage, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));
int64_t realtime_ns(void);

/* strings.c */
int strings_add(struct strings *list, const char *value);
bool path_below(const char *path, const char *top); /* path == top, or inside it */
char *read_whole(int dir, const char *name, size_t max, size_t *length);

/* spec.c, spec_values.c */
int spec_read(const char *path, struct spec *spec);
int secrets_read(struct spec *spec);
void secrets_wipe(const struct spec *spec);
const char *parse_u64(const char *text, uint64_t max, uint64_t *value);
const char *parse_path(const char *text);
const char *parse_cap(const char *text, uint64_t *caps);
const char *parse_limit(const char *text, struct limit *limits);
const char *parse_net(const char *text, enum net *net);
const char *parse_name(const char *text, const char *extra, size_t max);
int limit_resource(int index);

/* spec_check.c */
const char *spec_check(const struct spec *spec, const char **field, const char **value);

/* cgroup.c, usage.c */
int cgroup_open(const struct spec *spec, struct cgroup *cgroup);
void cgroup_enter(const struct cgroup *cgroup);
void cgroup_kill(const struct cgroup *cgroup);
bool cgroup_wait_empty(const struct cgroup *cgroup);
int64_t cgroup_cpu_usec(const struct cgroup *cgroup);
void cgroup_usage(const struct cgroup *cgroup, struct usage *usage);

/* selfexec.c */
int leave_writable_mount(const struct spec *spec, char **argv);

/* mounts.c, place.c, freshfs.c, stray.c */
int mounts_apply(struct run *run);
int tree_open(const char *path, bool writable, bool noexec, bool *is_dir);
int fresh_scratch(uint64_t bytes, bool var_run);
int fresh_dev(void);
int fresh_proc(void);
int fresh_sys(void);
int fresh_mask(void);
int fresh_cover(void);
void mount_attrs(int fd, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation);
void stray_mounts(struct strings *hide);
void stray_sockets(struct strings *hide);

/* preview.c */
void preview_lay(struct run *run);
int preview_tree(const struct run *run, const char *path, bool noexec);
void preview_laid(const struct run *run);

struct entry {
    const char *path;
    int fd;        /* a detached mount; -1: to be masked */
    bool is_dir;   /* of a bind */
    bool ours;     /* a fresh file system, in which mount points may be made */
    bool optional; /* a missing mount point is no error */
    bool seal;     /* make read-only at the end */
};
struct plan {
    struct entry *v;
    size_t n, room;
};
void plan_add(struct plan *plan, struct entry entry);
void plan_place(struct plan *plan, int mask);

/* network.c */
void loopback_up(void);
void network_prepare(void);
void network_allow_list(const struct run *run);

/* caps.c, child.c, exec.c, reaper.c, landlock.c, seccomp.c */
void caps_drop_to(uint64_t keep, const struct spec *spec);
void caps_reaper(void);
_Noreturn void inside(struct run *run);
_Noreturn void become_program(struct run *run);
_Noreturn void reap(struct report *report, pid_t main_pid);
int filter_read(struct run *run);
void landlock_abstract_sockets(void);
int filter_install(const struct filter *filter, bool must_listen);

/* start.c, supervise.c, limits.c, denials.c, verdict.c, learn.c, doorbell.c, spool.c, record.c, probe.c */
int start(struct run *run);
int start_again(struct run *run);
int supervise(struct run *run);
void doorbell_init(void);
void doorbell(const char *line);
void doorbell_grew(int stream);
int doorbell_flush(bool now);
int64_t monotonic_ns(void);
void denials_listen(const struct run *run, int fd);
struct seccomp_data;
struct seccomp_notif;
struct change;
uint32_t filter_verdict(const struct filter *filter, const struct seccomp_data *data);
enum { DENIAL_DETAIL = 80 };
/* SECCOMP_RET_USER_NOTIF with data that the kernel ignores: the call is permitted, tell of it and let it go on. */
#define VERDICT_TELL 0x7fc00001U
void describe_address(char detail[DENIAL_DETAIL], const unsigned char *bytes, size_t n);
void put_escaped(char *to, size_t room, const char *from, size_t n);
void learn_call(const struct run *run, const struct seccomp_notif *call);
void learn_change(const struct run *run, const struct change *change);
void learn_end(int dir);
int denials_poll(void);
bool denials_take(short revents, bool kill_first);
int denials_flush(int dir, bool now);
uint64_t denials_end(int dir, uint64_t *seen);
void limits_scratch(int fd);
void limits_look(struct run *run);
int limits_watch(struct run *run, bool *used_up);
void limits_end(struct run *run);
int spool_open(struct run *run);
bool spool_pump(struct stream *stream, bool *grew);
void spool_pace(uint64_t moved);
int record_reserve(struct run *run);
void record_started(struct run *run);
void record_started_sync(struct run *run);
int record_result(struct run *run, const struct usage *usage);
int probe(void);

#endif
