/* Values of the spec. Each parser returns NULL, or the text that says what would be right. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"

static const char *const cap_names[] = {
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
};

static const struct {
    const char *name;
    int resource;
} limit_names[RLIMITS] = {
    {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"core", RLIMIT_CORE},   {"fsize", RLIMIT_FSIZE},
    {"as", RLIMIT_AS},         {"cpu", RLIMIT_CPU},     {"stack", RLIMIT_STACK}, {"memlock", RLIMIT_MEMLOCK},
};

int limit_resource(int index)
{
    return limit_names[index].resource;
}

/* Decimal digits only: no sign, no space, no leading zero, so that each number has one spelling. */
const char *parse_u64(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t n = 0;
    if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
        return "use a decimal number without sign or leading zero";
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9')
            return "use a decimal number without sign or leading zero";
        uint64_t digit = (uint64_t)(*c - '0');
        if (digit > max || n > (max - digit) / 10)
            return "the number is too large for this field";
        n = n * 10 + digit;
    }
    *value = n;
    return NULL;
}

/* Absolute and already normal: two spellings of one path would slip past comparisons. */
const char *parse_path(const char *text)
{
    if (text[0] != '/')
        return "use an absolute path";
    if (strlen(text) >= PATH_MAX)
        return "use a path shorter than 4096 bytes";
    if (text[1] == '\0')
        return NULL;
    for (const char *c = text; *c != '\0';) {
        const char *part = c + 1;
        c = strchrnul(part, '/');
        size_t n = (size_t)(c - part);
        if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
            return "use a normal path: no empty, '.' or '..' component, no '/' at the end";
    }
    return NULL;
}

const char *parse_cap(const char *text, uint64_t *caps)
{
    if (strncmp(text, "CAP_", 4) == 0) {
        for (size_t i = 0; i < sizeof cap_names / sizeof *cap_names; i++) {
            if (strcmp(text + 4, cap_names[i]) == 0) {
                *caps |= UINT64_C(1) << i;
                return NULL;
            }
        }
    }
    return "use a name of capabilities(7), such as CAP_NET_BIND_SERVICE";
}

static const char *parse_rlim(const char *text, rlim_t *value)
{
    if (strcmp(text, "infinity") == 0) {
        *value = RLIM_INFINITY;
        return NULL;
    }
    uint64_t n = 0;
    const char *fix = parse_u64(text, RLIM_INFINITY - 1, &n);
    *value = n;
    return fix;
}

const char *parse_limit(const char *text, struct limit *limits)
{
    char copy[80];
    static const char shape[] = "use NAME:SOFT:HARD, NAME one of nofile nproc core fsize as cpu stack memlock, "
                                "SOFT and HARD a number or infinity, SOFT <= HARD, each NAME once";
    if (strlen(text) >= sizeof copy)
        return shape;
    strcpy(copy, text);
    char *soft = strchr(copy, ':');
    char *hard = soft == NULL ? NULL : strchr(soft + 1, ':');
    if (hard == NULL)
        return shape;
    *soft++ = '\0';
    *hard++ = '\0';
    for (int i = 0; i < RLIMITS; i++) {
        struct limit *limit = &limits[i];
        if (strcmp(copy, limit_names[i].name) != 0)
            continue;
        if (limit->set || parse_rlim(soft, &limit->value.rlim_cur) != NULL ||
            parse_rlim(hard, &limit->value.rlim_max) != NULL || limit->value.rlim_cur > limit->value.rlim_max)
            return shape;
        limit->set = true;
        return NULL;
    }
    return shape;
}

const char *parse_net(const char *text, enum net *net)
{
    *net = strcmp(text, "none") == 0       ? NET_NONE
           : strcmp(text, "loopback") == 0 ? NET_LOOPBACK
           : strcmp(text, "host") == 0     ? NET_HOST
           : strcmp(text, "allow-list") == 0 ? NET_ALLOW_LIST
                                           : 0;
    return *net == 0 ? "use none, loopback, allow-list or host" : NULL;
}

/* Letters, digits and the extra characters, 1 to max bytes, not starting with '.'. */
const char *parse_name(const char *text, const char *extra, size_t max)
{
    size_t n = strlen(text);
    if (n == 0 || n > max || text[0] == '.')
        return "use 1 to the allowed number of bytes (attempt, seccomp: 128; hostname: 64), not starting with '.'";
    for (const char *c = text; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!plain && strchr(extra, *c) == NULL)
            return "use letters, digits, '.', '-' (and '_' but in a hostname)";
    }
    return NULL;
}
