/*
 * Time that a test can set forward: in place of the C library's clock_gettime, for libuv as well. A program includes
 * it once.
 */
#ifndef VIPGATE_TESTS_SESSION_SHIFTED_CLOCK_H
#define VIPGATE_TESTS_SESSION_SHIFTED_CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_shift_ms;
static struct timespec clock_stopped; /* of the monotonic clock; zero: it goes */

int clock_gettime(clockid_t id, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, id, now);
    if (id != CLOCK_REALTIME && clock_stopped.tv_sec)
        *now = clock_stopped;
    uint64_t ns = (uint64_t)now->tv_nsec + clock_shift_ms % 1000 * 1000000;
    now->tv_sec += (time_t)(clock_shift_ms / 1000 + ns / 1000000000);
    now->tv_nsec = (long)(ns % 1000000000);
    return status;
}

/* MS pass: what runs out meanwhile does so when the loop comes round, as after the process was stopped for so long. */
static inline void clock_advance(uint64_t ms)
{
    clock_shift_ms += ms;
}

/* Time stands still but for clock_advance, however long a busy machine takes; and goes on from here. Deadlines stand
 * still as well. */
static inline void clock_stop(void)
{
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &clock_stopped);
}

static inline void clock_go(void)
{
    clock_stopped = (struct timespec){0};
}

#endif
