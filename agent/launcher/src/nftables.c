/* The rules of a network namespace whose only way out is the forwarder: table inet hostler, written by netlink so that no
   host needs nft(8). As nft would show it:

     chain redirect { type nat hook output priority -100;
       limit rate over 500/second burst 2000 packets drop
       meta l4proto udp th dport 53 redirect to :DNS
       meta l4proto tcp th dport 53 redirect to :DNS-TCP
       ip daddr 127.0.0.0/8 accept
       ip6 daddr ::1 accept
       meta l4proto tcp redirect to :TCP }
     chain output { type filter hook output priority 0; policy drop;
       ip daddr 127.0.0.0/8 accept
       ip6 daddr ::1 accept }

   The rules are comfort, not a fence: without them the namespace has no way out at all. The limit is one of new
   connections (the chain sees only their first packets): each leaves an entry in the kernel's table of connections for a
   while, in memory that no cgroup accounts for. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "launch.h"
#include "netlink.h"
#include "network.h"

enum { NEW_PER_SECOND = 500, NEW_AT_ONCE = 2000 };
static const char table[] = "hostler";
static int acks;

static void begin(struct netlink *to, int message, int flags)
{
    struct nfgenmsg own = {.nfgen_family = NFPROTO_INET};
    netlink_begin(to, NFNL_SUBSYS_NFTABLES << 8 | message, flags | NLM_F_ACK, &own, sizeof own);
    acks++;
}

static void batch(struct netlink *to, int message)
{
    struct nfgenmsg own = {.res_id = htons(NFNL_SUBSYS_NFTABLES)};
    netlink_begin(to, message, 0, &own, sizeof own);
    netlink_end(to);
}

static size_t expression(struct netlink *to, const char *name, size_t *data)
{
    size_t at = netlink_open(to, NFTA_LIST_ELEM);
    netlink_put_text(to, NFTA_EXPR_NAME, name);
    *data = netlink_open(to, NFTA_EXPR_DATA);
    return at;
}

static void close_both(struct netlink *to, size_t at, size_t data)
{
    netlink_close(to, data);
    netlink_close(to, at);
}

static void value(struct netlink *to, int type, const void *bytes, size_t n)
{
    size_t at = netlink_open(to, type);
    netlink_put(to, NFTA_DATA_VALUE, bytes, n);
    netlink_close(to, at);
}

static void meta(struct netlink *to, uint32_t key)
{
    size_t data, at = expression(to, "meta", &data);
    netlink_put_be32(to, NFTA_META_DREG, NFT_REG_1);
    netlink_put_be32(to, NFTA_META_KEY, key);
    close_both(to, at, data);
}

static void payload(struct netlink *to, uint32_t base, uint32_t offset, uint32_t n)
{
    size_t data, at = expression(to, "payload", &data);
    netlink_put_be32(to, NFTA_PAYLOAD_DREG, NFT_REG_1);
    netlink_put_be32(to, NFTA_PAYLOAD_BASE, base);
    netlink_put_be32(to, NFTA_PAYLOAD_OFFSET, offset);
    netlink_put_be32(to, NFTA_PAYLOAD_LEN, n);
    close_both(to, at, data);
}

static void equals(struct netlink *to, const void *bytes, size_t n)
{
    size_t data, at = expression(to, "cmp", &data);
    netlink_put_be32(to, NFTA_CMP_SREG, NFT_REG_1);
    netlink_put_be32(to, NFTA_CMP_OP, NFT_CMP_EQ);
    value(to, NFTA_CMP_DATA, bytes, n);
    close_both(to, at, data);
}

static void masked(struct netlink *to, const void *mask, const void *zero, uint32_t n)
{
    size_t data, at = expression(to, "bitwise", &data);
    netlink_put_be32(to, NFTA_BITWISE_SREG, NFT_REG_1);
    netlink_put_be32(to, NFTA_BITWISE_DREG, NFT_REG_1);
    netlink_put_be32(to, NFTA_BITWISE_LEN, n);
    value(to, NFTA_BITWISE_MASK, mask, n);
    value(to, NFTA_BITWISE_XOR, zero, n);
    close_both(to, at, data);
}

static void verdict(struct netlink *to, uint32_t code)
{
    size_t data, at = expression(to, "immediate", &data);
    netlink_put_be32(to, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    size_t outer = netlink_open(to, NFTA_IMMEDIATE_DATA), inner = netlink_open(to, NFTA_DATA_VERDICT);
    netlink_put_be32(to, NFTA_VERDICT_CODE, code);
    netlink_close(to, inner);
    netlink_close(to, outer);
    close_both(to, at, data);
}

static void over(struct netlink *to, uint64_t per_second, uint32_t burst)
{
    uint64_t rate = __builtin_bswap64(per_second), unit = __builtin_bswap64(1);
    size_t data, at = expression(to, "limit", &data);
    netlink_put(to, NFTA_LIMIT_RATE, &rate, sizeof rate);
    netlink_put(to, NFTA_LIMIT_UNIT, &unit, sizeof unit);
    netlink_put_be32(to, NFTA_LIMIT_BURST, burst);
    netlink_put_be32(to, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
    netlink_put_be32(to, NFTA_LIMIT_FLAGS, NFT_LIMIT_F_INV);
    close_both(to, at, data);
}

static void redirect_to(struct netlink *to, uint16_t port)
{
    uint16_t be = htons(port);
    size_t data, at = expression(to, "immediate", &data);
    netlink_put_be32(to, NFTA_IMMEDIATE_DREG, NFT_REG_1);
    value(to, NFTA_IMMEDIATE_DATA, &be, sizeof be);
    close_both(to, at, data);
    at = expression(to, "redir", &data);
    netlink_put_be32(to, NFTA_REDIR_REG_PROTO_MIN, NFT_REG_1);
    netlink_put_be32(to, NFTA_REDIR_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
    close_both(to, at, data);
}

static void chain(struct netlink *to, const char *name, const char *type, int priority, uint32_t policy)
{
    begin(to, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    netlink_put_text(to, NFTA_CHAIN_TABLE, table);
    netlink_put_text(to, NFTA_CHAIN_NAME, name);
    size_t at = netlink_open(to, NFTA_CHAIN_HOOK);
    netlink_put_be32(to, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
    netlink_put_be32(to, NFTA_HOOK_PRIORITY, (uint32_t)priority);
    netlink_close(to, at);
    netlink_put_be32(to, NFTA_CHAIN_POLICY, policy);
    netlink_put_text(to, NFTA_CHAIN_TYPE, type);
    netlink_end(to);
}

static size_t rule(struct netlink *to, const char *in)
{
    begin(to, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
    netlink_put_text(to, NFTA_RULE_TABLE, table);
    netlink_put_text(to, NFTA_RULE_CHAIN, in);
    return netlink_open(to, NFTA_RULE_EXPRESSIONS);
}

static void rule_end(struct netlink *to, size_t at)
{
    netlink_close(to, at);
    netlink_end(to);
}

static void accept_own(struct netlink *to, const char *in)
{
    static const unsigned char mask[4] = {255}, zero[4], loopback[4] = {127}, v6[16] = {[15] = 1};
    static const unsigned char ipv4 = NFPROTO_IPV4, ipv6 = NFPROTO_IPV6;
    size_t at = rule(to, in);
    meta(to, NFT_META_NFPROTO);
    equals(to, &ipv4, 1);
    payload(to, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
    masked(to, mask, zero, 4);
    equals(to, loopback, 4);
    verdict(to, NF_ACCEPT);
    rule_end(to, at);
    at = rule(to, in);
    meta(to, NFT_META_NFPROTO);
    equals(to, &ipv6, 1);
    payload(to, NFT_PAYLOAD_NETWORK_HEADER, 24, 16);
    equals(to, v6, 16);
    verdict(to, NF_ACCEPT);
    rule_end(to, at);
}

static void redirect_protocol(struct netlink *to, unsigned char protocol, uint16_t from, uint16_t port)
{
    size_t at = rule(to, "redirect");
    meta(to, NFT_META_L4PROTO);
    equals(to, &protocol, 1);
    if (from != 0) {
        uint16_t be = htons(from);
        payload(to, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
        equals(to, &be, sizeof be);
    }
    redirect_to(to, port);
    rule_end(to, at);
}

static void limit_new(struct netlink *to)
{
    size_t at = rule(to, "redirect");
    over(to, NEW_PER_SECOND, NEW_AT_ONCE);
    verdict(to, NF_DROP);
    rule_end(to, at);
}

void nftables_apply(const struct ports *ports)
{
    static struct netlink to;
    unsigned failed;
    acks = 0;
    batch(&to, NFNL_MSG_BATCH_BEGIN);
    begin(&to, NFT_MSG_NEWTABLE, NLM_F_CREATE);
    netlink_put_text(&to, NFTA_TABLE_NAME, table);
    netlink_end(&to);
    chain(&to, "redirect", "nat", -100, NF_ACCEPT);
    limit_new(&to);
    redirect_protocol(&to, IPPROTO_UDP, 53, ports->dns);
    redirect_protocol(&to, IPPROTO_TCP, 53, ports->dns_tcp);
    accept_own(&to, "redirect");
    redirect_protocol(&to, IPPROTO_TCP, 0, ports->any);
    chain(&to, "output", "filter", 0, NF_DROP);
    accept_own(&to, "output");
    batch(&to, NFNL_MSG_BATCH_END);
    int err = netlink_send(&to, NETLINK_NETFILTER, acks, &failed);
    if (err != 0)
        fail(err, "nf_tables, message %u: network = \"allow-list\" needs a kernel with nf_tables, nft_chain_nat, "
                  "nft_redir and nft_limit (CONFIG_NF_TABLES, CONFIG_NFT_NAT, CONFIG_NFT_REDIR, CONFIG_NFT_LIMIT), as modules or built in", failed);
}
