/* Reads the spec: NUL-terminated key=value strings. Anything unknown, double, missing or odd is refused. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launch.h"

enum { SPEC_MAX = 1 << 20, MANY = 1, NEEDED = 2 };

static const char *add(struct strings *list, const char *value)
{
    return strings_add(list, value) == 0 ? NULL : "out of memory";
}

static const char *add_path(struct strings *list, const char *value)
{
    const char *fix = parse_path(value);
    return fix != NULL ? fix : add(list, value);
}

/* rw=/path or rw=/path:OPT; a path with a colon in it ends with a colon of its own. */
static const char *add_rw(struct spec *s, char *value)
{
    char *colon = strrchr(value, ':');
    bool noexec = false;
    if (colon != NULL) {
        noexec = strcmp(colon + 1, "noexec") == 0;
        if (!noexec && colon[1] != '\0')
            return "the only option is :noexec (a path that contains ':' must end with ':')";
        *colon = '\0';
    }
    bool *grown = realloc(s->rw_noexec, (s->rw.n + 1) * sizeof *grown);
    if (grown == NULL)
        return "out of memory";
    s->rw_noexec = grown;
    s->rw_noexec[s->rw.n] = noexec;
    return add_path(&s->rw, value);
}

static const char *number32(const char *value, uint32_t *out)
{
    uint64_t n = 0;
    const char *fix = parse_u64(value, UINT32_MAX - 1, &n); /* the last one means "no change" to setresuid */
    *out = (uint32_t)n;
    return fix;
}

static const char *add_group(struct spec *s, const char *value)
{
    gid_t *grown = realloc(s->groups, (s->ngroups + 1) * sizeof *grown);
    if (grown == NULL)
        return "out of memory";
    s->groups = grown;
    return number32(value, &s->groups[s->ngroups++]);
}

static const char *parse_umask(const char *value, mode_t *mask)
{
    char *end;
    unsigned long n = strtoul(value, &end, 8);
    *mask = (mode_t)n;
    return strlen(value) != 3 || *end != '\0' || value[0] == '-' || value[0] == '+' || n > 0777
               ? "use three octal digits, such as 022"
               : NULL;
}

static const struct key {
    const char *name;
    int flags;
} keys[] = {
    {"version", NEEDED},    {"attempt", NEEDED},    {"dir", NEEDED},         {"cgroup", NEEDED | MANY},
    {"argv", NEEDED | MANY}, {"cwd", NEEDED},        {"uid", NEEDED},         {"gid", NEEDED},
    {"net", NEEDED},        {"seccomp", NEEDED},    {"cgroup_version", NEEDED}, {"stdout_max", NEEDED},
    {"stderr_max", NEEDED}, {"env", MANY},          {"group", MANY},         {"hostname", 0},
    {"payload", 0},         {"rw", MANY},           {"ro", MANY},            {"hide", MANY},
    {"tmp_bytes", 0},       {"cap", MANY},          {"rlimit", MANY},        {"timeout_ms", 0},
    {"cpu_time_ms", 0},    
    {"grace_ms", 0},        {"umask", 0},           {"on_denied", 0}, {"learn", 0},
    {"secret_env", 0},      {"preview", MANY},      {"net_dir", 0},
};
enum { KEYS = sizeof keys / sizeof *keys };

