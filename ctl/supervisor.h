/*
 * Keeps both daemons running. One that ends is started again: the first time at once, then after a pause that doubles
 * while it keeps ending soon. One that gives no sign of life hangs, or was stopped by SIGSTOP: it is killed and started
 * again. One that says at its first start that it cannot start ends the supervisor with its own status. To stop, bgpd
 * goes first, so that its withdrawals leave while the health daemon still lives.
 */
#ifndef VIPGATE_CTL_SUPERVISOR_H
#define VIPGATE_CTL_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SUPERVISOR_PAUSE_MIN_MS = 200,
    SUPERVISOR_PAUSE_MAX_MS = 10 * 1000,
    SUPERVISOR_PAUSE_HEALTHD_MAX_MS = 500, /* well inside the lease, after which its absence withdraws */
    SUPERVISOR_STEADY_MS = 10 * 1000,      /* one that ran for so long starts at once */
    SUPERVISOR_STOP_MS = 10 * 1000,        /* to end after SIGTERM; then SIGKILL */
    SUPERVISOR_ABORT_MS = 5 * 1000,        /* to end after SIGABRT, with a core; then SIGKILL */
    SUPERVISOR_START_S = 90,               /* to be ready after its start, as systemd has it */
    SUPERVISOR_SILENCE_S = 10,             /* without a sign of life: far above the longest turn of a loop */
};

/* The pause before the next start of a daemon that has ended soon after its start DEATHS times in a row before. */
uint64_t supervisor_pause(unsigned deaths, uint64_t maximum_ms);

/* Whether the exit STATUS of a daemon that never was ready says that another start would end no better. */
bool supervisor_is_final(int status);

/* Runs vipgate-healthd and vipgate-bgpd with "-c FILE" until SIGTERM or SIGINT. They are looked for in DIRECTORY, in
 * DIRECTORY/../sbin and in PATH. The exit status: 0 stopped; that of a daemon that could not start: 2 for a
 * configuration that it refuses, else 1; 1 where the supervisor cannot work. */
int supervisor_run(const char *directory, const char *file);

#endif
