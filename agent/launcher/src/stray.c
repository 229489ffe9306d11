/* Holes that a read-only tree leaves: kernel file systems mounted in odd places (a chroot's /proc shows the host's
   processes), and host Unix sockets, which can be connected to through a read-only mount. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"

/* Covered by fresh file systems anyway. */
static bool is_fresh(const char *path)
{
    static const char *const tops[] = {"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/run"};
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        if (path_below(path, tops[i]))
            return true;
    return false;
}

static bool is_kernel_type(const char *type)
{
    static const char *const types[] = {"proc",   "sysfs",    "cgroup", "cgroup2",   "debugfs",     "tracefs", "securityfs",
                                        "bpf",    "devpts",   "mqueue", "selinuxfs", "binfmt_misc", "pstore",  "efivarfs",
                                        "devtmpfs", "configfs", "fusectl", "rpc_pipefs"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* mountinfo writes space, tab, newline and backslash as three octal digits. */
static void unescape(char *text)
{
    char *to = text;
    for (char *from = text; *from != '\0'; from++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] != '\0' && from[3] != '\0') {
            *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void add(struct strings *list, const char *path)
{
    if (strings_add(list, path) != 0)
        fail(ENOMEM, "hidden paths");
}

void stray_mounts(struct strings *hide)
{
    size_t length;
    char *rest, *text = read_whole(AT_FDCWD, "/proc/self/mountinfo", 16 << 20, &length);
    if (text == NULL)
        fail(errno, "/proc/self/mountinfo");
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *type = strstr(line, " - "), *path = line;
        for (int i = 0; i < 4 && path != NULL; i++)
            path = (path = strchr(path, ' ')) == NULL ? NULL : path + 1;
        if (type == NULL || path == NULL)
            continue;
        type += 3;
        type[strcspn(type, " ")] = '\0';
        path[strcspn(path, " ")] = '\0';
        if (!is_kernel_type(type))
            continue;
        unescape(path);
        if (!is_fresh(path))
            add(hide, path);
    }
}

/* Best effort, in the host's network namespace before the start: sockets made later in odd places are not seen, which
   is why the seccomp profile and the default uid matter as well. */
void stray_sockets(struct strings *hide)
{
    size_t length;
    char *rest, *text = read_whole(AT_FDCWD, "/proc/net/unix", 16 << 20, &length);
    if (text == NULL)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *path = strchr(line, '/');
        if (path != NULL && path[-1] == ' ' && !is_fresh(path) && strings_add(hide, path) != 0)
            return;
    }
    if (hide->n == 0)
        free(text); /* else the list points into it */
}
