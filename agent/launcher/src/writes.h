/* What writes.c finds out about calls that change files. */
#ifndef HOSTLER_WRITES_H
#define HOSTLER_WRITES_H

#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

struct change {
    bool happens;             /* as far as the path goes: what would be changed is there, or would be made */
    bool read_only;           /* on a mount where it cannot */
    bool there, made, opened; /* the file exists; its folder is changed; its content is */
    struct stat file, parent; /* of what is there; of the folder, if that is changed */
    char path[PATH_MAX];      /* without links */
};

/* target.c: up to n bytes of another process's memory; returns how many could be read. */
size_t target_read(pid_t tid, uint64_t address, void *to, size_t n);

/* A change that a call wants to make. */
struct want {
    int kind;
    uint64_t flags; /* of an open */
    char path[PATH_MAX]; /* absolute, as the caller sees it */
};

enum { WANTS = 2 };

/* Reads what the call wants, as long as its caller waits. Returns how many changes that is. */
int changes_wanted(const struct seccomp_notif *call, struct want wants[WANTS]);

/* What comes of a change under the root `root`. Without `all` only as much as it takes to tell whether a mount forbids it:
   that is the same before and after the call. */
void change_judge(const struct want *want, int root, bool all, struct change *change);

#endif
