#include "healthd/engine/config.h"

#include "healthd/probes/kinds.h"
#include "lib/conf/shared_config.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

/* ---- one check ---- */

/* Defaults are in the tree. */
static void read_timing(struct check_config *check, const struct lyd_node *node)
{
    check->interval_ms = model_duration_ms(node, "interval", 0);
    check->fast_interval_ms = model_duration_ms(node, "fast-interval", check->interval_ms);
    check->timeout_ms = model_duration_ms(node, "timeout", 0);
    check->judge.rise = (uint16_t)model_number(node, "rise", 0);
    check->judge.fall = (uint16_t)model_number(node, "fall", 0);
    check->judge.hold_down_ms = model_duration_ms(node, "hold-down", 0);
    check->judge.damping = damping_config_of(node);
}

/* A kind speaks of its leafs; the reader wants to know of which check. */
struct listener {
    const char *check;
    struct conf *conf;
};

static void on_complaint(const struct lyd_node *node, const char *message, void *user)
{
    const struct listener *listener = user;

    conf_error(listener->conf, node, "check %s: %s", listener->check, message);
}

/* What tells one probe from another; NULL when out of memory. */
static const char *probe_text(struct arena *arena, const struct lyd_node *node)
{
    char *text = NULL;

    if (lyd_print_mem(&text, node, LYD_JSON, LYD_PRINT_SHRINK | LYD_PRINT_WD_ALL) != LY_SUCCESS)
        text = NULL;
    const char *kept = arena_copy(arena, text);
    arena->failed |= !kept;
    free(text);
    return kept;
}

/* Fills CHECK in from its list entry; CONF is told of what is wrong. */
static void read_check(struct config *config, struct check_config *check, const struct lyd_node *node,
                       struct conf *conf)
{
    const struct lyd_node *probe = kind_node(node);
    struct listener listener = {.check = check->name, .conf = conf};
    const struct kind_room room = {.arena = &check->arena, .complaint = on_complaint, .user = &listener};

    strlcpy(check->name, model_text(node, "name"), sizeof check->name);
    read_timing(check, node);
    check->judge.lease_ms = config->lease_ms;
    check->probe_text = probe_text(&config->arena, probe);
    check->kind = kind_find(probe->schema->name);
    check->probe = probe_kind_find(check->kind->name);
    check->settings = kind_configure(check->kind, probe, &room);
}

bool check_config_same_probe(const struct check_config *a, const struct check_config *b)
{
    return strcmp(a->probe_text, b->probe_text) == 0;
}

/* ---- the whole ---- */

static int compare_names(const void *a, const void *b)
{
    const struct check_config *const *one = a, *const *other = b;

    return strcmp((*one)->name, (*other)->name);
}

static void read_checks(struct config *config, struct conf *conf)
{
    size_t size = model_count(conf->tree, "check") + 1;

    config->checks = calloc(size, sizeof *config->checks);
    config->by_name = calloc(size, sizeof *config->by_name);
    config->arena.failed = !config->checks || !config->by_name;
    if (config->arena.failed)
        return;
    MODEL_FOR_EACH(node, conf->tree, "check")
    {
        struct check_config *check = &config->checks[config->check_count];
        config->by_name[config->check_count++] = check;
        read_check(config, check, node, conf);
    }
    qsort(config->by_name, config->check_count, sizeof *config->by_name, compare_names);
}

struct config *config_new(struct conf *conf)
{
    struct config *config = calloc(1, sizeof *config);

    if (!config) {
        conf_error(conf, NULL, "out of memory");
        return NULL;
    }
    config->lease_ms = shared_config_of(conf->tree).lease_ms;
    read_checks(config, conf);
    if (config->arena.failed)
        conf_error(conf, NULL, "out of memory");
    if (conf->error_count == 0)
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
        arena_free(&check->arena);
    }
    free(config->by_name);
    free(config->checks);
    arena_free(&config->arena);
    free(config);
}
