#include "lib/conf/reference.h"

#include "lib/conf/nearest.h"
#include "lib/conf/place.h"
#include "lib/conf/schema.h"
#include "lib/conf/type_words.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What leafs of SCHEMA may name: the values of all TARGET leafs, sorted. */
struct reference_target {
    struct reference_target *next;
    const struct lysc_node *schema;
    const struct lysc_node *target;
    const char **values;
    size_t count;
};

/* References that the module cannot state; see the descriptions there. */
static const struct {
    const char *list, *leaf, *path;
} more_references[] = {
    {"vip", "neighbor", "/bgp/neighbor/remote-address"},
};

/* The path that leafs of SCHEMA refer to; NULL where they are no references. */
static const char *path_of(const struct lysc_node *schema)
{
    const struct lysc_type *type = schema_type(schema);

    if (type->basetype == LY_TYPE_LEAFREF)
        return lyxp_get_expr(((const struct lysc_type_leafref *)type)->path);
    for (size_t i = 0; schema->parent && i < sizeof more_references / sizeof *more_references; i++) {
        if (strcmp(schema->name, more_references[i].leaf) == 0 &&
            strcmp(schema->parent->name, more_references[i].list) == 0)
            return more_references[i].path;
    }
    return NULL;
}

/* The schema node at PATH, as seen from SCHEMA. */
static const struct lysc_node *resolve(const struct ly_ctx *context, const struct lysc_node *schema, const char *path)
{
    const struct lysc_node *target = NULL;
    struct ly_set *found = NULL;

    if (lys_find_xpath(context, schema, path, 0, &found) == LY_SUCCESS && found->count > 0)
        target = found->snodes[found->count - 1];
    ly_set_free(found, NULL);
    return target;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Calls for each node of TARGET's schema: counts them, and keeps their values where there is room. */
static size_t gather(const struct lyd_node *tree, const struct lysc_node *schema, const char **values)
{
    const struct lyd_node *top, *node;
    size_t count = 0;

    LY_LIST_FOR(tree, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if (node->schema == schema) {
                if (values)
                    values[count] = lyd_get_value(node);
                count++;
            }
            LYD_TREE_DFS_END(top, node);
        }
    }
    return count;
}

static struct reference_target *target_new(struct references *references, const struct lysc_node *schema,
                                           const struct lysc_node *target_schema)
{
    struct reference_target *target = calloc(1, sizeof *target);
    size_t count = target ? gather(references->tree, target_schema, NULL) : 0;

    if (!target)
        return NULL;
    target->values = calloc(count + 1, sizeof *target->values);
    if (!target->values) {
        free(target);
        return NULL;
    }
    target->schema = schema;
    target->target = target_schema;
    target->count = gather(references->tree, target_schema, target->values);
    qsort(target->values, target->count, sizeof *target->values, compare_texts);
    target->next = references->targets;
    references->targets = target;
    return target;
}

static struct reference_target *target_for(struct references *references, const struct lysc_node *schema)
{
    const char *path = path_of(schema);
    struct reference_target *target = references->targets;

    if (!path)
        return NULL;
    while (target && target->schema != schema)
        target = target->next;
    if (target)
        return target;
    const struct lysc_node *target_schema = resolve(references->context, schema, path);
    return target_schema ? target_new(references, schema, target_schema) : NULL;
}

/* Whether such an entry was written, and reported for another reason. */
static bool key_was_attempted(const struct document *document, const struct lysc_node *list, const char *key)
{
    for (const struct attempt *attempt = document->attempts; attempt; attempt = attempt->next) {
        if (attempt->schema == list && attempt->text && strcmp(attempt->text, key) == 0)
            return true;
    }
    return false;
}

/* Says which there are, as far as they are few. */
static const char *known_values(const struct reference_target *target, char *buffer, size_t size)
{
    if (target->count == 0) {
        strlcpy(buffer, ", nor any other", size);
        return buffer;
    }
    strlcpy(buffer, ": expected ", size);
    strlcat(buffer, target->count > 1 ? "one of " : "", size);
    for (size_t i = 0; i < target->count && i < 8; i++) {
        strlcat(buffer, i > 0 ? ", " : "", size);
        strlcat(buffer, target->values[i], size);
    }
    strlcat(buffer, target->count > 8 ? ", …" : "", size);
    return buffer;
}

static void report(struct document *document, const struct reference_target *target, const struct lyd_node *node)
{
    const char *value = lyd_get_value(node);
    struct nearest nearest = nearest_to(value);
    char hint[600];
    bool shown = document->diagnostics.errors < DIAGNOSTICS_ERRORS_MAX; /* else not worth the search */

    for (size_t i = 0; shown && i < target->count; i++)
        nearest_offer(&nearest, target->values[i]);
    type_offer_names(schema_type(node->schema), &nearest);
    nearest_hint(&nearest, hint, sizeof hint);
    if (!nearest.word)
        known_values(target, hint, sizeof hint);
    diagnostics_error(&document->diagnostics, place_of(node), "there is no %s '%.60s'%s", target->target->parent->name,
                      value, hint);
}

void reference_check(struct references *references, struct document *document, const struct lyd_node *node)
{
    if (!(node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST)))
        return;
    struct reference_target *target = target_for(references, node->schema);
    if (!target) {
        if (path_of(node->schema)) /* nobody else looks: see require-instance in the module */
            diagnostics_error(&document->diagnostics, place_of(node), "out of memory");
        return;
    }
    const char *value = lyd_get_value(node);
    if (type_has_name(schema_type(node->schema), value) ||
        (target->count > 0 && bsearch(&value, target->values, target->count, sizeof *target->values, compare_texts)) ||
        key_was_attempted(document, target->target->parent, value))
        return;
    report(document, target, node);
}

void references_free(struct references *references)
{
    while (references->targets) {
        struct reference_target *next = references->targets->next;
        free(references->targets->values);
        free(references->targets);
        references->targets = next;
    }
}
