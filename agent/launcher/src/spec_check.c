/* Rules between fields, and the launcher's own second look at what the agent has already decided. */
#define _GNU_SOURCE
#include <string.h>

#include "launch.h"

/* A writable kernel file system or a writable system root is root on the host. */
static const char *check_rw(const struct spec *s, const char *path)
{
    static const char *const whole[] = {"/", "/etc", "/usr", "/run", "/boot", "/bin", "/sbin", "/lib", "/lib64"};
    static const char *const kernel[] = {"/proc", "/sys", "/dev"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(path, whole[i]) == 0)
            return "this whole tree cannot be made writable; declare the directory below it that is meant";
    for (size_t i = 0; i < sizeof kernel / sizeof *kernel; i++)
        if (path_below(path, kernel[i]))
            return "paths in /proc, /sys and /dev cannot be declared";
    if (path_below(path, s->dir) || path_below(s->dir, path))
        return "overlaps with dir, which is the agent's own state; declare another path";
    return NULL;
}

static const char *check_paths(const struct spec *s, const char **field, const char **value)
{
    const struct {
        const char *name;
        const struct strings *list;
    } lists[] = {{"rw", &s->rw}, {"ro", &s->ro}, {"hide", &s->hide}};
    for (int a = 0; a < 3; a++) {
        *field = lists[a].name;
        for (size_t i = 0; i < lists[a].list->n; i++) {
            const char *path = *value = lists[a].list->v[i];
            const char *fix = a == 0 ? check_rw(s, path) : NULL;
            if (fix != NULL)
                return fix;
            if (strcmp(path, "/") == 0)
                return "the root itself cannot be named here";
            if (a == 1 && (path_below(path, "/proc") || path_below(path, "/sys") || path_below(path, "/dev")))
                return "paths in /proc, /sys and /dev cannot be declared";
            if (path_below(path, BUNDLE_PATH) || path_below(BUNDLE_PATH, path))
                return "overlaps with " BUNDLE_PATH ", where the bundle is mounted; declare another path";
            if (path_below(path, NETWORK_PATH) || path_below(NETWORK_PATH, path))
                return "overlaps with " NETWORK_PATH ", where the way out is; declare another path";
            for (int b = 0; b <= a; b++)
                for (size_t j = 0; j < (b == a ? i : lists[b].list->n); j++)
                    if (strcmp(path, lists[b].list->v[j]) == 0)
                        return "named twice among rw, ro and hide; name it once";
        }
    }
    return NULL;
}

/* What is written must all go into layers: half a preview would be none. */
static const char *check_preview(const struct spec *s, const char **field, const char **value)
{
    static const char *const kernel[] = {"/proc", "/sys", "/dev"};
    *field = "preview";
    for (size_t i = 0; i < s->preview.n; i++) {
        *value = s->preview.v[i];
        for (size_t k = 0; k < sizeof kernel / sizeof *kernel; k++)
            if (path_below(*value, kernel[k]))
                return "paths in /proc, /sys and /dev cannot be declared";
        if (path_below(*value, s->dir) || path_below(s->dir, *value))
            return "overlaps with dir, which holds the layers; preview another directory";
    }
    for (size_t i = 0; i < s->rw.n && s->preview.n > 0; i++) {
        size_t k = 0;
        while (k < s->preview.n && !path_below(s->rw.v[i], s->preview.v[k]))
            k++;
        *field = "rw";
        *value = s->rw.v[i];
        if (k == s->preview.n)
            return "is not inside a preview directory; name one for it";
    }
    return NULL;
}

const char *spec_check(const struct spec *s, const char **field, const char **value)
{
    *field = "cwd";
    *value = s->cwd;
    if (path_below(s->cwd, "/proc"))
        return "must not be below /proc (CVE-2024-21626); use a real directory";
    *field = "cgroup";
    *value = s->cgroup.v[0];
    if (s->cgroup_version == 2 && s->cgroup.n != 1)
        return "cgroup_version=2 takes exactly one cgroup";
    *field = "net_dir";
    *value = s->net_dir == NULL ? "" : s->net_dir;
    if ((s->net == NET_ALLOW_LIST) != (s->net_dir != NULL))
        return "goes with net=allow-list, which needs it: the directory of the proxy's socket";
    *field = "tmp_bytes";
    *value = "0";
    if (s->tmp_bytes == 0)
        return "tmpfs takes 0 for unlimited; use at least 4096";
    const char *fix = check_preview(s, field, value);
    return fix != NULL ? fix : check_paths(s, field, value);
}
