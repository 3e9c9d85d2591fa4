/*
 * Damping of a flapping subject, by the figure of merit of RFC 2439: each flap adds 1000, the sum halves each
 * half-life. At SUPPRESS and above the subject is held down, until the figure has decayed below REUSE. Pure: time is an
 * argument, in milliseconds of one monotonic clock.
 */
#ifndef VIPGATE_LIB_DAMPING_H
#define VIPGATE_LIB_DAMPING_H

#include "lib/json.h"

#include <stdbool.h>
#include <stdint.h>

enum { DAMPING_PENALTY = 1000 };

struct damping_config {
    bool enabled;
    uint32_t half_life_ms, suppress, reuse;
};

/* Zero-initialised: no flap yet. */
struct damping {
    double penalty; /* the figure of merit at at_ms */
    uint64_t at_ms;
    bool suppressed; /* as of at_ms; read it with damping_suppressed */
};

/* Counts one flap. The figure is capped so that no history, however bad, suppresses for more than four half-lives (the
 * ceiling of RFC 2439 section 4.2). */
void damping_flap(struct damping *damping, const struct damping_config *config, uint64_t now_ms);

/* The figure of merit at NOW_MS. */
double damping_penalty(const struct damping *damping, const struct damping_config *config, uint64_t now_ms);

/* Whether the subject is held down at NOW_MS. */
bool damping_suppressed(const struct damping *damping, const struct damping_config *config, uint64_t now_ms);

/* The first millisecond at which a suppressed subject is free again, NOW_MS where it is not suppressed. */
uint64_t damping_reuse_ms(const struct damping *damping, const struct damping_config *config, uint64_t now_ms);

/* Adds the leafs of what a VIP and a check show of it. */
void damping_show(const struct damping *damping, const struct damping_config *config, uint64_t now_ms,
                  struct json *row);

#endif
