/* Variables of the program that must not lie on a disk: they come on fd 0, and are wiped once the program has them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

/* Nobody reads fd 0 after this. */
static int leave_stdin(void)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0)
        return note_failure("secrets", errno, "/dev/null"), -1;
    close(null);
    return 0;
}

static int read_fully(char *to, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t n = read(0, to + got, length - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return note_failure("secrets", n < 0 ? errno : EPIPE, "of %zu bytes of secret variables %zu came", length, got), -1;
        got += (size_t)n;
    }
    return 0;
}

/* Adds them to the environment. No value is ever shown. */
static int add_all(struct spec *spec, size_t length)
{
    char *end = spec->secrets + length;
    if (end[-1] != '\0')
        return note_failure("secrets", EINVAL, "the last secret variable does not end with a NUL byte"), -1;
    for (char *one = spec->secrets; one < end; one += strlen(one) + 1) {
        if (*one == '=' || strchr(one, '=') == NULL)
            return note_failure("secrets", EINVAL, "a secret variable is not NAME=VALUE"), -1;
        if (strings_add(&spec->env, one) != 0)
            return note_failure("secrets", ENOMEM, "secret variables"), -1;
    }
    return 0;
}

/* Returns 0, or -1 (the report says why). Not before the launcher has left a writable mount: that starts it again. */
int secrets_read(struct spec *spec)
{
    size_t length = (size_t)spec->secret_env;
    if (length > 0) {
        spec->secrets = malloc(length);
        if (spec->secrets == NULL)
            return note_failure("secrets", ENOMEM, "secret variables"), -1;
        if (read_fully(spec->secrets, length) != 0 || add_all(spec, length) != 0)
            return -1;
    }
    return leave_stdin();
}

void secrets_wipe(const struct spec *spec)
{
    if (spec->secrets != NULL)
        explicit_bzero(spec->secrets, (size_t)spec->secret_env);
}
