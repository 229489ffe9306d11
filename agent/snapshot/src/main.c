/*
 * hostler-snapshot: captures paths of this host, and brings them back.
 *
 *   hostler-snapshot capture STORE ID [--base ID]... [--max-bytes N] [--min-free N]
 *                       [--outside PATH]... [--for preview] [--overlay DIR --layers LAYERS]...   paths on fd 0, each ended by NUL; of a preview, as if its
 *                       layers (LAYERS/upper, LAYERS/work) lay over DIR; what is PATH, or below it, is left out, now and
 *                       whenever this snapshot is compared or restored
 *   hostler-snapshot seal STORE ID             notes how the paths are now: what changes after that is somebody else's
 *   hostler-snapshot diff STORE ID             how the host differs from the snapshot
 *   hostler-snapshot restore STORE ID [--force]
 *   hostler-snapshot apply STORE BASE AFTER [--force]   a preview: from how the paths were before it, to how it left them
 *   hostler-snapshot copy STORE ID AS          the same once more under another name, with the same bytes
 *   hostler-snapshot remove DIR NAME           a tree, whatever flags are in it
 *   hostler-snapshot hash                      SHA-256 of fd 0, for tests
 *   hostler-snapshot --version
 *
 * Before the verb: --keys N, so many keys come on fd 0 first (crypt.c), and what is encrypted with them can be read; --encrypt
 * after that: what is written is, with the first of them. Packs are not shared then with what is not, or with another key.
 *
 * CONTRACT WITH THE AGENT. STORE is a directory that only root can enter. Below it are
 *   ID/manifest   what was captured (format.c); there when, and only when, the capture is whole and durable
 *   ID/after      how the paths were when the job had ended; the same form, without bytes
 *   ID/above      the directories above the roots
 *   ID/outside    what is left out, each path ended by NUL
 *   ID/boot       which start of the host it was taken in: files that look unchanged are read again after another one
 *   ID/log        one line a step: "captured", "sealed", "restoring", "restored identical|N" (N differences are left)
 *   packs/ID      bytes of files, one after the other; of no use and removable when no manifest names it
 * fd 1 gets what differs, a line a path: "changed|created|deleted|conflict|failed PATH (what)", and a last line for people.
 * fd 2 gets why it failed. Exit code: 0 done, or no difference; 1 there are differences, or some are left; 2 refused,
 * because something has changed paths since the job ended; 3 refused, because the disk has no room; 64 wrong use;
 * 70 failed.
 *
 * EVERY STEP CAN BE KILLED and is then done again. Capture without a manifest: the snapshot does not exist. Seal: the
 * old state of "after" holds. Restore: the log has "restoring" without "restored"; the next restore goes on where that one
 * was, without asking about conflicts again, as the paths are half-way between two states of ours. Apply is a restore of
 * AFTER that asks whether the paths are as in BASE, has its log, and notes in BASE how the paths are then: so restoring
 * BASE undoes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "snapshot.h"

/* Paths from fd 0, without those below others. */
static char **read_roots(uint32_t *n)
{
    char **roots = NULL, *line = NULL;
    size_t size = 0;
    uint32_t room = 0;
    *n = 0;
    for (ssize_t got; (got = getdelim(&line, &size, '\0', stdin)) > 1;) {
        if (line[0] != '/' || line[1] == '\0' || line[got - 1] != '\0' || line[got - 2] == '/')
            die(EXIT_USAGE, "\"%s\" is not an absolute, normalised path below the root", line);
        roots = grow(roots, sizeof *roots, *n, &room);
        roots[(*n)++] = keep(line, (size_t)got - 1);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        bool inside = false;
        for (uint32_t j = 0; j < *n && !inside; j++) {
            size_t length = strlen(roots[j]);
            inside = j != i && strncmp(roots[i], roots[j], length) == 0 &&
                     (roots[i][length] == '/' || (roots[i][length] == '\0' && j < i));
        }
        if (!inside)
            roots[kept++] = roots[i];
    }
    *n = kept;
    return roots;
}

static uint64_t bytes(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || *text < '0' || *text > '9')
        die(EXIT_USAGE, "\"%s\" is not a number of bytes", text);
    return n;
}

