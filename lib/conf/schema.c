#include "lib/conf/schema.h"

#include <string.h>

static bool is_configurable(const struct lysc_node *schema)
{
    return (schema->flags & LYS_CONFIG_W) && (schema->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST));
}

const struct lysc_node *schema_next(const struct lys_module *module, const struct lysc_node *parent,
                                    const struct lysc_node *last)
{
    do {
        last = lys_getnext(last, parent, module->compiled, 0);
    } while (last && !is_configurable(last));
    return last;
}

const struct lysc_node *schema_child(const struct lys_module *module, const struct lysc_node *parent, const char *name)
{
    const struct lysc_node *schema = NULL;

    while ((schema = schema_next(module, parent, schema))) {
        if (strcmp(schema->name, name) == 0)
            return schema;
    }
    return NULL;
}

bool schema_is_in(const struct lysc_node *schema, const struct lysc_node *ancestor)
{
    while (schema && schema != ancestor)
        schema = schema->parent;
    return schema != NULL;
}

const struct lysc_type *schema_type(const struct lysc_node *schema)
{
    return schema->nodetype == LYS_LEAF ? ((const struct lysc_node_leaf *)schema)->type
                                        : ((const struct lysc_node_leaflist *)schema)->type;
}

const struct lysc_node *schema_choice(const struct lysc_node *schema)
{
    return schema->parent && schema->parent->nodetype == LYS_CASE ? schema->parent->parent : NULL;
}

const char *schema_extension(const struct lysc_node *schema, const char *name)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(schema->exts, i)
    {
        if (strcmp(schema->exts[i].def->name, name) == 0)
            return schema->exts[i].argument;
    }
    return NULL;
}
