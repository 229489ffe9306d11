/* Both ends of net=allow-list: a proxy that lets everything through to itself but port 9, and programs that connect.
     net proxy PATH           on the host: answers as the agent's proxy would; what it lets through it tells and echoes
     net tcp ADDRESS PORT     inside: connects, sends "hello", half-closes, prints what comes back, or the error
     net udp ADDRESS PORT     inside: sends "hello" as a datagram, prints the answer, or the error
     net bulk ADDRESS PORT N  inside: N bytes there and back at once, checked
     net many ADDRESS PORT N  inside: N connections at once, each of which must come through
     net rate ADDRESS PORT N  inside: N tries, one after the other, at a port where nobody listens; prints 1 if no more of
                              them came through than are let */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, DENIED = 9 };

static bool all(int fd, void *to, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t more = read(fd, (char *)to + got, n - got);
        if (more <= 0)
            return false;
        got += (size_t)more;
    }
    return true;
}

static bool put(int fd, const void *from, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t more = send(fd, (const char *)from + done, n - done, MSG_NOSIGNAL);
        if (more <= 0)
            return false;
        done += (size_t)more;
    }
    return true;
}

static void echo(int fd)
{
    static char bytes[CHUNK];
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        if (!put(fd, bytes, (size_t)n))
            return;
}

static void socks(int fd)
{
    static const unsigned char yes[] = {5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0}, no[] = {5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0};
    unsigned char rest[6], to[18];
    char text[INET6_ADDRSTRLEN] = "?", line[100];
    if (!all(fd, rest, sizeof rest) || rest[0] != 1 || rest[1] != 0 || rest[2] != 5 || rest[3] != 1)
        return;
    bool v4 = rest[5] == 1;
    if (!all(fd, to, v4 ? 6 : 18))
        return;
    inet_ntop(v4 ? AF_INET : AF_INET6, to, text, sizeof text);
    unsigned port = v4 ? to[4] * 256U + to[5] : to[16] * 256U + to[17];
    if (port == DENIED) {
        put(fd, no, sizeof no);
        return;
    }
    int n = snprintf(line, sizeof line, "to %s %u\n", text, port);
    if (put(fd, yes, sizeof yes) && (port == 7 || put(fd, line, (size_t)n)))
        echo(fd);
}

static void question(int fd, unsigned char high)
{
    unsigned char low, bytes[CHUNK];
    if (!all(fd, &low, 1) || !all(fd, bytes, high * 256U + low))
        return;
    unsigned char head[] = {(unsigned char)((high * 256U + low + 7) >> 8), (unsigned char)(low + 7)};
    put(fd, head, 2);
    put(fd, "answer ", 7);
    put(fd, bytes, high * 256U + low);
}

static int proxy(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int door = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (bind(door, (struct sockaddr *)&address, sizeof address) != 0 || listen(door, 1000) != 0)
        return perror(path), 1;
    if (chmod(path, 0666) != 0)
        return perror(path), 1;
    for (;;) {
        int fd = accept(door, NULL, NULL);
        if (fork() == 0) {
            unsigned char first;
            close(door);
            if (all(fd, &first, 1)) {
                if (first == 5)
                    socks(fd);
                else if (first < 5)
                    question(fd, first);
                else if (put(fd, &first, 1))
                    echo(fd);
            }
            _exit(0);
        }
        close(fd);
    }
}

static int opened(int type, const char *to, const char *port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = v6.sin6_port};
    struct timeval limit = {.tv_sec = 10};
    bool is4 = inet_pton(AF_INET, to, &v4.sin_addr) == 1;
    if (!is4)
        inet_pton(AF_INET6, to, &v6.sin6_addr);
    int fd = socket(is4 ? AF_INET : AF_INET6, type, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (fd < 0 || (is4 ? connect(fd, (struct sockaddr *)&v4, sizeof v4) : connect(fd, (struct sockaddr *)&v6, sizeof v6)) != 0) {
        printf("error %s\n", strerrorname_np(errno));
        return -1;
    }
    return fd;
}

