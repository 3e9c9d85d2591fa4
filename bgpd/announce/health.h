/*
 * The link to the health daemon: connects to DIRECTORY/verdict.sock, at once when that appears, feeds what is said
 * into the table of checks, and keeps the lease's timer. One callback on change, on the spot: what follows from a
 * verdict is on the wire before this returns to the loop (promise 2).
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_HEALTH_H
#define VIPGATE_BGPD_ANNOUNCE_HEALTH_H

#include "bgpd/announce/verdict_table.h"
#include "lib/journal.h"

#include <uv.h>

struct health;

/* Something changed that a gate may see. */
typedef void health_change(void *user);

/* Connects, now and whenever the connection is lost; the link's changes are events (kind "health") in JOURNAL. NULL
 * when out of memory, or DIRECTORY is too long for a socket's name. */
struct health *health_open(uv_loop_t *loop, struct journal *journal, const char *directory, uint64_t lease_ms,
                           health_change *change, void *user);

/* The table that it keeps; the caller tells it what to expect and how long the lease is. */
struct verdict_table *health_verdicts(struct health *health);

/* What was told to the table may have changed when it is due. */
void health_rearm(struct health *health);

/* Disconnects. Memory is freed once the loop has run on. */
void health_close(struct health *health);

#endif
