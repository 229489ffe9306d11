/* Hints to the agent on fd 1. They may be lost; the files are the truth. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"

enum { QUIET_NS = 2000000 }; /* growth is told at most this often: a writer of single bytes must not cost a wake-up each */

static bool would_block;
static bool grew[2];
static int64_t last_ns;

int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A terminal or file may be shared with others, so only a pipe is made non-blocking. */
void doorbell_init(void)
{
    struct stat st;
    if (fstat(1, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        would_block = fcntl(1, F_SETFL, O_NONBLOCK | O_WRONLY) != 0;
}

void doorbell(const char *line)
{
    if (would_block || write(1, line, strlen(line)) < 0)
        return; /* the agent is gone or slow: it will look at the files */
}

void doorbell_grew(int stream)
{
    grew[stream] = true;
}

/* Tells about growth, if there is any and the last time is long enough ago. Returns how long poll may wait: -1 = for
   ever, else milliseconds after which to call again. */
int doorbell_flush(bool now)
{
    if (!grew[0] && !grew[1])
        return -1;
    int64_t time = monotonic_ns();
    if (!now && time - last_ns < QUIET_NS)
        return 2;
    last_ns = time;
    if (grew[0])
        doorbell("o\n");
    if (grew[1])
        doorbell("e\n");
    grew[0] = grew[1] = false;
    return -1;
}
