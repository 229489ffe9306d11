/* Runs inside the sandbox: probe WHAT [ARG...] tries one thing and prints one plain line per attempt. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, long result)
{
    printf("%s %s\n", what, result >= 0 ? "ok" : strerrorname_np(errno));
    fflush(stdout);
}

static void try_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (*path == '@')
        address.sun_path[0] = '\0'; /* abstract; the NULs that follow belong to the name */
    for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++)
        tell(path, connect(socket(AF_UNIX, type, 0), (struct sockaddr *)&address, sizeof address));
}

static void open_descriptors(void)
{
    for (int fd = 0; fd < 65536; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("%d ", fd);
    puts("");
}

/* access(2), because open(2) says ETXTBSY before it looks at the mount: writable a moment later. */
static void executables(void)
{
    DIR *proc = opendir("/proc");
    int seen = 0, bad = 0;
    for (struct dirent *e; (e = readdir(proc)) != NULL;) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/exe", e->d_name);
        if (e->d_name[0] < '0' || e->d_name[0] > '9')
            continue;
        seen++;
        int result = access(path, W_OK);
        if (result == 0 || (errno != EROFS && errno != EACCES && errno != EPERM && errno != ENOENT)) {
            bad++;
            tell(path, result);
        }
    }
    printf("seen %d writable %d\n", seen, bad);
}

static void tty(void)
{
    char c = 'x', paste = 3;
    tell("open /dev/tty", open("/dev/tty", O_RDWR));
    tell("open /dev/ptmx", open("/dev/ptmx", O_RDWR));
    for (int fd = 0; fd < 3; fd++) {
        tell("TIOCSTI", ioctl(fd, TIOCSTI, &c));
        tell("TIOCSTI upper bits", syscall(SYS_ioctl, fd, TIOCSTI | UINT64_C(1) << 32, &c));
        tell("TIOCLINUX", ioctl(fd, TIOCLINUX, &paste));
    }
    printf("session %s\n", getsid(0) == getpid() ? "own" : "foreign");
}

static void escapes(void)
{
    tell("mount tmpfs", mount("x", "/tmp", "tmpfs", 0, NULL));
    tell("remount /", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    tell("mount cgroup", mount("x", "/tmp", "cgroup", 0, "memory"));
    tell("umount /proc", umount2("/proc", MNT_DETACH));
    tell("unshare mount", unshare(CLONE_NEWNS));
    tell("setns pid 1", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
    tell("ptrace pid 1", ptrace(PTRACE_ATTACH, 1, NULL, NULL));
    tell("read pid 1 root", open("/proc/1/root/etc", O_RDONLY));
    tell("mknod", mknod("/tmp/disk", S_IFBLK | 0600, 254 << 8));
    tell("chroot", chroot("/tmp"));
    tell("sethostname", sethostname("x", 1));
    kill(1, SIGKILL); /* "succeeds" for root, and must do nothing */
    printf("pid 1 %s\n", kill(1, 0) == 0 || errno == EPERM ? "alive" : "dead");
}

static void hog(long megabytes)
{
    for (long i = 0; i < megabytes; i++) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            exit(3);
        memset(p, 1, 1 << 20);
    }
}

/* Opens as many files as it may, says how many, and stays for a while. */
static void files(long ms)
{
    long n = 0;
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        n++;
    printf("%ld %s\n", n, errno == EMFILE ? "EMFILE" : "?");
    fflush(stdout);
    usleep((useconds_t)ms * 1000);
}

static void bomb(void)
{
    int made = 0;
    for (; made < 5000; made++) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            setsid();
            signal(SIGTERM, SIG_IGN);
            pause();
            _exit(0);
        }
    }
    printf("made %d\n", made);
}

/* Addresses of a connect, paths of a mount: what a denial is told with. */
static void denied(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443), .sin_addr = {htonl(0x0a000001)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_addr = {{{[15] = 1}}}};
    tell("connect 4", connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&v4, sizeof v4));
    tell("connect 6", connect(socket(AF_INET6, SOCK_STREAM, 0), (struct sockaddr *)&v6, sizeof v6));
    tell("connect nowhere", connect(0, (struct sockaddr *)8, 16));
    tell("mount", mount("secret source", "/mnt/a b\n%", "tmpfs", MS_NOSUID, "secret=1"));
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    memcpy(edge + 4090, "/edge", 6);
    tell("umount", umount2(edge + 4090, MNT_DETACH));
    tell("unshare", unshare(CLONE_NEWUSER));
}

