/* Growing string lists, whole-file reads, path prefixes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

/* The list is always followed by a NULL, so that it can be handed to execve. */
int strings_add(struct strings *list, const char *value)
{
    if (list->n + 1 >= list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        char **grown = realloc(list->v, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        list->v = grown;
        list->room = room;
    }
    list->v[list->n++] = (char *)value;
    list->v[list->n] = NULL;
    return 0;
}

bool path_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    if (strcmp(top, "/") == 0)
        return true;
    return strncmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* Reads a file of at most max bytes and adds a NUL. Returns NULL with errno; EFBIG when it is larger. */
char *read_whole(int dir, const char *name, size_t max, size_t *length)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    size_t room = max < 16384 ? max + 2 : 16384, n = 0;
    char *data = malloc(room);
    int err = data == NULL ? ENOMEM : 0;
    while (err == 0) {
        ssize_t got = read(fd, data + n, room - 1 - n);
        if (got < 0)
            err = errno;
        if (got <= 0)
            break;
        n += (size_t)got;
        if (n > max) {
            err = EFBIG;
        } else if (n == room - 1) {
            room = room * 2 > max + 2 ? max + 2 : room * 2;
            char *grown = realloc(data, room);
            if (grown == NULL)
                err = ENOMEM;
            else
                data = grown;
        }
    }
    close(fd);
    if (err != 0) {
        free(data);
        errno = err;
        return NULL;
    }
    data[n] = '\0';
    *length = n;
    return data;
}
