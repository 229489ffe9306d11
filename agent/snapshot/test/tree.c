/* tree make SEED DIR COUNT: fills DIR with things of every kind.  tree change SEED DIR: changes it in every way.
   The same seed does the same. Needs root. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PATHS = 400000, LONGEST = 3000 };
static char *paths[PATHS];
static int path_n;
static uint64_t state;

static uint64_t any(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1Du % below;
}

static bool chance(int percent)
{
    return any(100) < (uint64_t)percent;
}

static char *add(const char *dir, const char *name)
{
    char *path;
    if (path_n == PATHS || asprintf(&path, "%s/%s", dir, name) < 0)
        exit(70);
    return paths[path_n++] = path;
}

static void name_of(char name[256])
{
    static const char *const odd[] = {" ", "\n", "-rf", "'\"", "%41", "\\x", "\xff\xfe", "\xc3\xa4", "*", "a=b,c", "\t|", "..x"};
    int n = snprintf(name, 256, "%llx", (unsigned long long)any(1u << 30));
    if (chance(25))
        n = snprintf(name, 256, "%s%llx", odd[any(12)], (unsigned long long)any(1u << 20));
    if (chance(2)) {
        memset(name + n, 'L', (size_t)(255 - n));
        name[255] = '\0';
    }
}

static void content(int fd)
{
    static unsigned char data[200000];
    size_t n = chance(10) ? 0 : chance(10) ? any(sizeof data) : any(3000);
    uint64_t fill = chance(20) ? 0 : chance(30) ? 7 : any(UINT64_MAX);
    for (size_t i = 0; i < n; i++)
        data[i] = (unsigned char)(fill == 0 ? 0 : fill == 7 ? i : (fill = fill * 6364136223846793005u + 1) >> 56);
    if (write(fd, data, n) < 0)
        perror("write");
    if (chance(8)) {
        off_t far = (off_t)any(chance(20) ? UINT64_C(200) << 20 : 1 << 20);
        if (ftruncate(fd, far + 5000) != 0 || pwrite(fd, "end", 3, chance(50) ? far : far & ~4095) < 0)
            perror("sparse");
        if (chance(30) && fallocate(fd, FALLOC_FL_KEEP_SIZE, far, 100000) != 0)
            perror("fallocate");
    }
}

static void acl(const char *path, const char *name)
{
    /* version 2; user::, user:ID:, group::, mask::, other:: */
    struct { uint32_t version; struct { uint16_t tag, perm; uint32_t id; } e[5]; } a = {
        2, {{1, 7, UINT32_MAX}, {2, (uint16_t)any(8), (uint32_t)any(60000)}, {4, (uint16_t)any(8), UINT32_MAX},
            {16, (uint16_t)any(8), UINT32_MAX}, {32, (uint16_t)any(8), UINT32_MAX}}};
    setxattr(path, name, &a, sizeof a, 0);
}

static void attributes(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return;
    bool link = S_ISLNK(st.st_mode), file = S_ISREG(st.st_mode), dir = S_ISDIR(st.st_mode);
    if (chance(30) && lchown(path, (uid_t)any(70000), (gid_t)any(70000)) != 0)
        perror("chown");
    if (!link && chance(60))
        chmod(path, (mode_t)(chance(20) ? any(010000) : 0700 | any(0100)));
    if ((file || dir) && chance(15))
        setxattr(path, chance(50) ? "user.one" : "user.two=a,b", "value\0x", any(8), 0);
    if (chance(8))
        lsetxattr(path, "trusted.hostler", path, any(20), 0);
    if ((file || dir) && chance(10))
        acl(path, "system.posix_acl_access");
    if (dir && chance(10))
        acl(path, "system.posix_acl_default");
    if (file && chance(6)) {
        uint32_t cap[5] = {0x02000001, 1u << any(30), 0, 0, 0};
        setxattr(path, "security.capability", cap, sizeof cap, 0);
    }
    if (chance(70)) {
        struct timespec t[2] = {{(time_t)any(2000000000), (long)any(1000000000)}, {(time_t)any(2000000000), (long)any(1000000000)}};
        if (chance(3))
            t[1].tv_sec = -(time_t)any(100000);
        utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW);
    }
}

/* PREVIEW in the environment: without what an overlay does otherwise than a disk. */
static bool preview;

static void flags(const char *path, int wanted)
{
    if (preview)
        return;
    struct stat st;
    if (lstat(path, &st) != 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        return;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), now = 0;
    if (fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &now) == 0) {
        now = (now & ~(FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL)) | wanted;
        ioctl(fd, FS_IOC_SETFLAGS, &now);
    }
    if (fd >= 0)
        close(fd);
}

static int some_flags(void)
{
    static const int kinds[] = {FS_IMMUTABLE_FL, FS_APPEND_FL, FS_NODUMP_FL, FS_NOATIME_FL};
    return kinds[any(4)] | (chance(20) ? kinds[any(4)] : 0);
}

static char *a_dir(char *const *dirs, int n)
{
    return dirs[any((uint64_t)n)];
}

