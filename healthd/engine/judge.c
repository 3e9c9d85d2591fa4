#include "healthd/engine/judge.h"

/* It takes two UNABLE to stay so, and a machine that is busy may be late with one. */
enum { UNABLES_TO_STAY = 2, ASKS_A_LEASE = 4 };

void judge_init(struct judge *judge)
{
    *judge = (struct judge){.verdict = VERDICT_UNKNOWN, .probed = VERDICT_UNKNOWN, .first_pending = true};
}

static void increment(uint32_t *counter)
{
    if (*counter < UINT32_MAX)
        (*counter)++;
}

static void count_success(struct judge *judge, const struct judge_config *config, uint8_t healthy_percent,
                          uint64_t now_ms)
{
    if (judge->successes == 0)
        judge->healthy_since_ms = now_ms;
    increment(&judge->successes);
    judge->failures = 0;
    judge->last_ok_percent = healthy_percent;
    if (judge->successes >= config->rise)
        judge->probed = VERDICT_UP;
}

static void count_failure(struct judge *judge, const struct judge_config *config, bool decisive, uint64_t now_ms)
{
    increment(&judge->failures);
    judge->successes = 0;
    if (!decisive && judge->failures < config->fall)
        return;
    /* A flap is what the probes say, whether or not the verdict shows it: a suppressed check that goes on flapping
     * goes on being suppressed. */
    if (judge->probed == VERDICT_UP)
        damping_flap(&judge->damping, &config->damping, now_ms);
    judge->probed = VERDICT_DOWN;
}

/* Whether time alone may bring it up. A failure, though fewer than FALL, ends the wait until there are RISE successes
 * again, and so does UNABLE, until the target has been seen. */
static bool is_waiting(const struct judge *judge, const struct judge_config *config)
{
    return judge->probed == VERDICT_UP && judge->verdict != VERDICT_UP && judge->successes >= config->rise &&
           !judge->unables;
}

/* When a check that probes say is up may be so. */
static uint64_t up_allowed_ms(const struct judge *judge, const struct judge_config *config, uint64_t now_ms)
{
    uint64_t reuse = damping_reuse_ms(&judge->damping, &config->damping, now_ms);
    uint64_t held = judge->was_down ? judge->healthy_since_ms + config->hold_down_ms : 0;

    return held > reuse ? held : reuse;
}

static void settle(struct judge *judge, const struct judge_config *config, uint64_t now_ms)
{
    if (judge->unables >= UNABLES_TO_STAY && now_ms > judge->unable_since_ms + config->lease_ms) {
        judge->verdict = judge->probed = VERDICT_UNKNOWN;
        judge->successes = judge->failures = 0;
        judge->first_pending = false;
        judge->healthy_percent = 0;
    } else if (judge->probed == VERDICT_DOWN) {
        judge->verdict = VERDICT_DOWN;
        judge->was_down = true;
        judge->first_pending = false;
    } else if (is_waiting(judge, config) && up_allowed_ms(judge, config, now_ms) <= now_ms) {
        judge->verdict = VERDICT_UP;
        judge->was_down = false;
        judge->first_pending = false;
    }
    if (judge->verdict == VERDICT_UP)
        judge->healthy_percent = judge->last_ok_percent;
}

static void take(struct judge *judge, const struct judge_config *config, const struct judge_input *input,
                 uint64_t now_ms)
{
    switch (input->outcome) {
    case OUTCOME_OK:
        count_success(judge, config, input->healthy_percent, now_ms);
        break;
    case OUTCOME_FAIL:
        count_failure(judge, config, input->decisive, now_ms);
        break;
    case OUTCOME_UNABLE:
        if (!judge->unables)
            judge->unable_since_ms = now_ms;
        increment(&judge->unables);
        return;
    }
    judge->unables = 0;
}

bool judge_input(struct judge *judge, const struct judge_config *config, const struct judge_input *input,
                 uint64_t now_ms)
{
    const struct judge before = *judge;

    if (input)
        take(judge, config, input, now_ms);
    settle(judge, config, now_ms);
    if (input && input->outcome == OUTCOME_FAIL && judge->verdict != VERDICT_UP)
        judge->healthy_percent = input->healthy_percent;
    return judge->verdict != before.verdict || judge->first_pending != before.first_pending ||
           judge->healthy_percent != before.healthy_percent;
}

/* Time alone will make it unknown, or would if another UNABLE came. */
static bool is_on_the_way_to_unknown(const struct judge *judge)
{
    return judge->unables && (judge->verdict != VERDICT_UNKNOWN || judge->first_pending);
}

uint64_t judge_wake_ms(const struct judge *judge, const struct judge_config *config, uint64_t now_ms)
{
    uint64_t wake = JUDGE_NEVER;

    if (is_on_the_way_to_unknown(judge) && judge->unables >= UNABLES_TO_STAY)
        wake = judge->unable_since_ms + config->lease_ms + 1;
    else if (is_waiting(judge, config))
        wake = up_allowed_ms(judge, config, now_ms);
    return wake < now_ms ? now_ms : wake;
}

uint64_t judge_ask_within_ms(const struct judge *judge, const struct judge_config *config)
{
    if (!is_on_the_way_to_unknown(judge))
        return JUDGE_NEVER;
    return config->lease_ms / ASKS_A_LEASE + 1;
}

bool judge_is_pending(const struct judge *judge, const struct judge_config *config)
{
    if (judge->probed == VERDICT_UNKNOWN)
        return true;
    if (judge->probed == VERDICT_DOWN)
        return judge->successes > 0;
    return judge->failures > 0 || (judge->verdict != VERDICT_UP && judge->successes < config->rise);
}
