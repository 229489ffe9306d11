/* The forwarder: a process inside the sandbox that takes what comes in at the doors to the agent's proxy, byte by byte.
     any      whatever was connected to: asks the proxy for the original destination (SOCKS5), resets if it is denied
     proxy    127.0.0.1:3128, for programs that know proxies: HTTP CONNECT or SOCKS5 is between them and the proxy
     dns_tcp  the same for questions about names; dns: each datagram becomes such a question, with its length before it
   The proxy tells the three apart by the first byte. Nothing is decided here, so nothing is lost if a program takes the
   forwarder over; its own filter is for that it gains nothing either. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "launch.h"
#include "network.h"

enum { LINKS = 512, BUFFER = 16384, DOORS = 8, ANSWER = 12, QUESTION = 1024, ORIGINAL_DST_V6 = 80 };
enum kind { FREE, STREAM, ASKING, QUERY }; /* ASKING: the proxy has not said yes */

/* One direction. What is in the buffer is written before more is read: a slow reader slows its writer. */
struct half {
    char bytes[BUFFER];
    size_t at, n;
    bool ended, shut;
};

struct link {
    enum kind kind;
    int program, proxy;
    struct half up, down;
    union {
        struct sockaddr_in6 v6;
        struct sockaddr_in v4;
        struct sockaddr any;
    } from; /* of a query */
    socklen_t from_n;
};

static struct link links[LINKS];
static struct pollfd fds[DOORS + 2 * LINKS];

static void end(struct link *link, bool reset)
{
    struct linger now = {.l_onoff = 1};
    if (link->kind != QUERY) {
        if (reset)
            setsockopt(link->program, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(link->program);
    }
    close(link->proxy);
    link->kind = FREE;
}

static int proxy_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PROXY_SOCKET};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd); /* the agent is away, or has more to do than it takes */
        return -1;
    }
    return fd;
}

static struct link *unused(void)
{
    for (int i = 0; i < LINKS; i++)
        if (links[i].kind == FREE)
            return &links[i];
    return NULL;
}

static void clear(struct half *half)
{
    half->at = half->n = 0;
    half->ended = half->shut = false;
}

static void put(struct half *half, const void *bytes, size_t n)
{
    memcpy(half->bytes + half->at + half->n, bytes, n);
    half->n += n;
}

static bool put_request(struct link *link, int family)
{
    static const unsigned char v4[] = {5, 1, 0, 5, 1, 0, 1}, v6[] = {5, 1, 0, 5, 1, 0, 4};
    struct sockaddr_in6 to6 = {0};
    struct sockaddr_in to4 = {0};
    socklen_t n = family == AF_INET ? sizeof to4 : sizeof to6;
    if (family == AF_INET) {
        if (getsockopt(link->program, IPPROTO_IP, SO_ORIGINAL_DST, &to4, &n) != 0)
            return false;
        put(&link->up, v4, sizeof v4);
        put(&link->up, &to4.sin_addr, sizeof to4.sin_addr);
        put(&link->up, &to4.sin_port, sizeof to4.sin_port);
    } else {
        if (getsockopt(link->program, IPPROTO_IPV6, ORIGINAL_DST_V6, &to6, &n) != 0)
            return false;
        put(&link->up, v6, sizeof v6);
        put(&link->up, &to6.sin6_addr, sizeof to6.sin6_addr);
        put(&link->up, &to6.sin6_port, sizeof to6.sin6_port);
    }
    return true;
}

static void accept_stream(int door, struct link *link, enum kind kind, int family)
{
    link->program = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (link->program < 0)
        return;
    link->kind = kind;
    link->proxy = proxy_connect();
    clear(&link->up);
    clear(&link->down);
    if (link->proxy < 0 || (kind == ASKING && !put_request(link, family)))
        end(link, true);
}

static void accept_query(int door, struct link *link)
{
    clear(&link->up);
    clear(&link->down);
    link->from_n = sizeof link->from;
    ssize_t n = recvfrom(door, link->up.bytes + 2, QUESTION, 0, &link->from.any, &link->from_n);
    if (n < 0)
        return;
    link->kind = QUERY;
    link->program = door;
    link->proxy = proxy_connect();
    link->up.bytes[0] = (char)(n >> 8);
    link->up.bytes[1] = (char)n;
    link->up.n = (size_t)n + 2;
    link->up.ended = true; /* one question, no more */
    if (link->proxy < 0)
        end(link, false);
}

