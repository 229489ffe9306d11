/* What is left out although it lies below a root: the agent's own files. A tree is captured without them, is never found to
   differ in them, and a restore leaves them as they are. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "snapshot.h"

enum { MOST = 16 };

static struct {
    char *path;
    bool there;
    dev_t dev;
    ino_t ino;
} outside[MOST];
static unsigned outside_n;

/* By inode: however a walk gets there. What is not there now is no part of a tree either. */
void outside_add(const char *path)
{
    struct stat st;
    for (unsigned i = 0; i < outside_n; i++)
        if (strcmp(outside[i].path, path) == 0)
            return;
    if (outside_n == MOST || path[0] != '/')
        die(EXIT_USAGE, "--outside %s: give at most %d absolute paths", path, MOST);
    outside[outside_n].path = keep(path, strlen(path));
    outside[outside_n].there = stat(path, &st) == 0;
    if (outside[outside_n].there) {
        outside[outside_n].dev = st.st_dev;
        outside[outside_n].ino = st.st_ino;
    }
    outside_n++;
}

bool outside_has(const struct statx *sx)
{
    for (unsigned i = 0; i < outside_n; i++)
        if (outside[i].there && outside[i].ino == sx->stx_ino && outside[i].dev == makedev(sx->stx_dev_major, sx->stx_dev_minor))
            return true;
    return false;
}

/* Durable before the manifest, by which the snapshot begins to be. */
void outside_write(const struct place *p)
{
    if (outside_n == 0)
        return;
    FILE *out = fdopen(openat(p->dir, "outside", O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600), "w");
    for (unsigned i = 0; out != NULL && i < outside_n; i++)
        fwrite(outside[i].path, 1, strlen(outside[i].path) + 1, out);
    if (out == NULL || fflush(out) != 0 || fsync(fileno(out)) != 0 || fclose(out) != 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "outside: %s", strerror(errno));
}

void outside_read(const struct place *p)
{
    int fd = openat(p->dir, "outside", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
    if (in == NULL)
        die(EXIT_FAILED, "outside: %s", strerror(errno));
    char *path = NULL;
    size_t size = 0;
    for (ssize_t got; (got = getdelim(&path, &size, '\0', in)) > 1;)
        outside_add(path);
    free(path);
    fclose(in);
}
