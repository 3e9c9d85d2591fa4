/*
 * What the health daemon said of each check, and how far it can be trusted now. Pure: messages and time come in.
 *
 * Two things bound trust. The lease: the daemon's last word holds for so long after its last sign of life, whether the
 * connection is lost or merely silent; then every verdict is forgotten (promise 5). And, for a check whose verdict is
 * still to come because the daemon was restarted: the verdict that it had before holds until the first new one, so
 * that nothing flaps, but only for as long as a working daemon needs for it (gate_check.first_verdict_ms); a daemon
 * that dies again and again before it has judged anything keeps no route alive.
 *
 * A snapshot takes effect as a whole, with its end. A check that a gate names and the daemon does not have is treated
 * as one whose first verdict is to come: during a reload the two daemons differ for a moment.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_VERDICT_TABLE_H
#define VIPGATE_BGPD_ANNOUNCE_VERDICT_TABLE_H

#include "bgpd/announce/gate.h"
#include "lib/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checks that are remembered at most. */
enum { VERDICT_TABLE_MAX = 65536 };

struct verdict_table;

enum health_link {
    HEALTH_CONNECTED, /* the daemon gives signs of life */
    HEALTH_LOST,      /* not connected, or never yet; the lease still runs */
    HEALTH_EXPIRED,
};

/* The word of the schema: "connected", "lost", "expired". */
const char *health_link_name(enum health_link link);

/* The lease runs from NOW_MS. NULL when out of memory. */
struct verdict_table *verdict_table_new(uint64_t lease_ms, uint64_t now_ms);
void verdict_table_free(struct verdict_table *table);

void verdict_table_set_lease(struct verdict_table *table, uint64_t lease_ms);

/* Makes room for a check that verdict_table_expect may soon be told of, so that it cannot fail for it. False when out
 * of memory, or past VERDICT_TABLE_MAX. verdict_table_release takes it back. */
bool verdict_table_reserve(struct verdict_table *table, const char *name, uint64_t now_ms);
void verdict_table_release(struct verdict_table *table, const char *name);

/* A gate names the check, and a first verdict may take PATIENCE_MS; waiting for a check that no gate named before
 * begins now. False when out of memory. */
bool verdict_table_expect(struct verdict_table *table, const char *name, uint64_t patience_ms, uint64_t now_ms);

/* No gate names it now. */
void verdict_table_unexpect(struct verdict_table *table, const char *name);

/* Takes one message; HELLO begins a snapshot. Whether the link changed, or there is something to take below. */
bool verdict_table_message(struct verdict_table *table, const struct verdict_message *message, uint64_t now_ms);

/* The connection is gone. Whether the link changed. */
bool verdict_table_disconnected(struct verdict_table *table);

/* Lets time pass until NOW_MS. Whether there is something to take below. */
bool verdict_table_time(struct verdict_table *table, uint64_t now_ms);

/* When verdict_table_time is next due; UINT64_MAX: never. */
uint64_t verdict_table_next_ms(const struct verdict_table *table);

enum health_link verdict_table_link(const struct verdict_table *table);

/* The check NAME as a gate sees it now. The view points into CHECKS and is valid until the next change. */
void verdict_table_view(const struct verdict_table *table, const char *name, struct check_view *view);

/* The name of a check that may look otherwise than when it was last asked for, valid until the next change of the
 * table; NULL: that was all. */
const char *verdict_table_take_changed(struct verdict_table *table);

#endif
