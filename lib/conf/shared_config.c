#include "lib/conf/shared_config.h"

#include "lib/model.h"

#include <string.h>

/* The position of WORD among the COUNT words, or FALLBACK. */
static int index_of(const char *word, const char *const *words, int count, int fallback)
{
    for (int i = 0; word && i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return fallback;
}

struct shared_config shared_config_of(const struct lyd_node *tree)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    static const char *const formats[] = {"text", "json"};
    const struct lyd_node *log = model_sibling(tree, "log"), *site = model_sibling(tree, "site");
    const char *directory = model_text(model_sibling(tree, "control"), "directory");

    return (struct shared_config){
        .site = site ? lyd_get_value(site) : NULL,
        .log_level = (enum log_level)index_of(model_text(log, "level"), levels, 4, LOG_LEVEL_INFO),
        .log_format = (enum log_format)index_of(model_text(log, "format"), formats, 2, LOG_FORMAT_TEXT),
        .control_directory = directory ? directory : "/run/vipgate",
        .lease_ms = model_duration_ms(model_sibling(tree, "health"), "lease", 3000),
    };
}

struct damping_config damping_config_of(const struct lyd_node *parent)
{
    const struct lyd_node *damping = model_child(parent, "damping");
    uint64_t half_life_ms = model_duration_ms(damping, "half-life", 60000);

    return (struct damping_config){
        .enabled = damping,
        .half_life_ms = half_life_ms < UINT32_MAX ? (uint32_t)half_life_ms : UINT32_MAX,
        .suppress = (uint32_t)model_number(damping, "suppress", 3000),
        .reuse = (uint32_t)model_number(damping, "reuse", 1000),
    };
}