/* Who this program talks to: nobody answers. */
static void peers(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/no/such"};
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_STREAM, 0);
    tell("connect", connect(tcp, (struct sockaddr *)&to, sizeof to));
    tell("unix", connect(local, (struct sockaddr *)&name, sizeof name));
    to.sin_port = htons(53);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    tell("sendto", sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof to));
    to.sin_port = htons(809);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    tell("bind", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to));
}

/* Cost of one call of this number, in microseconds. */
static void cost(int call, int times)
{
    double *took = calloc((size_t)times, sizeof *took);
    for (int i = 0; i < times; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        syscall(call, 0, 0, 0, 0, 0, 0);
        clock_gettime(CLOCK_MONOTONIC, &b);
        took[i] = (double)(b.tv_sec - a.tv_sec) * 1e6 + (double)(b.tv_nsec - a.tv_nsec) / 1e3;
    }
    qsort(took, (size_t)times, sizeof *took, compare);
    printf("p50 %.1f us, p99 %.1f us\n", took[times / 2], took[times * 99 / 100]);
}

/* Many threads, each with its own calls. */
static void *calls(void *call)
{
    for (int i = 0; i < 200; i++)
        syscall(*(int *)call, 0, 0, 0, 0, 0, 0);
    return NULL;
}

static void threads(int call)
{
    pthread_t all[16];
    for (int i = 0; i < 16; i++)
        pthread_create(&all[i], NULL, calls, &call);
    for (int i = 0; i < 16; i++)
        pthread_join(all[i], NULL);
}

static void interfaces(void)
{
    struct ifreq lo = {.ifr_name = "lo"};
    struct if_nameindex *names = if_nameindex();
    for (struct if_nameindex *i = names; i != NULL && i->if_index != 0; i++)
        printf("%s ", i->if_name);
    ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCGIFFLAGS, &lo);
    puts(lo.ifr_flags & IFF_UP ? "lo-up" : "lo-down");
}

/* A byte sequence in which a lost, repeated or reordered page shows. */
static void pattern(unsigned long long bytes)
{
    static unsigned char buffer[65536];
    uint64_t x = 1;
    while (bytes > 0) {
        size_t n = bytes < sizeof buffer ? (size_t)bytes : sizeof buffer;
        for (size_t i = 0; i < sizeof buffer; i++, x = x * 6364136223846793005u + 1442695040888963407u)
            buffer[i] = (unsigned char)(x >> 56);
        for (size_t done = 0; done < n;) {
            ssize_t m = write(1, buffer + done, n - done);
            if (m <= 0)
                exit(9);
            done += (size_t)m;
        }
        bytes -= n;
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
#define IS(name) (strcmp(what, name) == 0)
    for (int i = 2; i < argc; i++) {
        if (IS("connect"))
            try_connect(argv[i]);
        if (IS("write"))
            tell(argv[i], open(argv[i], O_WRONLY | O_CLOEXEC));
        if (IS("create"))
            tell(argv[i], open(argv[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        if (IS("read"))
            tell(argv[i], open(argv[i], O_RDONLY | O_CLOEXEC));
        if (IS("list"))
            tell(argv[i], opendir(argv[i]) == NULL ? -1 : 0);
        if (IS("access"))
            tell(argv[i], access(argv[i], W_OK));
        if (IS("kill"))
            tell(argv[i], kill(atoi(argv[i]), 0));
        if (IS("syscall"))
            tell(argv[i], syscall(atoi(argv[i]), 0, 0, 0, 0, 0, 0));
    }
    if (IS("denied"))
        denied();
    if (IS("peers"))
        peers();
    if (IS("cost"))
        cost(atoi(argv[2]), atoi(argv[3]));
    if (IS("threads"))
        threads(atoi(argv[2]));
    if (IS("kinds")) /* as many different denials of kill(2) as asked for */
        for (int i = 0; i < atoi(argv[2]); i++)
            kill(1000000 + i, 0);
    if (IS("fds"))
        open_descriptors();
    if (IS("executables"))
        executables();
    if (IS("tty"))
        tty();
    if (IS("escapes"))
        escapes();
    if (IS("hog"))
        hog(atol(argv[2]));
    if (IS("files"))
        files(atol(argv[2]));
    if (IS("bomb"))
        bomb();
    if (IS("interfaces"))
        interfaces();
    if (IS("pattern"))
        pattern(strtoull(argv[2], NULL, 10));
    if (IS("euid"))
        printf("%d %d\n", geteuid(), getegid());
    if (IS("nnp"))
        printf("%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (IS("signal"))
        raise(atoi(argv[2]));
    return 0;
}
