/* net=allow-list (network.c, nftables.c, forward.c): what the inside half and its forwarder share. */
#ifndef HOSTLER_NETWORK_H
#define HOSTLER_NETWORK_H

#include <stdint.h>
#include <sys/types.h>

#define PROXY_SOCKET NETWORK_PATH "/proxy"
enum { PROXY_PORT = 3128 };

/* Where rules lead to. In host byte order. */
struct ports {
    uint16_t any, dns, dns_tcp;
};

/* Sockets of the forwarder, for IPv4 and IPv6; -1: this kernel has no IPv6. */
struct doors {
    int any[2], proxy[2], dns[2], dns_tcp[2];
};

void nftables_apply(const struct ports *ports);
_Noreturn void forward(const struct doors *doors);
void forward_filter(void);

#endif
