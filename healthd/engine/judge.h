/*
 * The judge: turns the outcomes of one check's probes into its verdict. Pure: no clock, no I/O; time is an argument, in
 * milliseconds of one monotonic clock, and never goes back.
 *
 *     outcomes --rise, fall--> what the probes say --hold-down, damping--> verdict
 *
 * Before RISE successes or FALL failures in a row the first verdict is pending. UNABLE says nothing of the target: it
 * leaves all counters as they are, but a check that stays UNABLE for longer than the lease, which takes two of them, is
 * unknown, and begins again as at the start (promise 6). Hold-down and damping only ever delay the return to up, never
 * the way down.
 */
#ifndef VIPGATE_HEALTHD_ENGINE_JUDGE_H
#define VIPGATE_HEALTHD_ENGINE_JUDGE_H

#include "healthd/probe/outcome.h"
#include "lib/damping.h"
#include "lib/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* No time at all: nothing will change by waiting. */
#define JUDGE_NEVER UINT64_MAX

struct judge_config {
    uint16_t rise, fall;   /* 1 and more */
    uint64_t hold_down_ms; /* healthy for so long before it is up again after it was down */
    uint64_t lease_ms;     /* UNABLE for longer than this: unknown */
    struct damping_config damping;
};

/* What one probe said. */
struct judge_input {
    enum outcome outcome;
    bool decisive;           /* a FAIL that does not wait for fall */
    uint8_t healthy_percent; /* of an OK or a FAIL */
};

struct judge {
    enum verdict verdict;
    bool first_pending;      /* no first verdict yet */
    uint8_t healthy_percent; /* belongs to the verdict: while up that of the last OK, while down of the last FAIL */
    uint32_t successes;      /* in a row, UNABLE aside */
    uint32_t failures;       /* in a row, UNABLE aside */
    /* the rest is the judge's own */
    enum verdict probed; /* by rise and fall alone */
    uint8_t last_ok_percent;
    bool was_down;             /* down, and not up since: hold-down applies */
    uint32_t unables;          /* in a row */
    uint64_t unable_since_ms;  /* the first of the UNABLE outcomes in a row */
    uint64_t healthy_since_ms; /* the first of the successes in a row */
    struct damping damping;
};

void judge_init(struct judge *judge);

/* Takes one outcome at NOW_MS; INPUT NULL: only time has passed. Whether verdict, first_pending or healthy_percent
 * changed. */
bool judge_input(struct judge *judge, const struct judge_config *config, const struct judge_input *input,
                 uint64_t now_ms);

/* When time alone will next change something, or JUDGE_NEVER. Not before NOW_MS. */
uint64_t judge_wake_ms(const struct judge *judge, const struct judge_config *config, uint64_t now_ms);

/* How soon after the last outcome the next must come at the latest, whatever the interval: after an UNABLE, well before
 * the lease is over, so that whether it stays is known by then. Else JUDGE_NEVER. */
uint64_t judge_ask_within_ms(const struct judge *judge, const struct judge_config *config);

/* Whether the outcomes point at another verdict than there is, so that fast-interval applies. Waiting for hold-down or
 * damping does not count: that takes time, not probes. */
bool judge_is_pending(const struct judge *judge, const struct judge_config *config);

#endif
