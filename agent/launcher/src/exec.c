/* The last steps before the program: own session, nothing inherited, limits, identity, seccomp, exec. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

static void set_descriptors(const struct run *run)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* Of a preview, stdout belongs to what the host has to say about it. */
    int out = run->spec.preview.n > 0 ? run->err[1] : run->out[1];
    if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(run->err[1], 2) < 0)
        fail(errno, "standard descriptors");
    if (run->status[1] != STATUS_FD && dup3(run->status[1], STATUS_FD, O_CLOEXEC) < 0)
        fail(errno, "status descriptor");
    if (sys_close_range(STATUS_FD + 1, ~0U, 0) != 0)
        fail(errno, "close_range");
}

/* Dispositions that are ignored survive exec; the shim ignores some, and its parent may have. By the raw call, because
   signal(2) leaves out two that glibc keeps for itself. */
static void reset_signals(void)
{
    static const struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } default_action;
    for (int sig = 1; sig < _NSIG; sig++)
        syscall(SYS_rt_sigaction, sig, &default_action, NULL, sizeof default_action.mask);
}

static void set_limits(const struct spec *spec)
{
    for (int i = 0; i < RLIMITS; i++)
        if (spec->limits[i].set && setrlimit((unsigned)limit_resource(i), &spec->limits[i].value) != 0)
            fail(errno, "rlimit number %d (a hard limit above the agent's own needs CAP_SYS_RESOURCE)", i + 1);
}

/* As the program's user. A link may lead into /proc although the spec does not: look at where we got. */
static void enter_cwd(const char *cwd)
{
    struct statfs fs;
    int dir = sys_openat2(AT_FDCWD, cwd, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_MAGICLINKS);
    if (dir < 0)
        fail(errno, "cwd %s", cwd);
    if (fstatfs(dir, &fs) != 0 || fs.f_type == PROC_SUPER_MAGIC)
        fail(EINVAL, "cwd %s leads into /proc; use a real directory", cwd);
    if (fchdir(dir) != 0)
        fail(errno, "cwd %s", cwd);
    close(dir);
}

static const char *path_of(char **env)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Like execvpe, without its fallback to a shell. */
static int exec_search(char **argv, char **env)
{
    char file[PATH_MAX];
    int err = ENOENT;
    for (const char *at = path_of(env); *at != '\0';) {
        const char *end = strchrnul(at, ':');
        int n = snprintf(file, sizeof file, "%.*s/%s", (int)(end - at), at, argv[0]);
        if (*at == '/' && n > 0 && (size_t)n < sizeof file) {
            execve(file, argv, env);
            if (errno == EACCES)
                err = EACCES;
            else if (errno != ENOENT && errno != ENOTDIR)
                return errno;
        }
        at = *end == ':' ? end + 1 : end;
    }
    return err;
}

_Noreturn void become_program(struct run *run)
{
    const struct spec *s = &run->spec;
    char **argv = s->argv.v, **env = s->env.v;

    stage("process");
    if (setsid() < 0)
        fail(errno, "setsid");
    set_descriptors(run);
    reset_signals();
    umask(s->umask);
    setpriority(PRIO_PROCESS, 0, 0); /* the agent's own priority is not the job's */
    set_limits(s);
    stage("identity");
    caps_drop_to(s->caps, s);
    stage("cwd");
    enter_cwd(s->cwd);
    stage("seccomp");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail(errno, "no_new_privs");
    if (s->net == NET_HOST)
        landlock_abstract_sockets();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    run->report->exec_ns = realtime_ns();
    run->report->listener = filter_install(&run->filter, s->kill_denied || s->learn);
    stage("exec"); /* from here on nothing but execve and exit: pid 1 waits for them, and only then hands the listener over */
    int err;
    if (strchr(argv[0], '/') != NULL) {
        execve(argv[0], argv, env);
        err = errno;
    } else {
        err = exec_search(argv, env);
    }
    fail(err, "exec %.200s", argv[0]);
}