static int talk(int type, const char *to, const char *port)
{
    char bytes[1000];
    int fd = opened(type, to, port);
    if (fd < 0)
        return 0;
    ssize_t n = send(fd, "hello", 5, MSG_NOSIGNAL);
    if (n == 5 && type == SOCK_STREAM)
        shutdown(fd, SHUT_WR);
    while (n > 0 && (n = read(fd, bytes, sizeof bytes)) > 0 && fwrite(bytes, 1, (size_t)n, stdout) > 0 && type == SOCK_STREAM) {
    }
    puts(n < 0 ? strerrorname_np(errno) : "");
    return 0;
}

static int bulk(const char *to, const char *port, size_t n)
{
    static unsigned char out[CHUNK], in[CHUNK];
    size_t sent = 0, got = 0;
    int fd = opened(SOCK_STREAM, to, port);
    if (fd < 0)
        return 1;
    while (got < n) {
        struct pollfd wait = {.fd = fd, .events = (short)(POLLIN | (sent < n ? POLLOUT : 0))};
        poll(&wait, 1, -1);
        if (wait.revents & POLLOUT) {
            size_t some = n - sent < CHUNK ? n - sent : CHUNK;
            for (size_t i = 0; i < some; i++)
                out[i] = (unsigned char)((sent + i) * 31 >> 3);
            ssize_t done = send(fd, out, some, MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += done > 0 ? (size_t)done : 0;
            if (sent == n)
                shutdown(fd, SHUT_WR);
        }
        if (wait.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t some = recv(fd, in, CHUNK, MSG_DONTWAIT);
            if (some == 0 || (some < 0 && errno != EAGAIN))
                return printf("ended after %zu\n", got), 1;
            for (ssize_t i = 0; i < some; i++)
                if (in[i] != (unsigned char)((got + (size_t)i) * 31 >> 3))
                    return printf("wrong at %zu\n", got + (size_t)i), 1;
            got += some > 0 ? (size_t)some : 0;
        }
    }
    ssize_t end = read(fd, in, 1);
    printf("%zu bytes, then %s\n", got, end == 0 ? "the end" : "more");
    return 0;
}

static int many(const char *to, const char *port, int n)
{
    int *all_fds = calloc((size_t)n, sizeof *all_fds), ok = 0;
    char bytes[5];
    for (int i = 0; i < n; i++)
        all_fds[i] = opened(SOCK_STREAM, to, port);
    for (int i = 0; i < n; i++)
        ok += all_fds[i] >= 0 && put(all_fds[i], "hello", 5) && all(all_fds[i], bytes, 5) && memcmp(bytes, "hello", 5) == 0;
    return printf("%d of %d\n", ok, n) < 0;
}

static int rate(const char *to, const char *port, int n)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    struct timespec from, now;
    int came = 0;
    inet_pton(AF_INET, to, &v4.sin_addr);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < n; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        struct pollfd refused = {.fd = fd};
        came += connect(fd, (struct sockaddr *)&v4, sizeof v4) != 0 && (errno == ECONNREFUSED || poll(&refused, 1, 0) > 0);
        close(fd);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    fprintf(stderr, "%d of %d in %ld s\n", came, n, (long)(now.tv_sec - from.tv_sec));
    return printf("%d\n", came >= 1000 && came < n && came <= 2000 + 500 * (now.tv_sec - from.tv_sec + 1)) < 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return proxy(argv[2]);
    if (argc == 5 && strcmp(argv[1], "rate") == 0)
        return rate(argv[2], argv[3], atoi(argv[4]));
    if (argc == 5)
        return strcmp(argv[1], "bulk") == 0 ? bulk(argv[2], argv[3], (size_t)atol(argv[4])) : many(argv[2], argv[3], atoi(argv[4]));
    if (argc == 4)
        return talk(strcmp(argv[1], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM, argv[2], argv[3]);
    return 64;
}
