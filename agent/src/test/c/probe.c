/* What a program in a sandbox tries. Built by the tests. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* sys NUMBER [ARG...]: one call; prints its result and errno */
static int sys(int argc, char **argv)
{
    long a[7] = {0};
    for (int i = 0; i < argc && i < 7; i++)
        a[i] = (long)strtoull(argv[i], NULL, 0);
    errno = 0;
    long result = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    printf("%ld %d\n", result, errno);
    return 0;
}

/* each NUMBER...: calls without arguments; prints number and errno of each */
static int each(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        errno = 0;
        syscall(atol(argv[i]), 0, 0, 0, 0, 0, 0);
        printf("%s %d\n", argv[i], errno);
    }
    return 0;
}

/* forks: as many sleeping children as there can be */
static int forks(void)
{
    int n = 0;
    pid_t pid;
    while (n < 100000 && (pid = fork()) > 0)
        n++;
    if (pid == 0)
        for (;;)
            pause();
    printf("%d %d\n", n, errno);
    return 0;
}

static int descriptors(void)
{
    for (int fd = 0; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("%d ", fd);
    return 0;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return puts("connected") < 0;
    printf("%s\n", strerror(errno));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "sys") == 0)
        return sys(argc - 2, argv + 2);
    if (strcmp(what, "each") == 0)
        return each(argc - 2, argv + 2);
    if (strcmp(what, "forks") == 0)
        return forks();
    if (strcmp(what, "descriptors") == 0)
        return descriptors();
    if (strcmp(what, "connect") == 0)
        return connect_to(argv[2]);
    if (strcmp(what, "x32") == 0)
        return syscall(0x40000000 | 39) < 0;
#ifdef __x86_64__
    if (strcmp(what, "int80") == 0) {
        long result = 20; /* getpid of i386 */
        __asm__ volatile("int $0x80" : "+a"(result)::"memory");
        return result < 0;
    }
#endif
    puts("waiting");
    fflush(stdout);
    for (;;)
        pause();
}
