/* What the filter says of a call, worked out here: the supervisor is told of a call, but not why. Only what the agent's
   compiler makes is understood; anything else is a denial. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "launch.h"

/* Returns the SECCOMP_RET value. */
uint32_t filter_verdict(const struct filter *filter, const struct seccomp_data *data)
{
    const struct sock_filter *code = filter->code;
    uint32_t a = 0;
    for (size_t at = 0; at < filter->n; at++) { /* only forward: it ends */
        const struct sock_filter *i = &code[at];
        bool met = false;
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (i->k > sizeof *data - sizeof a || i->k % sizeof a != 0)
                return SECCOMP_RET_KILL_PROCESS;
            memcpy(&a, (const char *)data + i->k, sizeof a);
            continue;
        case BPF_ALU | BPF_AND | BPF_K: a &= i->k; continue;
        case BPF_JMP | BPF_JA: at += i->k; continue;
        case BPF_JMP | BPF_JEQ | BPF_K: met = a == i->k; break;
        case BPF_JMP | BPF_JGT | BPF_K: met = a > i->k; break;
        case BPF_JMP | BPF_JGE | BPF_K: met = a >= i->k; break;
        case BPF_JMP | BPF_JSET | BPF_K: met = (a & i->k) != 0; break;
        case BPF_RET | BPF_K: return i->k;
        default: return SECCOMP_RET_KILL_PROCESS;
        }
        at += met ? i->jt : i->jf;
    }
    return SECCOMP_RET_KILL_PROCESS;
}
