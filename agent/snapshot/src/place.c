/* A snapshot's directory in the store: open, its log, what was above its roots. main.c has the contract. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

struct place open_place(const char *store, const char *id, bool make)
{
    struct place p = {.id = id};
    if (id[0] == '.' || strchr(id, '/') != NULL || strlen(id) > 200)
        die(EXIT_USAGE, "\"%s\" is not the id of a snapshot", id);
    p.store = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p.store < 0)
        die(EXIT_FAILED, "%s: %s", store, strerror(errno));
    if (make && ((mkdirat(p.store, "packs", 0700) != 0 && errno != EEXIST) || (mkdirat(p.store, id, 0700) != 0 && errno != EEXIST)))
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", store, strerror(errno));
    p.dir = openat(p.store, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (p.dir < 0)
        die(EXIT_FAILED, "there is no snapshot %s on this host", id);
    p.packs = openat(p.store, "packs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (p.packs < 0)
        die(EXIT_FAILED, "%s/packs: %s", store, strerror(errno));
    /* One at a time: an agent that was killed may have left one of us running. Held until the process ends. */
    if (flock(p.dir, LOCK_EX) != 0)
        die(EXIT_FAILED, "%s: %s", id, strerror(errno));
    return p;
}

void log_line(const struct place *p, const char *line)
{
    int fd = openat(p->dir, "log", O_CREAT | O_APPEND | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s\n", line) < 0 || fsync(fd) != 0)
        die(EXIT_FAILED, "log: %s", strerror(errno));
    close(fd);
    crash_point(line);
}

/* After a power cut a file can have new bytes and old times. So what was seen before this start of the host proves nothing
   about what is there now: it is read again. */
static bool boot_id(char id[64])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, id, 63);
    if (fd >= 0)
        close(fd);
    id[n < 0 ? 0 : n] = '\0';
    return n > 0;
}

void boot_write(const struct place *p)
{
    char id[64];
    bool known = boot_id(id);
    int fd = openat(p->dir, "boot", O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || (known && dprintf(fd, "%s", id) < 0) || fsync(fd) != 0)
        die(EXIT_FAILED, "boot: %s", strerror(errno));
    close(fd);
}

bool boot_same(int dir)
{
    char id[64], then[64] = "";
    int fd = openat(dir, "boot", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, then, sizeof then - 1);
    if (fd >= 0)
        close(fd);
    return n > 0 && boot_id(id) && strcmp(id, then) == 0;
}

/* Was a restore begun and not ended? */
bool half_restored(const struct place *p)
{
    FILE *in = fdopen(openat(p->dir, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "r");
    char line[200];
    bool half = false;
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        if (strcmp(line, "restoring\n") == 0)
            half = true;
        else if (strncmp(line, "restored ", 9) == 0 && strchr(line, '\n') != NULL)
            half = false;
    }
    if (in != NULL)
        fclose(in);
    return half;
}

void above_write(const struct place *p, char **roots, uint32_t n)
{
    FILE *out = fdopen(openat(p->dir, "above", O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600), "w");
    for (uint32_t r = 0; out != NULL && r < n; r++) {
        char *path = keep(roots[r], strlen(roots[r]));
        for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            struct stat st;
            *slash = '\0';
            if (stat(path, &st) == 0) {
                fprintf(out, "%u %u %u ", st.st_mode & 07777, st.st_uid, st.st_gid);
                fwrite(path, 1, strlen(path) + 1, out);
            }
            *slash = '/';
        }
    }
    if (out == NULL || fflush(out) != 0 || fsync(fileno(out)) != 0 || fclose(out) != 0)
        die(EXIT_FAILED, "above: %s", strerror(errno));
}

void above_copy(const struct place *from, const struct place *to)
{
    char bytes[4096];
    int in = openat(from->dir, "above", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int out = openat(to->dir, "above", O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    ssize_t n = 0;
    while (in >= 0 && out >= 0 && (n = read(in, bytes, sizeof bytes)) > 0)
        if (write(out, bytes, (size_t)n) != n)
            n = -1;
    if (in < 0 || out < 0 || n < 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "above: %s", strerror(errno));
    close(in);
    close(out);
}

struct above *above_read(const struct place *p, uint32_t *n)
{
    FILE *in = fdopen(openat(p->dir, "above", O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "r");
    struct above *v = NULL;
    uint32_t room = 0;
    *n = 0;
    char *path = NULL;
    size_t size = 0;
    for (struct above a; in != NULL && fscanf(in, "%u %u %u ", &a.mode, &a.uid, &a.gid) == 3;) {
        ssize_t got = getdelim(&path, &size, '\0', in);
        if (got < 2)
            break;
        a.path = keep(path, (size_t)got - 1);
        v = grow(v, sizeof *v, *n, &room);
        v[(*n)++] = a;
    }
    if (in != NULL)
        fclose(in);
    free(path);
    return v;
}
