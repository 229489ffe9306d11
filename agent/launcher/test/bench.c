/* bench LAUNCHER DIR PROGRAM CGROUP... : p50 and p99 over 200 runs of a no-op, against a plain spawn of the same program.
   DIR on tmpfs leaves out the cost of fsync; DIR on a disk has it. One of the CGROUPs is v2, or all are v1. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 200 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void show(const char *name, double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    printf("| no-op, %s | p50 %.2f ms, p99 %.2f ms (%d) |\n", name, times[n / 2], times[n * 99 / 100], n);
}

static double spawn(char **argv, int out)
{
    double begin = now_ms();
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (posix_spawn(&pid, argv[0], &actions, NULL, argv, NULL) != 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        exit(1);
    return now_ms() - begin;
}

static void field(FILE *f, const char *key, const char *value)
{
    fprintf(f, "%s=%s", key, value);
    fputc(0, f);
}

/* A filter that allows everything: what is measured is the filter, and the listener that comes with it. */
static void write_filter(const char *dir)
{
    char path[4200];
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    snprintf(path, sizeof path, "%s/f.bpf", dir);
    FILE *f = fopen(path, "w");
    if (f == NULL || fwrite(&allow, sizeof allow, 1, f) != 1 || fclose(f) != 0)
        exit(1);
}

static const char *write_spec(const char *dir, char **cgroups, const char *program, const char *net, int filtered)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s.spec", dir);
    FILE *f = fopen(path, "w");
    if (f == NULL)
        exit(1);
    field(f, "version", "1");
    field(f, "attempt", "bench");
    field(f, "dir", dir);
    field(f, "cgroup_version", strstr(cgroups[0], "unified") != NULL ? "2" : "1");
    for (; *cgroups != NULL; cgroups++)
        field(f, "cgroup", *cgroups);
    field(f, "argv", program);
    field(f, "cwd", "/");
    field(f, "uid", "65534");
    field(f, "gid", "65534");
    field(f, "net", net);
    if (filtered)
        write_filter(dir);
    field(f, "seccomp", filtered ? "f.bpf" : "unconfined");
    field(f, "stdout_max", "1000");
    field(f, "stderr_max", "1000");
    fclose(f);
    chmod(path, 0600);
    return path;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    static double plain[RUNS], whole[RUNS], started[RUNS];
    const char *program = argv[3];
    static const char *const nets[] = {"none", "host", "none"};
    static const char *const filters[] = {"", "", " and a filter"};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < RUNS; i++) {
            char dir[4096];
            snprintf(dir, sizeof dir, "%s/%d.%d", argv[2], k, i);
            if (mkdir(dir, 0700) != 0)
                return 1;
            char *noop[] = {(char *)program, NULL};
            plain[i] = spawn(noop, 1);
            char *launch[] = {argv[1], (char *)write_spec(dir, argv + 4, program, nets[k], k == 2), NULL};
            int bell[2];
            if (pipe2(bell, O_CLOEXEC) != 0)
                return 1;
            struct timespec real;
            clock_gettime(CLOCK_REALTIME, &real);
            whole[i] = spawn(launch, bell[1]);
            close(bell[0]);
            close(bell[1]);
            strcat(dir, "/started");
            FILE *f = fopen(dir, "r");
            long long ns = 0;
            if (f == NULL || fscanf(f, "pid=%*d\nstarted_unix_ns=%lld", &ns) != 1)
                return 1;
            fclose(f);
            started[i] = (double)(ns - ((long long)real.tv_sec * 1000000000 + real.tv_nsec)) / 1e6;
        }
        char name[64];
        show("plain spawn to exit", plain, RUNS);
        snprintf(name, sizeof name, "launcher with net=%s%s, spawn to exec", nets[k], filters[k]);
        show(name, started, RUNS);
        snprintf(name, sizeof name, "launcher with net=%s%s, spawn to exit", nets[k], filters[k]);
        show(name, whole, RUNS);
    }
    return 0;
}
