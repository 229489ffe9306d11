/* The attempt's cgroups: one directory on v2, one per controller on v1. The agent made and limited them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"

int cgroup_open(const struct spec *spec, struct cgroup *cgroup)
{
    cgroup->version = spec->cgroup_version;
    cgroup->n = 0;
    cgroup->join = cgroup->version == 1;
    for (size_t i = 0; i < spec->cgroup.n; i++) {
        const char *path = spec->cgroup.v[i];
        int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0 || faccessat(dir, "cgroup.procs", W_OK, 0) != 0) {
            note_failure("cgroup", errno, "cgroup %s: not a cgroup directory that can be entered", path);
            return -1;
        }
        cgroup->dir[cgroup->n] = dir;
        cgroup->tasks[cgroup->n] = openat(dir, cgroup->version == 1 ? "tasks" : "cgroup.procs", O_WRONLY | O_CLOEXEC);
        if (cgroup->tasks[cgroup->n] < 0) {
            note_failure("cgroup", errno, "cgroup %s: no tasks file; is it cgroup v1?", path);
            return -1;
        }
        cgroup->n++;
    }
    return 0;
}

/* In the inside half, before anything else: the process moves itself. On v1 "0" to tasks skips the lock over all
   processes that a write of a pid to cgroup.procs takes (an RCU grace period, milliseconds). */
void cgroup_enter(const struct cgroup *cgroup)
{
    for (int i = 0; cgroup->join && i < cgroup->n; i++)
        if (write(cgroup->tasks[i], "0", 1) != 1)
            fail(errno, "cannot enter cgroup number %d of the spec", i + 1);
}

static void put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0)
        say("cannot write %s to %s: %s", text, name, strerror(errno));
    close(fd);
}

static void kill_listed(int dir)
{
    size_t length;
    char *pids = read_whole(dir, "cgroup.procs", 1 << 20, &length);
    for (char *p = pids; p != NULL && *p != '\0';) {
        long pid = strtol(p, &p, 10);
        if (pid > 1 && pid != getpid())
            kill((pid_t)pid, SIGKILL);
        p += strspn(p, "\n");
    }
    free(pids);
}

/* The caller also kills the namespace's pid 1, which takes the rest with it; this reaches whoever is in the cgroup
   otherwise, and thaws a v1 freezer, in which SIGKILL would wait. */
void cgroup_kill(const struct cgroup *cgroup)
{
    for (int i = 0; i < cgroup->n; i++) {
        if (cgroup->version == 2 && faccessat(cgroup->dir[i], "cgroup.kill", W_OK, 0) == 0) {
            put(cgroup->dir[i], "cgroup.kill", "1");
            continue;
        }
        if (faccessat(cgroup->dir[i], "freezer.state", W_OK, 0) == 0)
            put(cgroup->dir[i], "freezer.state", "THAWED");
        kill_listed(cgroup->dir[i]);
    }
}

/* A cgroup that is gone, or cannot be read any more, is as empty as can be known. */
static bool empty(const struct cgroup *cgroup)
{
    for (int i = 0; i < cgroup->n; i++) {
        bool v2 = cgroup->version == 2;
        size_t length;
        char *text = read_whole(cgroup->dir[i], v2 ? "cgroup.events" : "cgroup.procs", 1 << 20, &length);
        bool busy = text != NULL && (v2 ? strstr(text, "populated 1") != NULL : length != 0);
        busy = busy || (text == NULL && errno != ENOENT && errno != ENODEV);
        free(text);
        if (busy)
            return false;
    }
    return true;
}

/* After the pid namespace is dead. Kills what is left, at growing intervals, for about half a minute. */
bool cgroup_wait_empty(const struct cgroup *cgroup)
{
    struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 300; i++) {
        if (empty(cgroup))
            return true;
        cgroup_kill(cgroup);
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 100000000)
            pause.tv_nsec *= 2;
    }
    return false;
}
