/* What the kernel counted for the attempt, from the cgroup's own files. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"

/* The number after `key ` at a line's start; without key, the whole file is the number. */
static int64_t counter(const struct cgroup *cgroup, const char *file, const char *key)
{
    for (int i = 0; i < cgroup->n; i++) {
        size_t length;
        char *text = read_whole(cgroup->dir[i], file, 65536, &length);
        const char *at = text;
        if (key != NULL) {
            for (at = text; at != NULL && strncmp(at, key, strlen(key)) != 0;) {
                at = strchr(at, '\n');
                at = at == NULL ? NULL : at + 1;
            }
            at = at == NULL ? NULL : at + strlen(key);
        }
        int64_t n = at != NULL && isdigit((unsigned char)*at) ? strtoll(at, NULL, 10) : -1;
        free(text);
        if (n >= 0)
            return n;
    }
    return -1;
}

int64_t cgroup_cpu_usec(const struct cgroup *cgroup)
{
    if (cgroup->version == 2)
        return counter(cgroup, "cpu.stat", "usage_usec ");
    int64_t nsec = counter(cgroup, "cpuacct.usage", NULL);
    return nsec < 0 ? -1 : nsec / 1000;
}

/* Without a quota the kernel counts no periods, or has no such lines. */
static void throttling(const struct cgroup *cgroup, struct usage *usage)
{
    bool v2 = cgroup->version == 2;
    int64_t time = counter(cgroup, "cpu.stat", v2 ? "throttled_usec " : "throttled_time ");
    usage->cpu_periods = counter(cgroup, "cpu.stat", "nr_periods ");
    usage->cpu_throttled = counter(cgroup, "cpu.stat", "nr_throttled ");
    usage->cpu_throttled_usec = v2 || time < 0 ? time : time / 1000;
}

void cgroup_usage(const struct cgroup *cgroup, struct usage *usage)
{
    if (cgroup->version == 2) {
        usage->oom_kills = counter(cgroup, "memory.events", "oom_kill ");
        usage->memory_peak = counter(cgroup, "memory.peak", NULL);
    } else {
        usage->oom_kills = counter(cgroup, "memory.oom_control", "oom_kill ");
        usage->memory_peak = counter(cgroup, "memory.max_usage_in_bytes", NULL);
    }
    usage->cpu_usec = cgroup_cpu_usec(cgroup);
    throttling(cgroup, usage);
    usage->pids_denied = counter(cgroup, "pids.events", "max ");
}
