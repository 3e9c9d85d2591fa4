/*
 * Keeps both daemons running: one that ends is started again after a pause, which doubles while it keeps ending soon.
 * To stop, bgpd goes first, so that its withdrawals leave while the health daemon still lives.
 */
#ifndef VIPGATE_CTL_SUPERVISOR_H
#define VIPGATE_CTL_SUPERVISOR_H

#include <stdint.h>

enum {
    SUPERVISOR_PAUSE_MIN_MS = 200,
    SUPERVISOR_PAUSE_MAX_MS = 10 * 1000,
    SUPERVISOR_STEADY_MS = 10 * 1000, /* one that ran for so long starts anew with the shortest pause */
    SUPERVISOR_STOP_MS = 10 * 1000,   /* to end after SIGTERM; then SIGKILL */
};

/* The pause before the next start of a daemon that ran for RAN_MS and was started after PAUSE_MS; 0: its first. */
uint64_t supervisor_pause(uint64_t pause_ms, uint64_t ran_ms);

/* Runs vipgate-healthd and vipgate-bgpd with "-c FILE" until SIGTERM or SIGINT. They are looked for in DIRECTORY, in
 * DIRECTORY/../sbin and in PATH. The exit status: 0 stopped; 2 where a daemon's first start ended with 2, a
 * configuration that it refuses; 1 where the supervisor cannot work. */
int supervisor_run(const char *directory, const char *file);

#endif
