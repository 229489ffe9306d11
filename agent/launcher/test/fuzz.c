/* fuzz SECONDS [SEED]: gives the spec parser mutated specs, under ASan and UBSan. What it takes must keep to the rules that
   the rest of the launcher relies on. Prints the seed; the same seed makes the same specs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../src/launch.h"

enum { ROOM = 65536, PATHS = 13 }; /* the first words are paths */

static uint64_t state;
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}
static size_t below(size_t n) { return n == 0 ? 0 : next() % n; }

static const char *const seed_fields[] = {
    "version=1", "attempt=t.1", "dir=/var/lib/x", "cgroup_version=1", "cgroup=/sys/fs/cgroup/memory/a",
    "cgroup=/sys/fs/cgroup/pids/a", "argv=/bin/true", "argv=", "argv=x y", "env=A=1", "env=B=", "cwd=/srv", "uid=65534",
    "gid=65534", "group=7", "group=8", "hostname=box-1", "payload=/srv/p", "rw=/srv/data", "rw=/srv/n:noexec", "rw=/srv/a:b:", "preview=/srv",
    "ro=/srv/ro", "hide=/root", "net=loopback", "cap=CAP_CHOWN", "rlimit=nofile:10:infinity", "seccomp=seccomp.bpf",
    "on_denied=kill", "tmp_bytes=5000", "timeout_ms=1500", "cpu_time_ms=900", "grace_ms=0", "stdout_max=7", "stderr_max=8", "umask=077",
};
static const char *const words[] = {
    "", "/", "/proc", "/sys/x", "/dev", "/etc", "/run/hostler/bundle", "/var/lib/x", "/var/lib", "/a/../b", "//", "/.", "/dev/shm", ":",
    ":noexec", "::", "=", "==", "-1", "0", "00", "18446744073709551615", "18446744073709551616", "4294967295", "4294967294",
    "infinity", "unconfined", "CAP_", "CAP_SYS_ADMIN", "nofile:9:1", "nofile:::", "host", "none", "kill", "777", "1000", "%s%n",
};

static size_t make_spec(char *to)
{
    size_t n = 0, count = sizeof seed_fields / sizeof *seed_fields;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && below(40) == 0)
            continue;
        for (int times = below(60) == 0 ? 20 : 1; times > 0; times--) {
            size_t length = strlen(seed_fields[i]) + 1;
            memcpy(to + n, seed_fields[i], length);
            n += length;
        }
    }
    return n;
}

static size_t replace(char *data, size_t n, size_t at, size_t cut, const char *with, size_t length)
{
    if (cut > n - at)
        cut = n - at;
    if (n - cut + length > ROOM)
        return n;
    memmove(data + at + length, data + at + cut, n - at - cut);
    memcpy(data + at, with, length);
    return n - cut + length;
}

static size_t mutate(char *data, size_t n)
{
    size_t at = below(n + 1);
    const char *word = words[below(below(2) == 0 ? PATHS : sizeof words / sizeof *words)];
    char byte = (char)next(), *value;
    switch (below(10)) {
    case 0: return replace(data, n, at, 1, &byte, 1);
    case 1: return replace(data, n, at, 0, &byte, 1);
    case 2: return replace(data, n, at, 1 + below(8), "", 0);
    case 3: return replace(data, n, at, 0, word, strlen(word));
    case 4: return at;
    case 5: case 6: case 7: case 8: { /* one field's whole value */
        value = memchr(data + at, '=', n - at);
        if (value == NULL)
            return n;
        size_t from = (size_t)(value + 1 - data);
        return replace(data, n, from, strnlen(value + 1, n - from), word, strlen(word));
    }
    default: { /* a long one */
        char many[5000];
        size_t length = below(sizeof many);
        memset(many, below(3) == 0 ? '/' : 'a', sizeof many);
        return replace(data, n, at, 0, many, length);
    }
    }
}

