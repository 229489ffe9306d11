/* race TRIES DIR: resolves declared paths, with the launcher's own code, while another thread swaps them for links as fast as
   it can. What comes out must be the declared path or a refusal, in every one of the tries; both must have happened. Needs
   root; DIR is an empty directory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../src/launch.h"

enum { ENOUGH = 1000 };

static jmp_buf refused;
static int refused_err;

/* In place of message.c: a refusal ends a try, not the program. */
void fail(int err, const char *format, ...)
{
    (void)format;
    refused_err = err;
    longjmp(refused, 1);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static void must(bool done, const char *what)
{
    if (!done) {
        perror(what);
        exit(3);
    }
}

static const char *swap_a, *swap_b;
static volatile bool over;
static unsigned long swaps;

static void *swapper(void *nothing)
{
    while (!over) {
        must(renameat2(AT_FDCWD, swap_a, AT_FDCWD, swap_b, RENAME_EXCHANGE) == 0, "swap");
        swaps++;
    }
    return nothing;
}

/* Returns 0 when `path` was never anything but the genuine one. a and b are what is swapped. */
static int race(const char *name, const char *path, const char *a, const char *b, long tries)
{
    struct stat genuine, got;
    must(stat(path, &genuine) == 0, path);
    pthread_t thread;
    volatile long taken = 0, no = 0, wrong = 0;
    struct timespec start, end;
    swap_a = a;
    swap_b = b;
    swaps = 0;
    over = false;
    clock_gettime(CLOCK_MONOTONIC, &start);
    must(pthread_create(&thread, NULL, swapper, NULL) == 0, "thread");
    for (volatile long i = 0; i < tries || (taken < ENOUGH && i < 100 * tries); i++) {
        bool is_dir;
        if (setjmp(refused) == 0) {
            int tree = tree_open(path, true, false, &is_dir);
            must(fstat(tree, &got) == 0, "fstat");
            close(tree);
            if (got.st_ino == genuine.st_ino && got.st_dev == genuine.st_dev)
                taken++;
            else
                wrong++;
        } else if (refused_err == ELOOP || refused_err == ENOENT || refused_err == ENOTDIR || refused_err == EINVAL) {
            no++;
        } else {
            errno = refused_err;
            must(false, "an unexpected refusal");
        }
        if (i % 100 == 0)
            syscall(SYS_close_range, 64U, ~0U, 0); /* what refusals left open: the launcher ends with them */
    }
    over = true;
    pthread_join(thread, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (lstat(path, &got) != 0 || got.st_ino != genuine.st_ino) /* as it was, for the next */
        must(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0, "swap back");
    bool good = wrong == 0 && taken > 0 && no > 0;
    printf("%s - race: %s: %ld tries, %lu swaps: %ld as declared, %ld refused, %ld elsewhere, in %.1f s\n",
           good ? "ok" : "not ok", name, taken + no + wrong, swaps, taken, no, wrong,
           (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
    return good ? 0 : 1;
}

static void make(const char *path, mode_t type)
{
    if (type == S_IFDIR) {
        must(mkdir(path, 0755) == 0, path);
    } else {
        int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
        must(fd >= 0 && close(fd) == 0, path);
    }
}

int main(int argc, char **argv)
{
    long tries = argc > 2 ? atol(argv[1]) : 0;
    must(tries > 0 && chdir(argv[2]) == 0, "race TRIES DIR");
    must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "a mount namespace of our own");
    char here[PATH_MAX - 64], path[PATH_MAX];
    must(getcwd(here, sizeof here) != NULL, "getcwd");
    make("canary", S_IFDIR);
    make("canary/in", S_IFDIR);
    make("canary/file", S_IFREG);
    make("real", S_IFDIR);
    make("real/in", S_IFDIR);
    make("real/file", S_IFREG);
    make("leaf", S_IFDIR);
    make("file", S_IFREG);
    must(symlink("canary", "to-canary") == 0 && symlink("canary/in", "to-in") == 0 && symlink("canary/file", "to-file") == 0, "symlink");
    must(mkfifo("fifo", 0644) == 0, "mkfifo");
    int wrong = 0;
    snprintf(path, sizeof path, "%s/real/in", here);
    wrong += race("a folder on the way and a link", path, "real", "to-canary", tries);
    snprintf(path, sizeof path, "%s/leaf", here);
    wrong += race("the declared folder and a link", path, "leaf", "to-in", tries);
    snprintf(path, sizeof path, "%s/file", here);
    wrong += race("the declared file and a link", path, "file", "to-file", tries);
    wrong += race("the declared file and a fifo", path, "file", "fifo", tries);
    return wrong != 0;
}
