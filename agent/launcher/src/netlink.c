/* Messages to the kernel's netlink: a buffer that attributes are added to, and one exchange. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

static void *room(struct netlink *to, size_t n)
{
    size_t whole = NLMSG_ALIGN(n);
    if (to->n + whole > sizeof to->bytes) {
        to->full = true;
        return NULL;
    }
    void *at = to->bytes + to->n;
    memset(at, 0, whole);
    to->n += whole;
    return at;
}

/* A message with its family's own header; ended by netlink_end. */
void netlink_begin(struct netlink *to, int type, int flags, const void *own, size_t n)
{
    struct nlmsghdr *head = room(to, sizeof *head);
    to->message = head == NULL ? to->n : to->n - sizeof *head;
    if (head == NULL)
        return;
    head->nlmsg_type = (uint16_t)type;
    head->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    head->nlmsg_seq = ++to->sequence;
    void *body = room(to, n);
    if (body != NULL)
        memcpy(body, own, n);
}

void netlink_end(struct netlink *to)
{
    if (!to->full)
        ((struct nlmsghdr *)(void *)(to->bytes + to->message))->nlmsg_len = (uint32_t)(to->n - to->message);
}

void netlink_put(struct netlink *to, int type, const void *value, size_t n)
{
    struct nlattr *attr = room(to, NLA_HDRLEN + n);
    if (attr == NULL)
        return;
    attr->nla_type = (uint16_t)type;
    attr->nla_len = (uint16_t)(NLA_HDRLEN + n);
    if (n > 0)
        memcpy((char *)attr + NLA_HDRLEN, value, n);
}

void netlink_put_text(struct netlink *to, int type, const char *text)
{
    netlink_put(to, type, text, strlen(text) + 1);
}

void netlink_put_be32(struct netlink *to, int type, uint32_t value)
{
    value = __builtin_bswap32(value);
    netlink_put(to, type, &value, sizeof value);
}

/* What is put until netlink_close lies inside it. */
size_t netlink_open(struct netlink *to, int type)
{
    size_t at = to->n;
    netlink_put(to, type | NLA_F_NESTED, NULL, 0);
    return at;
}

void netlink_close(struct netlink *to, size_t at)
{
    if (!to->full)
        ((struct nlattr *)(void *)(to->bytes + at))->nla_len = (uint16_t)(to->n - at);
}

/* Sends all that is in the buffer and waits for `answers` acknowledgements. Returns 0 or the first error number; `which`
   is then the sequence number of the message that failed. */
int netlink_send(const struct netlink *what, int protocol, int answers, unsigned *which)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct timeval limit = {.tv_sec = 10};
    int err = what->full ? ENOBUFS : 0;
    *which = 0;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (err == 0 && sendto(fd, what->bytes, what->n, 0, (struct sockaddr *)&kernel, sizeof kernel) != (ssize_t)what->n)
        err = errno;
    while (err == 0 && answers > 0) {
        char in[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
        ssize_t got = recv(fd, in, sizeof in, 0);
        if (got < 0) {
            err = errno;
            break;
        }
        size_t left = (size_t)got;
        for (struct nlmsghdr *m = (struct nlmsghdr *)(void *)in; NLMSG_OK(m, left) && err == 0; m = NLMSG_NEXT(m, left)) {
            struct nlmsgerr *answer = NLMSG_DATA(m);
            if (m->nlmsg_type != NLMSG_ERROR)
                continue;
            answers--;
            err = -answer->error;
            *which = answer->msg.nlmsg_seq;
        }
    }
    close(fd);
    return err;
}
