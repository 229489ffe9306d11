/* Pid 1 of the sandbox: reaps, passes on the end of the program, and turns the shim's SIGTERM into one for everybody.
   When it leaves, the kernel kills whatever is left in the namespace. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "sys.h"

_Noreturn void reap(struct report *report, pid_t main_pid)
{
    sigset_t all;
    sigfillset(&all);
    for (;;) {
        int sig = sigwaitinfo(&all, NULL);
        if (sig == SIGTERM) {
            kill(-1, SIGTERM);
            kill(-1, SIGCONT); /* a stopped process acts on SIGTERM only when it goes on */
        }
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid != main_pid)
                continue;
            report->wstatus = status;
            report->ended = 1;
            _exit(0);
        }
    }
}
