/* What differs between two manifests of the same roots. */
#include <string.h>
#include <stdlib.h>

#include "snapshot.h"

static uint32_t xattrs_differ(const struct entry *a, const struct entry *b)
{
    if (a->xattr_n != b->xattr_n)
        return D_XATTR;
    for (uint32_t k = 0; k < a->xattr_n; k++)
        if (strcmp(a->xattrs[k].name, b->xattrs[k].name) != 0 || a->xattrs[k].length != b->xattrs[k].length ||
            memcmp(a->xattrs[k].value, b->xattrs[k].value, a->xattrs[k].length) != 0)
            return D_XATTR;
    return 0;
}

static uint32_t compare(const struct entry *a, const struct entry *b)
{
    uint32_t mask = 0;
    if (a->type != b->type)
        return a->type == 'n' ? D_EXTRA : b->type == 'n' ? D_MISSING : D_TYPE;
    if (a->type == 'n' || a->type == 'm')
        return 0;
    if (a->type == 'f' && (a->size != b->size || memcmp(a->hash, b->hash, sizeof a->hash) != 0))
        mask |= D_CONTENT;
    if (a->type == 'l' && strcmp(a->target, b->target) != 0)
        mask |= D_TARGET;
    if (a->rdev != b->rdev)
        mask |= D_DEVICE;
    if (a->type != 'l' && a->mode != b->mode)
        mask |= D_MODE;
    if (a->uid != b->uid || a->gid != b->gid)
        mask |= D_OWNER;
    if (a->mtime.tv_sec != b->mtime.tv_sec || a->mtime.tv_nsec != b->mtime.tv_nsec)
        mask |= D_MTIME;
    if (a->flags != b->flags)
        mask |= D_FLAGS;
    return mask | xattrs_differ(a, b);
}

static void extra(struct diff *d, uint32_t j)
{
    d->extra = grow(d->extra, sizeof *d->extra, d->extra_n, &d->extra_room);
    d->extra[d->extra_n++] = j;
}

static void pair(struct diff *d, const struct manifest *a, uint32_t i, const struct manifest *b, uint32_t j)
{
    d->other[i] = j;
    d->mask[i] = compare(&a->v[i], &b->v[j]);
    bool both = a->v[i].type == 'd' && b->v[j].type == 'd';
    uint32_t x = i + 1, y = j + 1, x_end = both || a->v[i].type == 'd' ? a->v[i].end : x, y_end = both ? b->v[j].end : y;
    while (x < x_end || y < y_end) {
        int order = x == x_end ? 1 : y == y_end ? -1 : strcmp(a->v[x].name, b->v[y].name);
        if (order == 0) {
            pair(d, a, x, b, y);
            x = a->v[x].end;
            y = b->v[y].end;
        } else if (order < 0) {
            for (uint32_t end = a->v[x].end; x < end; x++)
                d->mask[x] = D_MISSING;
        } else {
            extra(d, y);
            y = b->v[y].end;
        }
    }
}

void diff_make(struct diff *d, const struct manifest *a, const struct manifest *b)
{
    memset(d, 0, sizeof *d);
    d->mask = calloc(a->n + 1, sizeof *d->mask);
    d->other = malloc((a->n + 1) * sizeof *d->other);
    if (d->mask == NULL || d->other == NULL)
        die(EXIT_FAILED, "no memory");
    memset(d->other, 0xff, (a->n + 1) * sizeof *d->other);
    for (uint32_t i = 0; i < a->n; i = a->v[i].end)
        for (uint32_t j = 0; j < b->n; j = b->v[j].end)
            if (strcmp(a->v[i].name, b->v[j].name) == 0)
                pair(d, a, i, b, j);
    for (uint32_t i = 0; i < a->n; i++) {
        if (d->other[i] != NONE && a->v[i].type != 'd' && a->v[i].type == b->v[d->other[i]].type &&
            d->other[a->v[i].leader] != b->v[d->other[i]].leader)
            d->mask[i] |= D_LINKS;
        d->count += d->mask[i] != 0;
    }
    d->count += d->extra_n;
}

static void print_one(FILE *out, const char *kind, const struct manifest *m, uint32_t i, uint32_t mask)
{
    static const char *const names[] = {"type", "content", "mode", "owner", "mtime", "xattrs", "flags", "target", "device", "links"};
    const char *before = "  (";
    fprintf(out, "%-8s ", kind);
    escape(out, path_of(m, i));
    for (int k = 0; k < 10; k++)
        if ((mask & 1u << k) != 0) {
            fprintf(out, "%s%s", before, names[k]);
            before = ", ";
        }
    if (before[0] == ',')
        putc(')', out);
    putc('\n', out);
}

/* One line a path, as seen from a: what b lacks is "deleted", what only b has is "created" (of a tree the top alone). */
void diff_print(FILE *out, const struct diff *d, const struct manifest *a, const struct manifest *b)
{
    for (uint32_t i = 0; i < a->n; i++) {
        uint32_t mask = d->mask[i];
        if ((mask & D_MISSING) != 0)
            print_one(out, "deleted", a, i, 0);
        else if ((mask & D_EXTRA) != 0)
            print_one(out, "created", a, i, 0);
        else if (mask != 0)
            print_one(out, "changed", a, i, mask);
    }
    for (uint32_t k = 0; k < d->extra_n; k++)
        print_one(out, "created", b, d->extra[k], 0);
}
