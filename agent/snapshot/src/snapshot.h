/* What the parts of hostler-snapshot share. main.c tells the whole story. */
#ifndef HOSTLER_SNAPSHOT_H
#define HOSTLER_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#define VERSION "1"
#define NONE UINT32_MAX

enum { EXIT_OK = 0, EXIT_DIFFERENT = 1, EXIT_CONFLICT = 2, EXIT_SPACE = 3, EXIT_USAGE = 64, EXIT_FAILED = 70 };

/* Content up to this size is hashed as it is; above it, as the runs of blocks that are not all zero: a hole costs nothing
   and where a file system puts its holes does not matter. */
#define PLAIN_MAX (64u << 20)
#define BLOCK 4096u

struct xattr {
    char *name;
    unsigned char *value;
    size_t length;
};

struct extent {
    uint64_t offset, length;
};

/* One path. Entries stand in the order of a walk: a directory before its children, children by the bytes of their names.
   A child of entry i is i + 1, the next one is where the subtree of that one ends. */
struct entry {
    char *name;      /* absolute path of a root, else one component */
    uint32_t parent; /* NONE: a root */
    uint32_t end;    /* one past its subtree */
    uint32_t leader; /* the first entry that is the same inode; itself if there is no other */
    char type;       /* d f l p s c b; n: nothing is there; m: a mount point, not entered */
    uint32_t mode, uid, gid, flags, nlink;
    struct timespec mtime, atime, ctime;
    uint64_t dev, ino, rdev, size;
    unsigned char hash[32]; /* f */
    uint32_t pack;          /* f: index into packs; NONE: no bytes are stored */
    uint64_t offset;        /* f: where the extents' bytes stand in the pack, one after the other */
    struct extent *extents; /* f: what is not a hole */
    char *target;           /* l */
    struct xattr *xattrs;   /* by name */
    uint32_t extent_n, xattr_n;
};

enum { KEY_NAME = 32 }; /* hexadecimal digits by which a key is known */

struct pack_name {
    char *name;
    char key[KEY_NAME + 1]; /* with which it is encrypted; empty: it is not */
};

struct manifest {
    struct entry *v;
    uint32_t n, room;
    struct pack_name *packs;
    uint32_t pack_n;
    struct timespec taken; /* when the scan began */
    uint64_t stored;       /* bytes that it added to its pack */
    bool this_boot;        /* times that are still the same mean that the content is */
};

/* The directories above a root, to be made again if they are gone. */
struct above {
    char *path;
    uint32_t mode, uid, gid;
};

struct sha256 {
    uint32_t state[8];
    unsigned char block[64];
    size_t fill;
    uint64_t total;
};

struct limits {
    uint64_t max_bytes; /* of a pack */
    uint64_t min_free;  /* bytes of the store's file system */
};

/* One that is written. */
struct pack {
    int fd;
    const char *path;
    uint64_t first, end; /* where files begin and end */
    struct limits limits;
    unsigned char *buffer;
    size_t fill;
    uint64_t checked, started;
    bool no_clone;
    struct cipher *cipher; /* NULL: it is not encrypted */
    unsigned char *chunk;
    size_t part; /* bytes of a file that are in chunk, not yet in the buffer */
};

/* Those of a manifest, to be read. */
struct packs {
    int dir;
    const struct manifest *m;
    struct opened *v;
};

struct opened {
    int fd; /* 0: not opened */
    struct cipher *cipher; /* NULL: it is not encrypted */
};

/* Where reading a file's bytes in a pack is. */
struct reader {
    struct opened *pack;
    uint64_t at, left;
    size_t have, used;
};

/* base.c */
void *take(size_t bytes);
char *keep(const char *text, size_t length);
void *grow(void *old, size_t element, uint32_t n, uint32_t *room);
_Noreturn void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void escape(FILE *out, const char *text);
char *path_of(const struct manifest *m, uint32_t i);
void here_set(const struct manifest *m, uint32_t i); /* what messages are about */
const char *here(void);
void crash_point(const char *name);
int open_safe(int dir, const char *path, uint64_t flags);

/* sha256.c */
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_end(struct sha256 *s, unsigned char digest[32]);
extern bool sha256_portable; /* tests set it */

/* crypt.c */
#define MARK "encrypted "
enum { MARK_N = sizeof MARK - 1, CRYPT_LINE = 108, CRYPT_CHUNK = 64 << 10, CRYPT_MORE = 28 };
void keys_read(uint32_t n, bool encrypt);
bool encrypting(void);
bool key_known(const char *name);
bool key_current(const char *name);
struct cipher *cipher_new(char line[CRYPT_LINE + 1], const char *what);
struct cipher *cipher_of(const char line[CRYPT_LINE], const char *what);
void encrypt_chunk(struct cipher *s, unsigned char *to, const unsigned char *plain, size_t n, uint64_t at, bool last);
bool decrypt_chunk(const struct cipher *s, unsigned char *plain, const unsigned char *from, size_t n, uint64_t at, bool last);

