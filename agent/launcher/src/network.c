/* net=allow-list: a network namespace with a loopback and nothing else. Whatever a program connects to leads to the
   forwarder, and from there through a Unix socket to the agent's proxy, which decides. The forwarder (forward.c) can do
   nothing that the program could not do itself: same user, no capability, same namespaces, same cgroup. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launch.h"
#include "netlink.h"
#include "network.h"
#include "sys.h"

enum { BACKLOG = 128 };

void loopback_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
        fail(errno, "loopback up");
    close(fd);
}

/* While the host's /proc is still there. Entries of ended connections stay for two minutes else, in memory that is nobody's.
   Best effort: where the table is not there yet, it is made with the rules. */
void network_prepare(void)
{
    int fd = open("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "5", 1) < 0)
        say("nf_conntrack_tcp_timeout_time_wait: %s", strerror(errno));
    close(fd);
}

/* Everything is "reached" through the loopback, where the rules pick it up; the source is an address that can be
   answered to. */
static void default_route(int family, const void *source, size_t n)
{
    static struct netlink to;
    unsigned failed;
    uint32_t lo = if_nametoindex("lo");
    struct rtmsg route = {.rtm_family = (unsigned char)family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
                          .rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST};
    memset(&to, 0, sizeof to);
    netlink_begin(&to, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &route, sizeof route);
    netlink_put(&to, RTA_OIF, &lo, sizeof lo);
    netlink_put(&to, RTA_PREFSRC, source, n);
    netlink_end(&to);
    int err = netlink_send(&to, NETLINK_ROUTE, 1, &failed);
    if (err != 0)
        fail(err, "default route through the loopback");
}

static int bound(int family, int type, uint16_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int on = 1, fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        fail(errno, "forwarder's socket");
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        fail(errno, "forwarder's socket for IPv6");
    if ((family == AF_INET ? bind(fd, (struct sockaddr *)&v4, sizeof v4) : bind(fd, (struct sockaddr *)&v6, sizeof v6)) != 0)
        fail(errno, "forwarder's port %u", port);
    if (type == SOCK_STREAM && listen(fd, BACKLOG) != 0)
        fail(errno, "forwarder's port %u", port);
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in6 address = {0}; /* the port lies at the same place in both families */
    socklen_t n = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        fail(errno, "forwarder's port");
    return ntohs(address.sin6_port);
}

/* Both families on the ports that the kernel picks for the first: rules name one port. */
static void open_doors(int family, int i, struct doors *doors, struct ports *ports)
{
    doors->any[i] = bound(family, SOCK_STREAM, ports->any);
    doors->dns[i] = bound(family, SOCK_DGRAM, ports->dns);
    doors->dns_tcp[i] = bound(family, SOCK_STREAM, ports->dns_tcp);
    doors->proxy[i] = bound(family, SOCK_STREAM, PROXY_PORT);
    *ports = (struct ports){port_of(doors->any[i]), port_of(doors->dns[i]), port_of(doors->dns_tcp[i])};
}

static bool has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0;
    close(fd);
    return has;
}

/* Only the doors, in place of standard input, output and so on: nothing else of this process goes into the forwarder. */
static void keep_only(struct doors *doors)
{
    int *all = (int *)doors, n = (int)(sizeof *doors / sizeof *all), high[sizeof *doors / sizeof *all];
    for (int i = 0; i < n; i++)
        high[i] = all[i] < 0 ? -1 : fcntl(all[i], F_DUPFD_CLOEXEC, 64);
    sys_close_range(0, 63, 0);
    for (int i = 0; i < n; i++)
        all[i] = high[i];
    sys_close_range(64 + (unsigned)n, ~0U, 0);
}

/* Never tells by the page that is shared with the shim: that speaks of the program. */
static _Noreturn void become_forwarder(const struct run *run, struct doors *doors)
{
    static struct report own;
    report_to(&own);
    munmap(run->report, sizeof *run->report);
    secrets_wipe(&run->spec);
    keep_only(doors);
    caps_drop_to(0, &run->spec);
    prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(1);
    forward(doors);
}

void network_allow_list(const struct run *run)
{
    static struct doors doors = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    struct ports ports = {0};
    struct in_addr v4 = {.s_addr = htonl(INADDR_LOOPBACK)};
    struct in6_addr v6 = IN6ADDR_LOOPBACK_INIT;
    stage("network");
    loopback_up();
    default_route(AF_INET, &v4, sizeof v4);
    open_doors(AF_INET, 0, &doors, &ports);
    if (has_ipv6()) {
        default_route(AF_INET6, &v6, sizeof v6);
        open_doors(AF_INET6, 1, &doors, &ports);
    }
    nftables_apply(&ports);
    pid_t pid = fork();
    if (pid < 0)
        fail(errno, "fork of the forwarder (does the pids limit leave room for three processes?)");
    if (pid == 0) {
        become_forwarder(run, &doors);
    }
    int *all = (int *)&doors;
    for (size_t i = 0; i < sizeof doors / sizeof *all; i++)
        if (all[i] >= 0)
            close(all[i]);
    stage("namespaces");
}
