#include "lib/damping.h"

/* RFC 2439 section 4.2: the ceiling, from a longest suppression of four half-lives, as routers default to. No figure is
 * above reuse for MOST_HALF_LIVES: thresholds have 32 bits. */
enum { MAXIMUM_HALF_LIVES = 4, MOST_HALF_LIVES = 32, TERMS = 18 };

/* 2 to the power of -ELAPSED_MS / HALF_LIFE_MS. exp2(3) would do, if it did not take a library of its own in every
 * daemon: the whole part is a shift, and the rest, below 1, a short series. */
static double decay(uint64_t elapsed_ms, uint32_t half_life_ms)
{
    const double ln2 = 0.693147180559945309;
    uint64_t whole = half_life_ms ? elapsed_ms / half_life_ms : UINT64_MAX;
    double term = 1, sum = 1;

    if (whole >= 64)
        return 0;
    double exponent = -ln2 * (double)(elapsed_ms % half_life_ms) / half_life_ms;
    for (int n = 1; n < TERMS; n++)
        sum += term *= exponent / n;
    return sum / (double)(UINT64_C(1) << whole);
}

double damping_penalty(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    if (now_ms <= damping->at_ms)
        return damping->penalty;
    return damping->penalty * decay(now_ms - damping->at_ms, config->half_life_ms);
}

void damping_flap(struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    if (!config->enabled)
        return;
    double penalty = damping_penalty(damping, config, now_ms) + DAMPING_PENALTY;
    double ceiling = (double)config->reuse * (1 << MAXIMUM_HALF_LIVES);
    bool suppressed = damping_suppressed(damping, config, now_ms);

    if (ceiling < config->suppress)
        ceiling = config->suppress;
    damping->penalty = penalty < ceiling ? penalty : ceiling;
    damping->at_ms = now_ms;
    damping->suppressed = suppressed || damping->penalty >= config->suppress;
}

bool damping_suppressed(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    return config->enabled && damping->suppressed && damping_penalty(damping, config, now_ms) >= config->reuse;
}

uint64_t damping_reuse_ms(const struct damping *damping, const struct damping_config *config, uint64_t now_ms)
{
    uint64_t held = now_ms, free = damping->at_ms + (uint64_t)MOST_HALF_LIVES * config->half_life_ms + 1;

    if (!damping_suppressed(damping, config, now_ms))
        return now_ms;
    while (held + 1 < free) {
        uint64_t middle = held + (free - held) / 2;
        if (damping_suppressed(damping, config, middle))
            held = middle;
        else
            free = middle;
    }
    return free;
}

void damping_show(const struct damping *damping, const struct damping_config *config, uint64_t now_ms, struct json *row)
{
    if (!config->enabled)
        return;
    json_number(row, "damping-penalty", (uint64_t)damping_penalty(damping, config, now_ms));
    if (damping_suppressed(damping, config, now_ms))
        json_number(row, "damping-reuse", (damping_reuse_ms(damping, config, now_ms) - now_ms + 999) / 1000);
}
