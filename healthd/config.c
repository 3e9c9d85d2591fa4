#include "healthd/config.h"

#include "healthd/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

/* ---- one check ---- */

/* The container of the choice of probe kinds. */
static const struct lyd_node *probe_of(const struct lyd_node *check)
{
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(check), node)
    {
        if (node->schema->parent->nodetype == LYS_CASE)
            return node;
    }
    return NULL;
}

static struct damping_config damping_of(const struct lyd_node *check)
{
    const struct lyd_node *damping = model_child(check, "damping");
    uint64_t half_life_ms = model_duration_ms(damping, "half-life", 60000);

    return (struct damping_config){
        .enabled = damping,
        .half_life_ms = half_life_ms < UINT32_MAX ? (uint32_t)half_life_ms : UINT32_MAX,
        .suppress = (uint32_t)model_number(damping, "suppress", 3000),
        .reuse = (uint32_t)model_number(damping, "reuse", 1000),
    };
}

static void read_timing(struct check_config *check, const struct lyd_node *node)
{
    check->interval_ms = model_duration_ms(node, "interval", 1000);
    check->fast_interval_ms = model_duration_ms(node, "fast-interval", check->interval_ms);
    check->timeout_ms = model_duration_ms(node, "timeout", 500);
    check->judge.rise = (uint16_t)model_number(node, "rise", 3);
    check->judge.fall = (uint16_t)model_number(node, "fall", 3);
    check->judge.hold_down_ms = model_duration_ms(node, "hold-down", 0);
    check->judge.damping = damping_of(node);
}

/* A kind speaks of its leafs; the reader wants to know of which check. */
struct prefixed {
    const char *check;
    const struct probe_complaints *to;
};

static void complain_prefixed(const struct lyd_node *node, const char *message, void *user)
{
    const struct prefixed *prefixed = user;

    probe_complain(prefixed->to, node, "check %s: %s", prefixed->check, message);
}

/* Fills CHECK in from its list entry. False after a complaint. */
static bool read_check(struct check_config *check, const struct lyd_node *node, uint64_t lease_ms,
                       const struct probe_complaints *complaints)
{
    strlcpy(check->name, model_text(node, "name"), sizeof check->name);
    read_timing(check, node);
    check->judge.lease_ms = lease_ms;
    check->probe_node = probe_of(node);
    check->kind = probe_kind_find(check->probe_node->schema->name);
    if (!check->kind) {
        probe_complain(complaints, check->probe_node, "check %s: this build of vipgate-healthd has no probe of kind %s",
                       check->name, check->probe_node->schema->name);
        return false;
    }
    struct prefixed prefixed = {.check = check->name, .to = complaints};
    const struct probe_complaints ours = {.complain = complain_prefixed, .user = &prefixed};
    check->settings = check->kind->configure(check->probe_node, &ours);
    return check->settings;
}

bool check_config_same_probe(const struct check_config *a, const struct check_config *b)
{
    return lyd_compare_single(a->probe_node, b->probe_node, LYD_COMPARE_FULL_RECURSION) == LY_SUCCESS;
}

/* ---- the whole ---- */

static size_t count_checks(const struct lyd_node *tree)
{
    size_t count = 0;
    const struct lyd_node *node;

    LY_LIST_FOR(tree, node)
    {
        count += strcmp(node->schema->name, "check") == 0;
    }
    return count;
}

static int index_of(const char *word, const char *const *words, int fallback)
{
    for (int i = 0; word && words[i]; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return fallback;
}

static void read_daemon(struct config *config)
{
    static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
    static const char *const formats[] = {"text", "json", NULL};
    const struct lyd_node *log = model_sibling(config->tree, "log");
    const struct lyd_node *site = model_sibling(config->tree, "site");
    const char *directory = model_text(model_sibling(config->tree, "control"), "directory");

    config->site = site ? lyd_get_value(site) : NULL;
    config->log_level = (enum log_level)index_of(model_text(log, "level"), levels, LOG_LEVEL_INFO);
    config->log_format = (enum log_format)index_of(model_text(log, "format"), formats, LOG_FORMAT_TEXT);
    config->directory = directory ? directory : "/run/vipgate";
    config->lease_ms = model_duration_ms(model_sibling(config->tree, "health"), "lease", 3000);
}

static bool read_checks(struct config *config, const struct probe_complaints *complaints)
{
    bool sound = true;
    const struct lyd_node *node;

    config->checks = settings_new((count_checks(config->tree) + 1) * sizeof *config->checks);
    LY_LIST_FOR(config->tree, node)
    {
        if (strcmp(node->schema->name, "check") == 0)
            sound &= read_check(&config->checks[config->check_count++], node, config->lease_ms, complaints);
    }
    return sound;
}

struct config *config_new(struct lyd_node *tree, const struct probe_complaints *complaints)
{
    struct config *config = settings_new(sizeof *config);

    config->tree = lyd_first_sibling(tree);
    read_daemon(config);
    if (read_checks(config, complaints))
        return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->check_count; i++) {
        struct check_config *check = &config->checks[i];
        if (check->settings)
            check->kind->settings_free(check->settings);
    }
    free(config->checks);
    lyd_free_all(config->tree);
    free(config);
}
