#include "bgpd/announce/gate.h"

#include <bsd/string.h>
#include <stdio.h>

/* A gate's checks, counted. */
struct tally {
    size_t up, down, pending, lost;
    unsigned percent_sum; /* of those up; those down count 0 */
};

const char *gate_standing_name(enum gate_standing standing)
{
    static const char *const names[] = {"unknown", "up", "degraded", "down", "unknown"};

    return names[standing];
}

static struct tally count(const struct check_view *checks, size_t check_count)
{
    struct tally tally = {0};

    for (size_t i = 0; i < check_count; i++) {
        tally.up += checks[i].standing == CHECK_UP;
        tally.down += checks[i].standing == CHECK_DOWN;
        tally.pending += checks[i].standing == CHECK_PENDING;
        tally.lost += checks[i].standing == CHECK_LOST;
        if (checks[i].standing == CHECK_UP)
            tally.percent_sum += checks[i].healthy_percent;
    }
    return tally;
}

static size_t needed(const struct gate_config *gate)
{
    if (gate->require == REQUIRE_ANY)
        return 1;
    return gate->require == REQUIRE_COUNT ? gate->require_count : gate->check_count;
}

/* The mean if EXTRA checks more were known, with PERCENT each. -1: there are none. */
static int mean(const struct tally *tally, size_t extra, unsigned percent)
{
    size_t known = tally->up + tally->down + extra;

    return known ? (int)((tally->percent_sum + extra * percent) / known) : -1;
}

static bool is_degraded(const struct gate_config *gate, int percent, bool was_degraded)
{
    if (gate->degraded_below < 0 || percent < 0)
        return false;
    return percent < (was_degraded ? gate->degraded_recover : gate->degraded_below);
}

/* An open gate is up or degraded; PENDING where the verdicts still to come decide which. */
static enum gate_standing open_standing(const struct gate_config *gate, const struct tally *tally, bool was_degraded)
{
    bool at_worst = is_degraded(gate, mean(tally, tally->pending, 0), was_degraded);
    bool at_best = is_degraded(gate, mean(tally, tally->pending, 100), was_degraded);

    if (at_worst != at_best)
        return GATE_PENDING;
    return at_worst ? GATE_DEGRADED : GATE_UP;
}

static enum gate_standing standing_of(const struct gate_config *gate, const struct tally *tally, bool was_degraded)
{
    size_t need = needed(gate);

    if (tally->up >= need)
        return open_standing(gate, tally, was_degraded);
    if (tally->up + tally->pending >= need)
        return GATE_PENDING;
    return tally->up + tally->pending + tally->lost >= need ? GATE_LOST : GATE_DOWN;
}

static const char *require_words(const struct gate_config *gate, char *text, size_t size)
{
    if (gate->require == REQUIRE_ALL)
        return "all are required";
    if (gate->require == REQUIRE_ANY)
        return "one is required";
    snprintf(text, size, "%u are required", gate->require_count);
    return text;
}

/* The check that stands for the result: the first of the telling kind, else the least healthy. */
static const struct check_view *telling_check(const struct gate_config *gate, const struct check_view *checks,
                                              enum gate_standing standing)
{
    static const enum check_standing telling[] = {CHECK_PENDING, CHECK_UP, CHECK_DOWN, CHECK_DOWN, CHECK_LOST};
    const struct check_view *least = &checks[0];

    for (size_t i = 0; i < gate->check_count; i++) {
        if (checks[i].standing == telling[standing])
            return &checks[i];
        if (checks[i].healthy_percent < least->healthy_percent)
            least = &checks[i];
    }
    return least;
}

/* "check backend down: 3 failures: connection refused by 192.0.2.1:80 (and 1 more)" */
static void name_check(const struct check_view *check, const struct tally *tally, char *text, size_t size)
{
    static const char *const words[] = {"has no verdict yet", "up", "down", "unknown"};
    const size_t alike[] = {tally->pending, tally->up, tally->down, tally->lost};
    char others[40] = "";

    if (alike[check->standing] > 1)
        snprintf(others, sizeof others, " (and %zu more)", alike[check->standing] - 1);
    snprintf(text, size, "check %s %s%s%s%s", check->name, words[check->standing], check->reason[0] ? ": " : "",
             check->reason, others);
}

/* What decided, in words: the check that tells, and before it, for a gate of several, how they count. */
static void explain(const struct gate_config *gate, const struct check_view *checks, const struct tally *tally,
                    struct gate_result *result)
{
    char *text = result->reason, words[40];
    size_t size = sizeof result->reason, used = 0;

    if (result->standing == GATE_DEGRADED)
        used += (size_t)snprintf(text, size, "%d%% healthy, below %d%%: ", result->healthy_percent,
                                 result->healthy_percent < gate->degraded_below ? gate->degraded_below
                                                                                : gate->degraded_recover);
    if (gate->check_count > 1)
        used += (size_t)snprintf(text + used, size - used, "%zu of %zu checks up, %s: ", tally->up, gate->check_count,
                                 require_words(gate, words, sizeof words));
    name_check(telling_check(gate, checks, result->standing), tally, text + used, size - used);
}

void gate_evaluate(const struct gate_config *gate, const struct check_view *checks, bool was_degraded,
                   struct gate_result *result)
{
    if (gate->check_count == 0) {
        *result = (struct gate_result){.standing = GATE_UP, .healthy_percent = -1};
        strlcpy(result->reason, "no gate: always announced", sizeof result->reason);
        return;
    }
    struct tally tally = count(checks, gate->check_count);
    result->standing = standing_of(gate, &tally, was_degraded);
    result->healthy_percent = mean(&tally, 0, 0);
    result->degraded = is_degraded(gate, result->healthy_percent, was_degraded);
    explain(gate, checks, &tally, result);
}
