#include "lib/damping.h"

#include <math.h>

/* RFC 2439 section 4.2: the ceiling, from a longest suppression of four half-lives, as routers default to. */
enum { MAXIMUM_HALF_LIVES = 4 };

double damping_penalty(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    if (now_ms <= damping->at_ms)
        return damping->penalty;
    return damping->penalty * exp2(-(double)(now_ms - damping->at_ms) / config->half_life_ms);
}

static double ceiling_of(const struct damping_config *config)
{
    double ceiling = (double)config->reuse * (1 << MAXIMUM_HALF_LIVES);

    return ceiling > config->suppress ? ceiling : config->suppress;
}

void damping_flap(struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    if (!config->enabled)
        return;
    bool suppressed = damping_suppressed(damping, config, now_ms);
    damping->penalty = fmin(damping_penalty(damping, config, now_ms) + DAMPING_PENALTY, ceiling_of(config));
    damping->at_ms = now_ms;
    damping->suppressed = suppressed || damping->penalty >= config->suppress;
}

bool damping_suppressed(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    return config->enabled && damping->suppressed && damping_penalty(damping, config, now_ms) >= config->reuse;
}

uint64_t damping_reuse_ms(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    if (!damping_suppressed(damping, config, now_ms))
        return now_ms;
    double half_lives = log2(damping->penalty / config->reuse);
    uint64_t at = damping->at_ms + (uint64_t)ceil(half_lives * config->half_life_ms);
    /* At exactly REUSE it is still held: "below". Rounding of the logarithm may also leave it there. */
    while (damping_suppressed(damping, config, at))
        at++;
    return at;
}
