/* net=host: the host's abstract Unix sockets (CVE-2020-15257) have no path that could be hidden. Kernels since 6.12 can
   keep a process from connecting to those made outside; on older ones net=host includes them, as it always did. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

enum { LANDLOCK_CREATE_RULESET = 444, LANDLOCK_RESTRICT_SELF = 446, ASK_VERSION = 1, SCOPED_SINCE = 6 };

/* Debian 12's header ends after the first member. */
struct ruleset {
    uint64_t handled_fs, handled_net, scoped;
};
enum { SCOPE_ABSTRACT_UNIX_SOCKET = 1 };

/* After no_new_privs. */
void landlock_abstract_sockets(void)
{
    struct ruleset rules = {.scoped = SCOPE_ABSTRACT_UNIX_SOCKET};
    if (syscall(LANDLOCK_CREATE_RULESET, NULL, 0, ASK_VERSION) < SCOPED_SINCE)
        return;
    int fd = (int)syscall(LANDLOCK_CREATE_RULESET, &rules, sizeof rules, 0);
    if (fd < 0 || syscall(LANDLOCK_RESTRICT_SELF, fd, 0) != 0)
        fail(errno, "landlock scope for abstract Unix sockets");
    close(fd);
}
