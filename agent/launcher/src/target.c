/* Reads the memory of a process in the sandbox. What is there is that process's: it may be anything, and change. */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "writes.h"

enum { PAGE = 4096, PIECES = 4 };

/* In pieces that end with a page: what lies behind the last readable one is left out. */
size_t target_read(pid_t tid, uint64_t address, void *to, size_t n)
{
    struct iovec here = {to, n}, there[PIECES];
    size_t pieces = 0, left = n;
    for (; left > 0 && pieces < PIECES; pieces++) {
        size_t length = PAGE - address % PAGE;
        length = length < left ? length : left;
        there[pieces] = (struct iovec){(void *)(uintptr_t)address, length}; /* NOLINT: another process's address */
        address += length;
        left -= length;
    }
    here.iov_len -= left;
    ssize_t got = process_vm_readv(tid, &here, 1, there, pieces, 0);
    return got < 0 ? 0 : (size_t)got;
}