#define MUST(condition) \
    do { \
        if (!(condition)) { \
            printf("broken rule: %s\n", #condition); \
            fflush(stdout); \
            abort(); \
        } \
    } while (0)

/* What the rest of the launcher takes for granted. */
static void check(const struct spec *s)
{
    static const char *const kernel[] = {"/proc", "/sys", "/dev"};
    const struct strings *paths[] = {&s->rw, &s->ro, &s->hide, &s->cgroup, &s->preview};
    MUST(s->argv.n > 0 && s->argv.v[0][0] != '\0' && s->argv.v[s->argv.n] == NULL);
    MUST(s->env.v != NULL && s->env.v[s->env.n] == NULL);
    MUST(s->cgroup.n >= 1 && s->cgroup.n <= CGROUPS);
    MUST(s->cgroup_version == 1 || (s->cgroup_version == 2 && s->cgroup.n == 1));
    MUST(s->uid != UINT32_MAX && s->gid != UINT32_MAX);
    MUST(s->net >= NET_NONE && s->net <= NET_HOST && s->tmp_bytes > 0 && s->umask <= 0777);
    MUST(s->dir[0] == '/' && s->cwd[0] == '/' && !path_below(s->cwd, "/proc"));
    MUST(strchr(s->attempt, '/') == NULL && (s->seccomp == NULL || strchr(s->seccomp, '/') == NULL));
    MUST(s->caps >> 41 == 0);
    for (size_t list = 0; list < 5; list++)
        for (size_t i = 0; i < paths[list]->n; i++)
            MUST(paths[list]->v[i][0] == '/' && strstr(paths[list]->v[i], "/../") == NULL);
    for (size_t i = 0; i < s->rw.n; i++) {
        for (int k = 0; k < 3; k++)
            MUST(!path_below(s->rw.v[i], kernel[k]));
        MUST(strcmp(s->rw.v[i], "/") != 0 && strcmp(s->rw.v[i], "/etc") != 0 && !path_below(s->dir, s->rw.v[i]));
        MUST(s->rw_noexec[i] || !s->rw_noexec[i]);
        bool inside = s->preview.n == 0;
        for (size_t k = 0; k < s->preview.n; k++)
            inside |= path_below(s->rw.v[i], s->preview.v[k]);
        MUST(inside);
    }
    for (size_t i = 0; i < s->preview.n; i++)
        MUST(!path_below(s->dir, s->preview.v[i]) && !path_below(s->preview.v[i], "/sys"));
    MUST(s->preview.n <= PREVIEWS);
    for (int i = 0; i < RLIMITS; i++)
        MUST(!s->limits[i].set || s->limits[i].value.rlim_cur <= s->limits[i].value.rlim_max);
}

static void release(struct spec *s)
{
    struct strings *lists[] = {&s->cgroup, &s->argv, &s->env, &s->rw, &s->ro, &s->hide, &s->preview};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        free(lists[i]->v);
    free(s->rw_noexec);
    free(s->groups);
    free(s->data);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)realtime_ns();
    char path[] = "/tmp/hostler-fuzz.XXXXXX", data[ROOM];
    int file = mkstemp(path), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (file < 0 || null < 0 || dup2(null, 2) < 0)
        return 2;
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    unsigned long long tried = 0, taken = 0;
    for (time_t end = time(NULL) + atoi(argv[1]); time(NULL) < end; tried++) {
        state = (seed + tried) * 0x9E3779B97F4A7C15u | 1;
        size_t n = make_spec(data);
        for (size_t times = below(5); times > 0; times--)
            n = mutate(data, n);
        struct spec spec;
        if (ftruncate(file, 0) != 0 || pwrite(file, data, n, 0) != (ssize_t)n)
            return 2;
        if (spec_read(path, &spec) == 0) {
            check(&spec);
            taken++;
        }
        release(&spec);
    }
    printf("%llu specs, %llu taken\n", tried, taken);
    unlink(path);
    return taken == 0 || taken == tried; /* a fuzzer that sees only one side is broken */
}
