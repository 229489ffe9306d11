/* Building and sending netlink messages (netlink.c). */
#ifndef HOSTLER_NETLINK_H
#define HOSTLER_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
    char bytes[16384] __attribute__((aligned(8)));
    size_t n, message;
    uint32_t sequence;
    bool full; /* what was put last found no room: nothing is sent */
};

void netlink_begin(struct netlink *to, int type, int flags, const void *own, size_t n);
void netlink_end(struct netlink *to);
void netlink_put(struct netlink *to, int type, const void *value, size_t n);
void netlink_put_text(struct netlink *to, int type, const char *text);
void netlink_put_be32(struct netlink *to, int type, uint32_t value);
size_t netlink_open(struct netlink *to, int type);
void netlink_close(struct netlink *to, size_t at);
int netlink_send(const struct netlink *what, int protocol, int answers, unsigned *which);

#endif
