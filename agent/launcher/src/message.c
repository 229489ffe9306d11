/* Messages for people (fd 2) and for the shared report page. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"

static struct report *page;

void say(const char *format, ...)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "hostler-launch: ");
    va_list args;
    va_start(args, format);
    int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
    va_end(args);
    size_t length = strlen(line);
    if (m < 0)
        return;
    line[length++] = '\n';
    if (write(2, line, length) < 0)
        return; /* nobody listens; nothing depends on it */
}

void report_to(struct report *report)
{
    page = report;
}

void stage(const char *name)
{
    page->stage = name;
}

static void note(int err, const char *format, va_list args)
{
    page->err = err;
    vsnprintf(page->text, sizeof page->text, format, args);
    if (err != 0) {
        size_t n = strlen(page->text);
        snprintf(page->text + n, sizeof page->text - n, ": %s", strerror(err));
    }
    page->failed = 1;
}

/* Ends the inside half: the shim reads the page when the status pipe closes. */
void fail(int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note(err, format, args);
    va_end(args);
    _exit(1);
}

/* The same for the shim's own half of the set-up, which goes on to write the result. */
void note_failure(const char *name, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    page->stage = name;
    note(err, format, args);
    va_end(args);
}

int64_t realtime_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
