/*
 * A gate: from what is known of its checks to how it stands. Pure.
 *
 * What is not known is never guessed. A check without a verdict yet is PENDING, one that nobody can judge now is LOST
 * (the health daemon is silent, or the check cannot be carried out here: promise 6). A gate is UP or DOWN as soon as no
 * pending or lost check could change that; else it is PENDING while a verdict to come may open it, and LOST otherwise.
 *
 * Healthy percent of a gate: the mean of its checks' percentages, a check that is down counting 0, rounded down. Checks
 * that are pending or lost are left out: what cannot be seen is not held against the backend.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_GATE_H
#define VIPGATE_BGPD_ANNOUNCE_GATE_H

#include "bgpd/config/config.h"

#include <stdbool.h>
#include <stdint.h>

enum { REASON_SIZE = 256 };

enum check_standing { CHECK_PENDING, CHECK_UP, CHECK_DOWN, CHECK_LOST };

/* One check of a gate, as far as it can be trusted now. */
struct check_view {
    const char *name;
    enum check_standing standing;
    uint8_t healthy_percent;
    const char *reason; /* in words, without the check's name; not NULL */
    uint64_t since_us;  /* real time since when its verdict is what it is; 0 where unknown */
};

enum gate_standing { GATE_PENDING, GATE_UP, GATE_DEGRADED, GATE_DOWN, GATE_LOST };

struct gate_result {
    enum gate_standing standing;
    int healthy_percent; /* -1 where no check is known */
    bool degraded;       /* the percentage is where an open gate would be degraded */
    char reason[REASON_SIZE];
};

/* The documented word: "up", "degraded", "down", "unknown". */
const char *gate_standing_name(enum gate_standing standing);

/* Evaluates GATE over its checks, CHECKS[i] being the view of gate->checks[i]. WAS_DEGRADED is for the hysteresis of
 * degraded-recover: whether the gate was degraded when last evaluated. A gate without checks is up. */
void gate_evaluate(const struct gate_config *gate, const struct check_view *checks, bool was_degraded,
                   struct gate_result *result);

#endif
