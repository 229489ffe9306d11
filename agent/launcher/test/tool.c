/* Helpers of the test runner, outside the sandbox: tool WHAT ARG... */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exchanges two names for ever. */
static void swap(const char *a, const char *b)
{
    for (;;)
        if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
            exit(1);
}

static void serve(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (*path == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, type, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || (*path != '@' && chmod(path, 0777) != 0))
        exit(1);
    listen(fd, 5);
    for (;;)
        pause();
}

/* Runs a command as the leader of a session with a controlling terminal on its descriptors 0 to 2; copies what it
   prints to our stdout. */
static int with_terminal(char **command)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64], buffer[4096];
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name, sizeof name) != 0)
        return 1;
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        int slave = open(name, O_RDWR);
        if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0)
            _exit(1);
        for (int fd = 0; fd < 3; fd++)
            dup2(slave, fd);
        execvp(command[0], command);
        _exit(1);
    }
    for (ssize_t n; (n = read(master, buffer, sizeof buffer)) > 0;)
        if (write(1, buffer, (size_t)n) < 0)
            return 1;
    int status;
    return waitpid(pid, &status, 0) < 0 || status != 0;
}

/* All calls allowed but some, which get an errno, or ("notify") are told to the listener, or ("tell") told and allowed. */
static int filter(const char *what, int n, char **calls)
{
    unsigned tell = strcmp(what, "tell") == 0, notify = tell || strcmp(what, "notify") == 0;
    unsigned action = notify ? SECCOMP_RET_USER_NOTIF | tell : SECCOMP_RET_ERRNO | (unsigned)atoi(what);
    struct sock_filter head[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    fwrite(head, sizeof head, 1, stdout);
    for (int i = 0; i < n; i++) {
        struct sock_filter deny[] = {
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)atoi(calls[i]), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, action),
        };
        fwrite(deny, sizeof deny, 1, stdout);
    }
    fwrite(&allow, sizeof allow, 1, stdout);
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "swap") == 0)
        swap(argv[2], argv[3]);
    if (argc > 2 && strcmp(argv[1], "serve") == 0)
        serve(argv[2], SOCK_STREAM);
    if (argc > 2 && strcmp(argv[1], "serve-dgram") == 0)
        serve(argv[2], SOCK_DGRAM);
    if (argc > 2 && strcmp(argv[1], "terminal") == 0)
        return with_terminal(argv + 2);
    if (argc > 3 && strcmp(argv[1], "filter") == 0)
        return filter(argv[2], argc - 3, argv + 3);
    return 2;
}