/* format.c, parse.c */
struct entry *manifest_add(struct manifest *m);
void manifest_write(const struct manifest *m, int dir, const char *id, const char *name);
bool manifest_read(struct manifest *m, int dir, const char *id, const char *name);
bool manifest_try(struct manifest *m, int dir, const char *id, const char *name);

/* pack.c */
void pack_begin(struct pack *pack, struct pack_name *name);
void pack_room(struct pack *pack, uint64_t more);
void pack_append(struct pack *pack, const unsigned char *data, size_t n);
void pack_mark(struct pack *pack);
void pack_flush(struct pack *pack);
void pack_rewind(struct pack *pack, uint64_t end);
void pack_close(struct pack *pack);
struct opened *pack_open(struct packs *all, uint32_t i);
bool read_all(int fd, unsigned char *to, size_t n, uint64_t at);
bool reader_read(struct reader *r, unsigned char *to, size_t n);

/* meta.c */
void meta_get(struct entry *e, int fd, bool path_only);
int meta_set(const struct entry *e, int fd, bool path_only, const char **what);
int flags_get(int fd);
bool flags_clear(int fd);

/* content.c */
struct catalogue;
struct catalogue *catalogue_new(struct manifest *m);
void content_read(struct manifest *m, uint32_t i, int fd, struct pack *pack, struct catalogue *all);
int content_write(const struct entry *e, struct opened *pack, int fd);

/* overlay.c */
void overlay_add(const char *base, const char *layers);
bool overlay_any(void);
void overlays_lay(void);
void overlay_check(const struct manifest *m);

/* scan.c */
struct statx;
enum { BASES = 3 };
struct scan {
    struct manifest *out;
    const struct manifest *bases[BASES]; /* of which hashes are taken over where nothing has changed */
    struct pack *pack;               /* NULL: content is only hashed */
    struct catalogue *catalogue;
};
char **names_of(int fd, uint32_t *n); /* sorted; the caller frees the list */
void scan_roots(struct scan *scan, char **roots, uint32_t n);
char type_of(mode_t mode);

/* same.c */
const struct entry *seen_before(const struct scan *s, int dir, const struct statx *sx, const uint32_t *at);
void take_over(struct entry *e, const struct entry *b, const struct statx *sx);
bool from_base(struct scan *s, uint32_t i, int fd, const uint32_t *at);

/* diff.c */
enum {
    D_TYPE = 1, D_CONTENT = 2, D_MODE = 4, D_OWNER = 8, D_MTIME = 16, D_XATTR = 32, D_FLAGS = 64, D_TARGET = 128,
    D_DEVICE = 256, D_LINKS = 512, D_MISSING = 1024, D_EXTRA = 2048
};
struct diff {
    uint32_t *mask;  /* per entry of a */
    uint32_t *other; /* per entry of a: the entry of b of the same path, or NONE */
    uint32_t *extra; /* entries of b that a has not, tops of trees only */
    uint32_t extra_n, extra_room, count;
};
void diff_make(struct diff *d, const struct manifest *a, const struct manifest *b);
void diff_print(FILE *out, const struct diff *d, const struct manifest *a, const struct manifest *b);

/* place.c */
struct place {
    int store, packs, dir;
    const char *id;
};
struct place open_place(const char *store, const char *id, bool make);
void log_line(const struct place *p, const char *line);
void boot_write(const struct place *p);
bool boot_same(int dir);
bool half_restored(const struct place *p);
void above_write(const struct place *p, char **roots, uint32_t n);
void above_copy(const struct place *from, const struct place *to);
struct above *above_read(const struct place *p, uint32_t *n);

/* outside.c */
void outside_add(const char *path);
bool outside_has(const struct statx *sx);
void outside_write(const struct place *p);
void outside_read(const struct place *p);

/* states.c */
int seal(const char *store, const char *id);
int show_diff(const char *store, const char *id);
int restore(const char *store, const char *id, bool force);
int apply_preview(const char *store, const char *base_id, const char *id, bool force);
int copy(const char *store, const char *id, const char *as);

/* apply.c */
struct apply {
    const struct manifest *want, *now;
    const struct diff *diff;
    const struct above *above;
    uint32_t above_n;
    int packs;       /* the directory with the packs */
    bool again;      /* one was begun before, and did not end */
    uint32_t done, failed;
};
void apply_all(struct apply *apply);
int remove_tree(int dir, const char *name);

#endif
