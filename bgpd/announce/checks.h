/*
 * What the health daemon said of each check, and how far it can be trusted now. Pure: messages and time come in.
 *
 * Two things bound trust. The lease: the daemon's last word holds for so long after its last sign of life, whether the
 * connection is lost or merely silent; then every verdict is forgotten (promise 5). And, for a check whose verdict is
 * still to come because the daemon was started anew: the verdict that it had before holds until the first new one, so
 * that nothing flaps, but only for as long as a working daemon needs for it (gate_check.first_verdict_ms); a daemon
 * that dies again and again before it has judged anything keeps no route alive.
 *
 * A snapshot takes effect as a whole, with its end. A check that a gate names and the daemon does not have is treated
 * as one whose first verdict is to come: during a reload the two daemons differ for a moment.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_CHECKS_H
#define VIPGATE_BGPD_ANNOUNCE_CHECKS_H

#include "bgpd/announce/policy.h"
#include "lib/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checks that are remembered at most. */
enum { CHECKS_MAX = 65536 };

struct checks;

enum health_link {
    HEALTH_CONNECTED, /* the daemon gives signs of life */
    HEALTH_LOST,      /* not connected, or never yet; the lease still runs */
    HEALTH_EXPIRED,
};

/* The word of the schema: "connected", "lost", "expired". */
const char *health_link_name(enum health_link link);

/* The lease runs from NOW_MS. NULL when out of memory. */
struct checks *checks_new(uint64_t lease_ms, uint64_t now_ms);
void checks_free(struct checks *checks);

void checks_set_lease(struct checks *checks, uint64_t lease_ms);

/* The checks that gates name, all of them: replaces what was expected before. Waiting for a check that is new begins
 * now. False when out of memory. */
bool checks_expect(struct checks *checks, const struct gate_check *expected, size_t count, uint64_t now_ms);

/* Takes one message. Whether anything changed that a gate may see. HELLO begins a snapshot. */
bool checks_message(struct checks *checks, const struct verdict_message *message, uint64_t now_ms);

/* The connection is gone. Whether the link changed. */
bool checks_disconnected(struct checks *checks);

/* Lets time pass until NOW_MS. Whether anything changed that a gate may see. */
bool checks_time(struct checks *checks, uint64_t now_ms);

/* When checks_time is next due; UINT64_MAX: never. */
uint64_t checks_next_ms(const struct checks *checks);

enum health_link checks_link(const struct checks *checks);

/* The check NAME as a gate sees it now. The view points into CHECKS and is valid until the next change. */
void checks_view(const struct checks *checks, const char *name, struct check_view *view);

/* Real time since when the check's verdict is what it is; 0 where unknown. */
uint64_t checks_since_us(const struct checks *checks, const char *name);

#endif
