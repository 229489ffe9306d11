/* What ways to start a program cost beside each other, and what a sandbox costs a program.

     compare starts RUNS NAME ARG... [+ NAME ARG...]...   takes turns; p50 and p99 in milliseconds from spawn to exit
     compare burst COUNT NAME ARG... [+ NAME ARG...]...   COUNT at once: until the last has exited
     compare work cpu|calls|files DIR                     one piece of work, about a second; prints how many milliseconds it
                                                        took, and of CPU time

   {} in an ARG is the number of the run. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAYS = 8, ARGS = 64, MOST = 10000 };

struct way {
    const char *name;
    char **args;
    int n;
    double took[MOST];
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static pid_t start(const struct way *way, int run)
{
    char *argv[ARGS + 1], room[ARGS][512];
    pid_t pid;
    for (int i = 0; i < way->n; i++) {
        const char *mark = strstr(way->args[i], "{}");
        if (mark == NULL)
            snprintf(room[i], sizeof room[i], "%s", way->args[i]);
        else
            snprintf(room[i], sizeof room[i], "%.*s%d%s", (int)(mark - way->args[i]), way->args[i], run, mark + 2);
        argv[i] = room[i];
    }
    argv[way->n] = NULL;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, argv[0], &actions, NULL, argv, NULL) != 0) {
        perror(argv[0]);
        exit(1);
    }
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void end(const struct way *way, pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "compare: %s: status %d\n", way->name, status);
        exit(1);
    }
}

static int parse(int argc, char **argv, struct way *ways)
{
    int n = 0;
    for (int i = 0; i < argc && n < WAYS; n++) {
        ways[n].name = argv[i++];
        ways[n].args = argv + i;
        for (; i < argc && strcmp(argv[i], "+") != 0 && ways[n].n < ARGS; i++)
            ways[n].n++;
        i++;
    }
    return n;
}

static void starts(int runs, struct way *ways, int n)
{
    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < n; i++) {
            double begin = now_ms();
            end(&ways[i], start(&ways[i], run));
            ways[i].took[run] = now_ms() - begin;
        }
    }
    for (int i = 0; i < n; i++) {
        qsort(ways[i].took, (size_t)runs, sizeof *ways[i].took, by_size);
        printf("| %s, spawn to exit of a no-op | %.2f ms | %.2f ms |\n", ways[i].name, ways[i].took[runs / 2],
               ways[i].took[runs * 99 / 100]);
    }
}

static void burst(int count, struct way *ways, int n)
{
    static pid_t pids[MOST];
    for (int i = 0; i < n; i++) {
        double begin = now_ms();
        for (int run = 0; run < count; run++)
            pids[run] = start(&ways[i], run);
        for (int run = 0; run < count; run++)
            end(&ways[i], pids[run]);
        printf("| %s, %d at once, until the last has ended | %.0f ms | |\n", ways[i].name, count, now_ms() - begin);
    }
}

static void work_cpu(void)
{
    volatile uint64_t x = 88172645463325252u;
    for (long i = 0; i < 400000000; i++) {
        uint64_t y = x;
        y ^= y << 13;
        y ^= y >> 7;
        x = y ^ (y << 17);
    }
}

static void work_calls(void)
{
    struct stat st;
    char byte;
    int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
    for (int i = 0; i < 700000; i++)
        if (syscall(SYS_getppid) < 0 || read(zero, &byte, 1) != 1 || write(null, &byte, 1) != 1 || fstat(null, &st) != 0)
            exit(1);
}

/* Makes, writes, reads, renames and removes files: five changes for each file. */
static void work_files(const char *dir)
{
    char buffer[16384] = {0}, name[32], other[32];
    if (chdir(dir) != 0)
        exit(1);
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "f%d", i);
        snprintf(other, sizeof other, "g%d", i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (fd < 0 || write(fd, buffer, sizeof buffer) < 0 || close(fd) != 0)
            exit(1);
        for (int k = 0; k < 3; k++) {
            fd = open(name, O_RDONLY);
            if (fd < 0 || read(fd, buffer, sizeof buffer) < 0 || close(fd) != 0)
                exit(1);
        }
        if (rename(name, other) != 0 || unlink(other) != 0)
            exit(1);
    }
}

int main(int argc, char **argv)
{
    static struct way ways[WAYS];
    const char *what = argc > 3 ? argv[1] : "";
    if (strcmp(what, "work") == 0) {
        double begin = now_ms();
        if (strcmp(argv[2], "cpu") == 0)
            work_cpu();
        else if (strcmp(argv[2], "calls") == 0)
            work_calls();
        else
            work_files(argv[3]);
        struct rusage use;
        getrusage(RUSAGE_SELF, &use);
        printf("%.1f %.1f\n", now_ms() - begin,
               (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3);
        return 0;
    }
    int count = argc > 4 ? atoi(argv[2]) : 0, n = count > 0 && count <= MOST ? parse(argc - 3, argv + 3, ways) : 0;
    if (n == 0)
        return 2;
    if (strcmp(what, "starts") == 0)
        starts(count, ways, n);
    else
        burst(count, ways, n);
    return 0;
}
