#include "bgpd/config.h"

#include "bgpd/config_internal.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool config_fail(struct config_builder *builder, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(builder->error, builder->error_size, format, arguments);
    va_end(arguments);
    return false;
}

void *config_array(struct config_builder *builder, size_t count, size_t size)
{
    return arena_alloc(&builder->arena, count * size);
}

const char *config_text(struct config_builder *builder, const char *text)
{
    return text ? arena_text(&builder->arena, text, strlen(text)) : NULL;
}

bool config_is(const struct lyd_node *node, const char *name)
{
    return node->schema && strcmp(node->schema->name, name) == 0;
}

size_t config_count(const struct lyd_node *first, const char *name)
{
    const struct lyd_node *node;
    size_t count = 0;

    LY_LIST_FOR(first, node)
    {
        count += config_is(node, name);
    }
    return count;
}

static enum log_level level_of(const char *text)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};

    for (unsigned i = 0; text && i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0)
            return (enum log_level)i;
    }
    return LOG_LEVEL_INFO;
}

static void read_daemon(struct config_builder *builder)
{
    struct bgpd_config *config = &builder->config;
    const struct lyd_node *log = model_sibling(builder->tree, "log");
    const struct lyd_node *site = model_sibling(builder->tree, "site");
    const char *format = model_text(log, "format");
    const char *directory = model_text(model_sibling(builder->tree, "control"), "directory");

    config->site = config_text(builder, site ? lyd_get_value(site) : NULL);
    config->log_level = level_of(model_text(log, "level"));
    config->log_format = format && strcmp(format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
    config->control_directory = config_text(builder, directory ? directory : "/run/vipgate");
    config->lease_ms = model_duration_ms(model_sibling(builder->tree, "health"), "lease", 3000);
}

struct bgpd_config *bgpd_config_new(const struct lyd_node *tree, char *error, size_t size)
{
    struct config_builder *builder = calloc(1, sizeof *builder);

    if (!builder) {
        strlcpy(error, "out of memory", size);
        return NULL;
    }
    builder->tree = tree;
    builder->error = error;
    builder->error_size = size;
    strlcpy(error, "out of memory", size);
    read_daemon(builder);
    if (!config_read_bgp(builder) || !config_read_vips(builder) || builder->arena.failed) {
        bgpd_config_free(&builder->config);
        return NULL;
    }
    builder->tree = NULL;
    builder->error = NULL;
    return &builder->config;
}

void bgpd_config_free(struct bgpd_config *config)
{
    struct config_builder *builder = (struct config_builder *)config;

    if (!config)
        return;
    for (size_t i = 0; i < config->vip_count; i++) {
        path_attributes_unref(config->vips[i].profile.attributes);
        path_attributes_unref(config->vips[i].degraded_profile.attributes);
    }
    for (size_t i = 0; i < config->bgp.neighbor_count; i++) {
        const char *password = config->bgp.neighbors[i].password;
        if (password)
            explicit_bzero((char *)(uintptr_t)password, strlen(password));
    }
    arena_free(&builder->arena);
    free(builder);
}