static void make_one(const char *path, char *other)
{
    int kind = (int)any(100), fd;
    if (kind < 60 || other == NULL) {
        if ((fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644)) >= 0) {
            content(fd);
            close(fd);
        }
    } else if (kind < 72) {
        char to[300];
        name_of(to);
        if (symlink(chance(50) ? to : chance(50) ? "/nowhere/passwd" : other, path) != 0)
            perror("symlink");
    } else if (kind < 84) {
        if (link(other, path) != 0)
            return;
    } else if (kind < 89) {
        mkfifo(path, 0600);
    } else if (kind < 92) {
        mknod(path, S_IFSOCK | 0600, 0);
    } else if (kind < 96) {
        mknod(path, (chance(50) ? S_IFCHR : S_IFBLK) | 0600, makedev((unsigned)any(300), (unsigned)any(300)));
    } else {
        mknod(path, S_IFCHR | 0600, makedev(0, preview ? 7 : 0)); /* 0:0 is an overlay's word for "nothing here" */
    }
}

static void make(const char *top, int count)
{
    static char *dirs[PATHS];
    int n = 1;
    dirs[0] = (char *)top;
    for (int i = 0; i < count; i++) {
        char name[256];
        name_of(name);
        char *in = a_dir(dirs, n), *other = path_n > 0 ? paths[any((uint64_t)path_n)] : NULL;
        if (strlen(in) > LONGEST)
            continue;
        char *path = add(in, name);
        if (!chance(15)) {
            make_one(path, other);
            continue;
        }
        for (int deep = chance(5) ? 40 : 1; deep > 0 && mkdir(path, 0755) == 0; deep--) {
            dirs[n++] = path;
            if (deep > 1)
                path = add(path, "d");
        }
    }
    for (int i = path_n; i-- > 0;)
        attributes(paths[i]);
    for (int i = path_n; i-- > 0;)
        if (chance(4))
            flags(paths[i], some_flags());
}

static void collect(const char *dir)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->d_name, ".") == 0 || strcmp(list[i]->d_name, "..") == 0)
            continue;
        char *path = add(dir, list[i]->d_name);
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            collect(path);
    }
}

static void remove_all(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return;
    flags(path, 0);
    if (S_ISDIR(st.st_mode)) {
        int from = path_n;
        collect(path);
        for (int i = path_n; i-- > from;) {
            flags(paths[i], 0);
            char up[4096];
            snprintf(up, sizeof up, "%s", paths[i]);
            *strrchr(up, '/') = '\0';
            flags(up, 0);
            remove(paths[i]);
        }
        path_n = from;
    }
    remove(path);
}

static void change_one(char *path, char *other)
{
    struct stat st;
    char up[4096], name[256];
    if (lstat(path, &st) != 0)
        return;
    bool file = S_ISREG(st.st_mode);
    snprintf(up, sizeof up, "%s", path);
    *strrchr(up, '/') = '\0';
    if (chance(90)) {
        flags(up, 0);
        flags(path, 0);
    }
    name_of(name);
    int fd;
    switch (any(14)) {
    case 0: remove_all(path); break;
    case 1: remove_all(path); make_one(path, other); attributes(path); break;
    case 2: remove_all(path); if (mkdir(path, 0750) == 0) make_one(add(path, name), NULL); break;
    case 3: if (strlen(other) < LONGEST) rename(path, other); break;
    case 4: if (file && (fd = open(path, O_WRONLY | O_APPEND)) >= 0) { content(fd); close(fd); } break;
    case 5: /* the same size, and the time put back: only ctime tells */
        if (file && (fd = open(path, O_WRONLY)) >= 0) {
            unsigned char one = (unsigned char)any(256);
            if (st.st_size > 0 && pwrite(fd, &one, 1, (off_t)any((uint64_t)st.st_size)) < 0)
                perror("pwrite");
            struct timespec t[2] = {st.st_atim, st.st_mtim};
            futimens(fd, t);
            close(fd);
        }
        break;
    case 6: if (file && truncate(path, (off_t)any((uint64_t)st.st_size + 1)) != 0) perror("truncate"); break;
    case 7: attributes(path); break;
    case 8: lremovexattr(path, "trusted.hostler"); lremovexattr(path, "system.posix_acl_access"); lremovexattr(path, "security.capability"); break;
    case 9: if (chance(50)) flags(path, some_flags()); break;
    case 10: if (link(other, add(up, name)) != 0) make_one(paths[path_n - 1], other); break;
    case 11: { char *copy = add(up, name); make_one(copy, NULL); rename(copy, path); break; }
    case 12: if (S_ISDIR(st.st_mode)) for (int i = 0; i < 5; i++) { name_of(name); make_one(add(path, name), other); } break;
    default: if (!S_ISLNK(st.st_mode)) chmod(path, (mode_t)any(010000)); break; /* it follows links */
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    umask(022);
    preview = getenv("PREVIEW") != NULL;
    state = strtoull(argv[2], NULL, 10) * 0x9E3779B97F4A7C15u + (argv[1][0] == 'm' ? 1 : 2);
    for (int i = 0; i < 10; i++)
        any(2);
    if (strcmp(argv[1], "make") == 0) {
        make(argv[3], atoi(argv[4]));
    } else {
        collect(argv[3]);
        int n = path_n, ops = 1 + (int)any((uint64_t)n / 3 + 3);
        for (int i = 0; i < ops && n > 0; i++)
            change_one(paths[any((uint64_t)n)], paths[any((uint64_t)n)]);
        make_one(add(argv[3], "always"), NULL);
    }
    return 0;
}
