/* Limits that no cgroup file enforces or counts: CPU time of all processes together, a full scratch, a process with all
   the descriptors that it may have. The shim looks, seldom, before it ends a program, and at the end. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "launch.h"

enum { FIRST_LOOK_MS = 100, LOOK_MS = 1000, LEAST_WAIT_MS = 5, MOST_PROCESSES = 64, MS = 1000000, NEARLY = 256 };

static int scratch = -1;
static int64_t next_look, next_cpu;

void limits_scratch(int fd)
{
    if (scratch >= 0)
        close(scratch);
    scratch = fd;
}

static void look_at_scratch(struct marks *marks)
{
    struct statfs fs;
    if (scratch < 0 || fstatfs(scratch, &fs) != 0)
        return;
    int64_t used = (int64_t)(fs.f_blocks - fs.f_bfree) * fs.f_bsize;
    if (used > marks->tmp_peak)
        marks->tmp_peak = used;
    if (fs.f_bfree * NEARLY < fs.f_blocks || fs.f_ffree == 0) /* larger pieces fail before the last page is taken */
        marks->tmp_full++;
}

/* Since Linux 6.2 the directory's size is the number of descriptors. */
static long descriptors(const char *process)
{
    char path[40];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%s/fd", process);
    if (stat(path, &st) != 0)
        return 0;
    if (st.st_size > 0)
        return (long)st.st_size;
    DIR *dir = opendir(path);
    long n = 0;
    while (dir != NULL && readdir(dir) != NULL)
        n++;
    if (dir != NULL)
        closedir(dir);
    return n - 2; /* . and .. */
}

/* Its soft limit now, as everybody may read it; prlimit(2) would take CAP_SYS_RESOURCE. 0: none, or it is gone. */
static long most_descriptors(const char *process)
{
    static const char key[] = "Max open files";
    char path[40];
    size_t length;
    snprintf(path, sizeof path, "/proc/%s/limits", process);
    char *text = read_whole(AT_FDCWD, path, 65536, &length);
    const char *at = text == NULL ? NULL : strstr(text, key);
    long most = at == NULL ? 0 : strtol(at + sizeof key - 1, NULL, 10);
    free(text);
    return most;
}

static bool is_full(const char *process)
{
    long most = most_descriptors(process);
    return most > 0 && descriptors(process) >= most;
}

static void look_at_files(const struct cgroup *cgroup, struct marks *marks)
{
    size_t length;
    char *rest, *pids = cgroup->n == 0 ? NULL : read_whole(cgroup->dir[0], "cgroup.procs", 1 << 20, &length);
    char *pid = pids == NULL ? NULL : strtok_r(pids, "\n", &rest);
    for (int i = 0; pid != NULL && i < MOST_PROCESSES; i++, pid = strtok_r(NULL, "\n", &rest)) {
        if (is_full(pid)) {
            marks->files_full++;
            break;
        }
    }
    free(pids);
}

void limits_look(struct run *run)
{
    look_at_scratch(&run->marks);
    look_at_files(&run->cgroup, &run->marks);
}

/* The time until it can be used up at the earliest, with all CPUs at work. 0: it is used up. */
static int64_t cpu_left_ms(const struct run *run)
{
    int64_t used = cgroup_cpu_usec(&run->cgroup);
    int64_t left = (int64_t)run->spec.cpu_time_ms - (used - run->cpu_before) / 1000;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (used < 0)
        return LOOK_MS;
    return left <= 0 ? 0 : left / (cpus < 1 ? 1 : cpus) + 1;
}

int limits_watch(struct run *run, bool *used_up)
{
    if (!run->started)
        return -1;
    int64_t now = monotonic_ns();
    if (next_look == 0)
        next_look = now + (int64_t)FIRST_LOOK_MS * MS;
    if (now >= next_look) {
        limits_look(run);
        next_look = now + (int64_t)LOOK_MS * MS;
    }
    int64_t next = next_look;
    if (run->spec.cpu_time_ms != 0 && strcmp(run->reason, "none") == 0) {
        if (now >= next_cpu) {
            int64_t left = cpu_left_ms(run);
            *used_up = left == 0;
            next_cpu = now + (left < LEAST_WAIT_MS ? LEAST_WAIT_MS : left) * MS;
        }
        next = next_cpu < next ? next_cpu : next;
    }
    return (int)((next - now) / MS) + 1;
}

void limits_end(struct run *run)
{
    look_at_scratch(&run->marks);
    limits_scratch(-1);
}