static const char *set(struct spec *s, const char *key, char *value)
{
    uint64_t n = 0;
    const char *fix = NULL;
#define IS(name) (strcmp(key, name) == 0)
    if (IS("version"))
        return strcmp(value, "1") == 0 ? NULL : "this launcher knows version 1";
    if (IS("attempt"))
        return s->attempt = value, parse_name(value, "._-", 128);
    if (IS("dir"))
        return s->dir = value, parse_path(value);
    if (IS("cgroup"))
        return s->cgroup.n == CGROUPS ? "at most 16 cgroups" : add_path(&s->cgroup, value);
    if (IS("cgroup_version")) {
        fix = parse_u64(value, 2, &n);
        s->cgroup_version = (int)n;
        return fix != NULL || n == 0 ? "use 1 or 2" : NULL;
    }
    if (IS("argv"))
        return s->argv.n == 0 && *value == '\0' ? "the first argv is the program: a path or a name" : add(&s->argv, value);
    if (IS("env"))
        return *value == '=' || strchr(value, '=') == NULL ? "use NAME=VALUE" : add(&s->env, value);
    if (IS("cwd"))
        return s->cwd = value, parse_path(value);
    if (IS("uid"))
        return number32(value, &s->uid);
    if (IS("gid"))
        return number32(value, &s->gid);
    if (IS("group"))
        return add_group(s, value);
    if (IS("hostname"))
        return s->hostname = value, parse_name(value, ".-", 64);
    if (IS("payload"))
        return s->payload = value, parse_path(value);
    if (IS("rw"))
        return add_rw(s, value);
    if (IS("ro"))
        return add_path(&s->ro, value);
    if (IS("hide"))
        return add_path(&s->hide, value);
    if (IS("preview"))
        return s->preview.n == PREVIEWS ? "at most 32 directories" : add_path(&s->preview, value);
    if (IS("net"))
        return parse_net(value, &s->net);
    if (IS("net_dir"))
        return s->net_dir = value, parse_path(value);
    if (IS("cap"))
        return parse_cap(value, &s->caps);
    if (IS("rlimit"))
        return parse_limit(value, s->limits);
    if (IS("seccomp")) {
        s->seccomp = strcmp(value, "unconfined") == 0 ? NULL : value;
        return parse_name(value, "._-", 128);
    }
    if (IS("tmp_bytes"))
        return parse_u64(value, INT64_MAX, &s->tmp_bytes);
    if (IS("timeout_ms"))
        return parse_u64(value, INT32_MAX * UINT64_C(1000), &s->timeout_ms);
    if (IS("cpu_time_ms"))
        return parse_u64(value, INT32_MAX * UINT64_C(1000), &s->cpu_time_ms);
    if (IS("grace_ms"))
        return parse_u64(value, INT32_MAX, &s->grace_ms);
    if (IS("secret_env"))
        return parse_u64(value, SPEC_MAX, &s->secret_env);
    if (IS("stdout_max"))
        return parse_u64(value, INT64_MAX, &s->max[0]);
    if (IS("stderr_max"))
        return parse_u64(value, INT64_MAX, &s->max[1]);
    if (IS("learn")) {
        s->learn = strcmp(value, "1") == 0;
        return s->learn || strcmp(value, "0") == 0 ? NULL : "use 0 or 1";
    }
    if (IS("on_denied")) {
        s->kill_denied = strcmp(value, "kill") == 0;
        return s->kill_denied || strcmp(value, "deny") == 0 ? NULL : "use deny or kill";
    }
    return parse_umask(value, &s->umask);
#undef IS
}

static int refuse(const char *path, const char *field, const char *value, const char *fix)
{
    char shown[101];
    size_t n = 0;
    for (; value[n] != '\0' && n < sizeof shown - 1; n++)
        shown[n] = value[n] < ' ' || value[n] > '~' ? '?' : value[n];
    shown[n] = '\0';
    say("spec %s: field %s: value \"%s\": %s", path, field, shown, fix);
    return -1;
}

/* Only root may have written what decides about root's mounts. */
static int check_owner(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return refuse(path, "SPEC", path, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) != 0)
        return refuse(path, "SPEC", path, "must be a regular file of root that nobody else can write; use mode 0600");
    return 0;
}

int spec_read(const char *path, struct spec *spec)
{
    *spec = (struct spec){.hostname = "hostler", .tmp_bytes = 64 << 20, .grace_ms = 10000, .umask = 022};
    const char *fix = parse_path(path);
    if (fix != NULL)
        return refuse(path, "SPEC", path, fix);
    size_t length = 0;
    if (check_owner(path) != 0)
        return -1;
    char *data = spec->data = read_whole(AT_FDCWD, path, SPEC_MAX, &length);
    if (data == NULL)
        return refuse(path, "SPEC", path, errno == EFBIG ? "larger than 1 MiB" : strerror(errno));
    if (length == 0 || data[length - 1] != '\0')
        return refuse(path, "SPEC", path, "every field must end with a NUL byte; the file is empty or cut short");

    int seen[KEYS] = {0};
    char *next;
    for (char *field = data; field < data + length; field = next) {
        next = field + strlen(field) + 1;
        char *value = strchr(field, '=');
        if (value == NULL)
            return refuse(path, field, "", "write KEY=VALUE");
        *value++ = '\0';
        int k = 0;
        while (k < KEYS && strcmp(keys[k].name, field) != 0)
            k++;
        if (k == KEYS)
            return refuse(path, field, value, "unknown field; remove it or use a newer launcher");
        if (field == data && k != 0)
            return refuse(path, field, value, "the first field must be version");
        if (seen[k]++ > 0 && !(keys[k].flags & MANY))
            return refuse(path, field, value, "given twice; give it once");
        fix = set(spec, keys[k].name, value);
        if (fix != NULL)
            return refuse(path, keys[k].name, value, fix);
    }
    for (int k = 0; k < KEYS; k++)
        if ((keys[k].flags & NEEDED) && seen[k] == 0)
            return refuse(path, keys[k].name, "", "missing; add it");
    if (spec->env.v == NULL && strings_add(&spec->env, NULL) == 0)
        spec->env.n = 0;
    const char *field = NULL, *value = NULL;
    fix = spec_check(spec, &field, &value);
    return fix != NULL ? refuse(path, field, value, fix) : 0;
}
