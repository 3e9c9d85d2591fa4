#include "healthd/state.h"

#include "lib/model.h"

#include <string.h>

static bool was_appended(const struct probe_result *result, uint8_t index)
{
    for (uint8_t i = 0; i < index; i++) {
        if (strcmp(result->phases[i].name, result->phases[index].name) == 0)
            return true;
    }
    return false;
}

/* A phase that the probe went through more than once is one entry. */
static void append_phases(struct lyd_node *last, const struct probe_result *result)
{
    for (uint8_t i = 0; i < result->phase_count; i++) {
        uint64_t duration_us = 0;
        if (was_appended(result, i))
            continue;
        for (uint8_t j = i; j < result->phase_count; j++) {
            if (strcmp(result->phases[j].name, result->phases[i].name) == 0)
                duration_us += result->phases[j].duration_us;
        }
        struct lyd_node *phase = model_list(last, "phase", result->phases[i].name, NULL);
        model_leaf_number(phase, "duration-us", duration_us);
    }
}

static void append_last(struct lyd_node *node, const struct check *check)
{
    const struct probe_result *result = &check->last;

    if (!check->runs)
        return;
    struct lyd_node *last = model_container(node, "last");
    model_leaf_time(last, "time", check->last_time_us);
    model_leaf(last, "outcome", outcome_name(result->outcome));
    model_leaf(last, "reason", reason_name(result->reason));
    model_leaf(last, "detail", result->detail);
    model_leaf_number(last, "latency-us", result->latency_us);
    append_phases(last, result);
}

static void append_damping(struct lyd_node *node, const struct check *check)
{
    const struct damping_config *config = &check->config->judge.damping;
    uint64_t now_ms = uv_now(check->room->probe.loop);

    if (!config->enabled)
        return;
    model_leaf_number(node, "damping-penalty", (uint64_t)damping_penalty(&check->judge.damping, config, now_ms));
    if (damping_suppressed(&check->judge.damping, config, now_ms))
        model_leaf_number(node, "damping-reuse",
                          (damping_reuse_ms(&check->judge.damping, config, now_ms) - now_ms + 999) / 1000);
}

void state_append_check(struct lyd_node *state, const struct check *check)
{
    struct lyd_node *node = model_list(state, "check", check->config->name, NULL);
    char target[PROBE_TARGET_SIZE];

    check->config->kind->target(check->config->settings, target, sizeof target);
    model_leaf(node, "kind", check->config->kind->name);
    model_leaf(node, "verdict", verdict_name(check->judge.verdict));
    model_leaf_number(node, "healthy-percent", check->judge.healthy_percent);
    model_leaf_time(node, "since", check->since_us);
    model_leaf_number(node, "successes", check->judge.successes);
    model_leaf_number(node, "failures", check->judge.failures);
    model_leaf_number(node, "runs", check->runs);
    model_leaf(node, "target", target);
    append_last(node, check);
    append_damping(node, check);
}