/* Returns false if the connection is broken. */
static bool fill(struct half *half, int from)
{
    size_t used = half->at + half->n;
    ssize_t n = used < BUFFER ? recv(from, half->bytes + used, BUFFER - used, MSG_DONTWAIT) : 0;
    if (used == BUFFER || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return true;
    if (n < 0)
        return false;
    half->n += (size_t)n;
    half->ended = n == 0;
    return true;
}

static bool drain(struct half *half, int to)
{
    if (half->n > 0) {
        ssize_t n = send(to, half->bytes + half->at, half->n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        half->at += (size_t)n;
        half->n -= (size_t)n;
    }
    if (half->n == 0)
        half->at = 0;
    if (half->n == 0 && half->ended && !half->shut)
        half->shut = shutdown(to, SHUT_WR) == 0 || errno == ENOTCONN;
    return true;
}

/* The proxy's answers to the greeting and the request: 05 00, 05 REPLY 00 01 and six bytes. */
static bool answered(struct link *link)
{
    const char *a = link->down.bytes;
    if (link->down.n < ANSWER)
        return !link->down.ended;
    link->kind = STREAM;
    link->down.at = ANSWER;
    link->down.n -= ANSWER;
    return a[0] == 5 && a[1] == 0 && a[2] == 5 && a[3] == 0 && a[5] == 1;
}

static bool answer_query(struct link *link)
{
    const unsigned char *a = (const unsigned char *)link->down.bytes;
    size_t n = link->down.n < 2 ? BUFFER : (size_t)a[0] << 8 | a[1];
    if (link->down.n < n + 2)
        return !link->down.ended;
    sendto(link->program, a + 2, n, MSG_DONTWAIT | MSG_NOSIGNAL, &link->from.any, link->from_n);
    return false;
}

static void serve(struct link *link, short program, short proxy)
{
    enum { READABLE = POLLIN | POLLHUP | POLLERR };
    bool alive = true;
    if (link->kind != QUERY && (program & READABLE) && link->up.n == 0 && !link->up.ended)
        alive = fill(&link->up, link->program);
    if (alive && (proxy & READABLE) && !link->down.ended && (link->down.n == 0 || link->kind != STREAM))
        alive = fill(&link->down, link->proxy);
    if (alive && link->kind == ASKING)
        alive = answered(link);
    else if (alive && link->kind == QUERY)
        alive = answer_query(link);
    if (alive)
        alive = drain(&link->up, link->proxy);
    if (alive && link->kind == STREAM)
        alive = drain(&link->down, link->program);
    if (!alive || (link->up.shut && link->down.shut))
        end(link, !alive);
}

static void watch(const struct link *link, struct pollfd *program, struct pollfd *proxy)
{
    bool asks = link->kind == ASKING || link->kind == QUERY;
    *program = *proxy = (struct pollfd){.fd = -1};
    if (link->kind == FREE)
        return;
    if (link->up.n == 0 && !link->up.ended)
        program->events |= POLLIN;
    if (!asks && link->down.n > 0)
        program->events |= POLLOUT;
    if (!link->down.ended && (link->down.n == 0 || asks))
        proxy->events |= POLLIN;
    if (link->up.n > 0)
        proxy->events |= POLLOUT;
    if (program->events != 0)
        program->fd = link->program;
    if (proxy->events != 0)
        proxy->fd = link->proxy;
}

static void open_door(const struct doors *doors, int i)
{
    struct link *link = unused();
    int family = i % 2 == 0 ? AF_INET : AF_INET6;
    if (link == NULL)
        return;
    switch (i / 2) {
    case 0: accept_stream(doors->any[i % 2], link, ASKING, family); break;
    case 1: accept_stream(doors->proxy[i % 2], link, STREAM, family); break;
    case 2: accept_query(doors->dns[i % 2], link); break;
    default: accept_stream(doors->dns_tcp[i % 2], link, STREAM, family); break;
    }
}

_Noreturn void forward(const struct doors *doors)
{
    const int *door[] = {doors->any, doors->proxy, doors->dns, doors->dns_tcp};
    forward_filter();
    for (;;) {
        bool full = unused() == NULL;
        for (int i = 0; i < DOORS; i++)
            fds[i] = (struct pollfd){.fd = full ? -1 : door[i / 2][i % 2], .events = POLLIN};
        for (int i = 0; i < LINKS; i++)
            watch(&links[i], &fds[DOORS + 2 * i], &fds[DOORS + 2 * i + 1]);
        if (poll(fds, DOORS + 2 * LINKS, -1) <= 0)
            continue;
        for (int i = 0; i < LINKS; i++)
            if (links[i].kind != FREE && (fds[DOORS + 2 * i].revents | fds[DOORS + 2 * i + 1].revents) != 0)
                serve(&links[i], fds[DOORS + 2 * i].revents, fds[DOORS + 2 * i + 1].revents);
        for (int i = 0; i < DOORS; i++)
            if (fds[i].revents != 0)
                open_door(doors, i);
    }
}
