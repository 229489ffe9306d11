/* Memory that lives as long as the process, messages, names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snapshot.h"

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("hostler-snapshot: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void die(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("hostler-snapshot: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    fflush(stdout);
    exit(status);
}

void *take(size_t bytes)
{
    static char *chunk;
    static size_t left;
    enum { CHUNK = 1 << 20 };
    bytes = (bytes + 15) & ~(size_t)15;
    if (bytes > CHUNK / 4) {
        void *own = calloc(1, bytes);
        if (own == NULL)
            die(EXIT_FAILED, "no memory");
        return own;
    }
    if (bytes > left) {
        chunk = calloc(1, CHUNK);
        if (chunk == NULL)
            die(EXIT_FAILED, "no memory");
        left = CHUNK;
    }
    void *result = chunk;
    chunk += bytes;
    left -= bytes;
    return result;
}

char *keep(const char *text, size_t length)
{
    char *copy = take(length + 1);
    memcpy(copy, text, length);
    return copy;
}

void *grow(void *old, size_t element, uint32_t n, uint32_t *room)
{
    if (n < *room)
        return old;
    uint32_t more = *room == 0 ? 64 : *room * 2;
    void *grown = reallocarray(old, more, element);
    if (grown == NULL || more < *room)
        die(EXIT_FAILED, "no memory");
    *room = more;
    return grown;
}

/* Every byte that is not a printable ASCII character, and %, = and comma, as %XX: one line, and no terminal takes it for more. */
void escape(FILE *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p > ' ' && *p < 0x7f && *p != '%' && *p != '=' && *p != ',')
            putc_unlocked(*p, out);
        else
            fprintf(out, "%%%02X", *p);
    }
}

char *path_of(const struct manifest *m, uint32_t i)
{
    size_t length = 0;
    for (uint32_t at = i; at != NONE; at = m->v[at].parent)
        length += strlen(m->v[at].name) + 1;
    char *path = take(length + 1), *p = path + length - 1;
    *p = '\0';
    for (uint32_t at = i; at != NONE; at = m->v[at].parent) {
        size_t n = strlen(m->v[at].name);
        p -= n;
        memcpy(p, m->v[at].name, n);
        if (m->v[at].parent != NONE)
            *--p = '/';
    }
    return path;
}

static const struct manifest *here_manifest;
static uint32_t here_entry;

void here_set(const struct manifest *m, uint32_t i)
{
    here_manifest = m;
    here_entry = i;
}

const char *here(void)
{
    return path_of(here_manifest, here_entry);
}

int open_safe(int dir, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

/* Only the tests' build has them: HOSTLER_CRASH=name[:count] kills the process when it gets there the count-th time. */
void crash_point(const char *name)
{
#ifdef CRASH_POINTS
    static unsigned passed;
    const char *wanted = getenv("HOSTLER_CRASH");
    size_t n = strlen(name);
    if (wanted == NULL || strncmp(wanted, name, n) != 0 || (wanted[n] != '\0' && wanted[n] != ':'))
        return;
    if (++passed >= (wanted[n] == ':' ? strtoul(wanted + n + 1, NULL, 10) : 1))
        kill(getpid(), SIGKILL);
#else
    (void)name;
#endif
}
