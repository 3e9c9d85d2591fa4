#include "healthd/settings.h"

#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

bool settings_endpoint(const struct lyd_node *node, const char *name, uint16_t default_port, struct endpoint *endpoint,
                       const struct probe_complaints *complaints)
{
    const struct lyd_node *leaf = model_child(node, name);
    const char *wrong = endpoint_parse(endpoint, lyd_get_value(leaf), default_port);

    if (wrong)
        probe_complain(complaints, leaf, "%s \"%s\": %s", name, lyd_get_value(leaf), wrong);
    return !wrong;
}

char *settings_copy(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        abort();
    return copy;
}

char *settings_text(const struct lyd_node *node, const char *name)
{
    const char *text = model_text(node, name);

    return text ? settings_copy(text) : NULL;
}

char **settings_texts(const struct lyd_node *node, const char *name, size_t *count)
{
    char **texts = NULL;
    const struct lyd_node *child;

    *count = 0;
    LY_LIST_FOR(lyd_child(node), child)
    {
        if (strcmp(child->schema->name, name) != 0)
            continue;
        texts = reallocarray(texts, *count + 1, sizeof *texts);
        if (!texts)
            abort();
        texts[(*count)++] = settings_copy(lyd_get_value(child));
    }
    return texts;
}

void *settings_new(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        abort();
    return memory;
}
