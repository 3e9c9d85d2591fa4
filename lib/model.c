#include "lib/model.h"

#include "lib/clock.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <libyang/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *model_error_message(const struct ly_ctx *context)
{
    const struct ly_err_item *item = ly_err_last(context);

    return item && item->msg ? item->msg : "not understood";
}

const char *model_error_path(const struct ly_ctx *context)
{
    const struct ly_err_item *item = ly_err_last(context);

#if LY_VERSION_MAJOR >= 3
    return item ? item->data_path : NULL;
#else
    return item ? item->path : NULL;
#endif
}

unsigned model_error_line(const struct ly_ctx *context)
{
    const struct ly_err_item *item = ly_err_last(context);

#if LY_VERSION_MAJOR >= 3
    return item ? (unsigned)item->line : 0;
#else
    const char *text = item && item->path ? strstr(item->path, "ine number ") : NULL;

    return text ? (unsigned)strtoul(text + strlen("ine number "), NULL, 10) : 0;
#endif
}

const char *model_error(const struct ly_ctx *context, char *buffer, size_t size)
{
    const char *path = model_error_path(context);

    snprintf(buffer, size, "%s%s%s", model_error_message(context), path ? " " : "", path ? path : "");
    text_clean(buffer);
    return buffer;
}

struct ly_ctx *model_open(char *error, size_t size)
{
    struct ly_ctx *context;

    ly_log_options(LY_LOSTORE_LAST);
    if (ly_ctx_new(NULL, LY_CTX_DISABLE_SEARCHDIRS | LY_CTX_NO_YANGLIBRARY, &context) != LY_SUCCESS) {
        strlcpy(error, "libyang: cannot make a context", size);
        return NULL;
    }
    if (lys_parse_mem(context, model_yang_text, LYS_IN_YANG, NULL) != LY_SUCCESS) {
        model_error(context, error, size);
        ly_ctx_destroy(context);
        return NULL;
    }
    return context;
}

const struct lys_module *model_module(const struct ly_ctx *context)
{
    return ly_ctx_get_module_implemented(context, "vipgate");
}

const struct lyd_node *model_sibling(const struct lyd_node *tree, const char *name)
{
    const struct lyd_node *node;

    LY_LIST_FOR(tree, node)
    {
        if (node->schema && strcmp(node->schema->name, name) == 0)
            return node;
    }
    return NULL;
}

size_t model_count(const struct lyd_node *first, const char *name)
{
    size_t count = 0;

    MODEL_FOR_EACH(node, first, name)
    {
        count++;
    }
    return count;
}

const struct lyd_node *model_child(const struct lyd_node *parent, const char *name)
{
    return model_sibling(lyd_child(parent), name);
}

const char *model_text(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *node = model_child(parent, name);

    return node ? lyd_get_value(node) : NULL;
}

bool model_boolean(const struct lyd_node *parent, const char *name, bool fallback)
{
    const char *text = model_text(parent, name);

    return text ? strcmp(text, "true") == 0 : fallback;
}

uint64_t model_number(const struct lyd_node *parent, const char *name, uint64_t fallback)
{
    const char *text = model_text(parent, name);

    return text ? strtoull(text, NULL, 10) : fallback;
}

uint64_t model_duration_ms(const struct lyd_node *parent, const char *name, uint64_t fallback)
{
    const char *text = model_text(parent, name);
    uint64_t ms;

    return text && duration_parse(text, &ms) ? ms : fallback;
}

bool model_is_explicit(const struct lyd_node *node)
{
    return node && !(node->flags & LYD_DEFAULT);
}

const struct lyd_node *model_written(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *node = model_child(parent, name);

    return model_is_explicit(node) ? node : NULL;
}