static int capture(const char *store, const char *id, char **options)
{
    struct manifest out = {0}, *bases = take(3 * sizeof *bases);
    struct scan scan = {.out = &out};
    struct pack pack = {.limits = {UINT64_MAX, 0}};
    struct place p = open_place(store, id, true);
    uint32_t roots_n, base_n = 0;
    bool layers = false;
    for (; *options != NULL; options += 2) {
        if (options[1] == NULL)
            die(EXIT_USAGE, "%s needs a value", *options);
        if (strcmp(*options, "--max-bytes") == 0) {
            pack.limits.max_bytes = bytes(options[1]);
        } else if (strcmp(*options, "--min-free") == 0) {
            pack.limits.min_free = bytes(options[1]);
        } else if (strcmp(*options, "--for") == 0 && strcmp(options[1], "preview") == 0) {
            layers = true;
        } else if (strcmp(*options, "--outside") == 0) {
            outside_add(options[1]);
        } else if (strcmp(*options, "--overlay") == 0 && options[2] != NULL && options[3] != NULL &&
                   strcmp(options[2], "--layers") == 0) {
            overlay_add(options[1], options[3]);
            options += 2;
        } else if (strcmp(*options, "--base") == 0) {
            int dir = openat(p.store, options[1], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (base_n < 3 && dir >= 0 && manifest_try(&bases[base_n], dir, options[1], "manifest")) {
                bases[base_n].this_boot = boot_same(dir);
                scan.bases[base_n] = &bases[base_n];
                base_n++;
            }
            close(dir);
        } else {
            die(EXIT_USAGE, "%s is not an option of capture", *options);
        }
    }
    if (faccessat(p.dir, "manifest", F_OK, 0) == 0)
        return puts("captured before") < 0;
    char **roots = read_roots(&roots_n);
    if (roots_n == 0)
        die(EXIT_USAGE, "no path is given on fd 0");
    char *path = take(strlen(store) + strlen(id) + 10);
    sprintf(path, "%s/packs/%s", store, id);
    pack.path = path;
    pack.fd = openat(p.packs, id, O_CREAT | O_TRUNC | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (pack.fd < 0)
        die(errno == ENOSPC ? EXIT_SPACE : EXIT_FAILED, "%s: %s", path, strerror(errno));
    struct statvfs fs;
    if (pack.limits.min_free > 0 && fstatvfs(pack.fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < pack.limits.min_free) {
        unlink(path);
        die(EXIT_SPACE, "%llu bytes are free and %llu must stay free; snapshots.keep_free in agent.toml",
            (unsigned long long)fs.f_bavail * fs.f_frsize, (unsigned long long)pack.limits.min_free);
    }
    out.packs = malloc(sizeof *out.packs);
    if (out.packs == NULL)
        die(EXIT_FAILED, "no memory");
    out.packs[out.pack_n++] = (struct pack_name){.name = keep(id, strlen(id))};
    pack_begin(&pack, out.packs);
    scan.pack = &pack;
    scan.catalogue = catalogue_new(&out);
    crash_point("capture");
    overlays_lay();
    scan_roots(&scan, roots, roots_n);
    crash_point("scanned");
    if (layers)
        overlay_check(&out);
    above_write(&p, roots, roots_n);
    outside_write(&p);
    boot_write(&p);
    out.stored = pack.end > pack.first ? pack.end : 0;
    if (out.stored > 0)
        pack_close(&pack);
    else
        unlinkat(p.packs, id, 0);
    crash_point("packed");
    manifest_write(&out, p.dir, id, "manifest");
    if (fsync(p.packs) != 0 || fsync(p.store) != 0)
        die(EXIT_FAILED, "%s: %s", store, strerror(errno));
    log_line(&p, "captured");
    uint64_t size = 0;
    for (uint32_t i = 0; i < out.n; i++)
        size += out.v[i].size;
    printf("captured %u paths, %llu bytes, %llu of them stored anew\n", out.n, (unsigned long long)size, (unsigned long long)out.stored);
    return EXIT_OK;
}

static int remove_named(const char *path, const char *name)
{
    int dir = open_safe(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    if (dir < 0 && errno == ENOENT)
        return EXIT_OK;
    if (name[0] == '.' || strchr(name, '/') != NULL)
        die(EXIT_USAGE, "\"%s\" is not a name", name);
    if (dir < 0 || remove_tree(dir, name) != 0)
        die(EXIT_FAILED, "%s/%s: %s", path, name, strerror(errno));
    return EXIT_OK;
}

static int hash(void)
{
    static unsigned char buffer[100003];
    unsigned char sum[32];
    struct sha256 sha;
    sha256_portable = getenv("HOSTLER_PORTABLE") != NULL;
    sha256_start(&sha);
    for (ssize_t n; (n = read(0, buffer, sizeof buffer)) > 0;)
        sha256_add(&sha, buffer, (size_t)n);
    sha256_end(&sha, sum);
    for (size_t i = 0; i < sizeof sum; i++)
        printf("%02x", sum[i]);
    return putchar('\n') < 0;
}

/* A deep tree has a descriptor open at each level. */
static void raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* The options before the verb. */
static int keys(int argc, char **argv)
{
    if (argc < 4 || strcmp(argv[1], "--keys") != 0)
        return 0;
    bool encrypt = strcmp(argv[3], "--encrypt") == 0;
    uint64_t n = bytes(argv[2]);
    keys_read(n > UINT32_MAX ? 0 : (uint32_t)n, encrypt);
    return encrypt ? 3 : 2;
}

int main(int argc, char **argv)
{
    umask(077);
    raise_limits();
    int options = keys(argc, argv);
    argc -= options;
    argv += options;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("hostler-snapshot " VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "hash") == 0)
        return hash();
    if (argc >= 4 && strcmp(argv[1], "capture") == 0)
        return capture(argv[2], argv[3], argv + 4);
    if (argc == 4 && strcmp(argv[1], "seal") == 0)
        return seal(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "diff") == 0)
        return show_diff(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "restore") == 0)
        return restore(argv[2], argv[3], false);
    if (argc == 5 && strcmp(argv[1], "restore") == 0 && strcmp(argv[4], "--force") == 0)
        return restore(argv[2], argv[3], true);
    if (argc == 5 && strcmp(argv[1], "apply") == 0)
        return apply_preview(argv[2], argv[3], argv[4], false);
    if (argc == 6 && strcmp(argv[1], "apply") == 0 && strcmp(argv[5], "--force") == 0)
        return apply_preview(argv[2], argv[3], argv[4], true);
    if (argc == 5 && strcmp(argv[1], "copy") == 0)
        return copy(argv[2], argv[3], argv[4]);
    if (argc == 4 && strcmp(argv[1], "remove") == 0)
        return remove_named(argv[2], argv[3]);
    die(EXIT_USAGE, "usage: hostler-snapshot [--keys N [--encrypt]] capture|seal|diff|restore STORE ID [OPTION...] | apply STORE BASE AFTER [--force] | copy STORE ID AS | remove DIR NAME | hash | --version");
}
