#include "lib/conf/document.h"
#include "lib/conf/nearest.h"
#include "lib/conf/schema.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

/* ---- what is mandatory ---- */

/* "check 'backend'" for a list entry, "'bgp'" for others, in BUFFER, which is returned. */
static const char *node_words(const struct document *document, const struct lyd_node *node, char *buffer, size_t size)
{
    if (node->schema->nodetype == LYS_LIST && !tree_is_detached(&document->tree, node))
        snprintf(buffer, size, "%s '%.80s'", node->schema->name, lyd_get_value(lyd_child(node)));
    else
        snprintf(buffer, size, "'%s'", node->schema->name);
    return buffer;
}

/* Nodes of SCHEMA, or of a case of it where it is a choice, that NODE has. */
static unsigned count_children(const struct lyd_node *node, const struct lysc_node *schema)
{
    const struct lyd_node *child;
    unsigned count = 0;

    LY_LIST_FOR(lyd_child(node), child)
    {
        count += schema_is_in(child->schema, schema);
    }
    return count;
}

static const char *case_names(const struct lysc_node *choice, char *buffer, size_t size)
{
    const struct lysc_node *schema = NULL;

    buffer[0] = '\0';
    while ((schema = lys_getnext(schema, choice, NULL, 0))) {
        if (buffer[0])
            strlcat(buffer, ", ", size);
        strlcat(buffer, schema->name, size);
    }
    return buffer;
}

static void report_missing(struct document *document, const struct lyd_node *node, const struct lysc_node *schema)
{
    char subject[160], words[TYPE_WORDS_SIZE];

    node_words(document, node, subject, sizeof subject);
    if (schema->nodetype == LYS_LEAF)
        conf_error(&document->conf, node, "%s lacks '%s': expected %s", subject, schema->name,
                   type_words(schema_type(schema), NULL, words));
    else if (schema->nodetype == LYS_CHOICE)
        conf_error(&document->conf, node, "%s lacks its %s: expected one of %s", subject, schema->name,
                   case_names(schema, words, sizeof words));
    else
        conf_error(&document->conf, node, "%s lacks '%s': expected at least one", subject, schema->name);
}

/* How many nodes of SCHEMA a parent must and may have. A container is mandatory where something in it is, which
 * is checked there. */
static void bounds_of(const struct lysc_node *schema, uint32_t *minimum, uint32_t *maximum)
{
    *minimum = (schema->flags & LYS_MAND_TRUE) && schema->nodetype != LYS_CONTAINER ? 1 : 0;
    *maximum = UINT32_MAX;
    if (schema->nodetype == LYS_LIST) {
        *minimum = ((const struct lysc_node_list *)schema)->min;
        *maximum = ((const struct lysc_node_list *)schema)->max;
    } else if (schema->nodetype == LYS_LEAFLIST) {
        *minimum = ((const struct lysc_node_leaflist *)schema)->min;
        *maximum = ((const struct lysc_node_leaflist *)schema)->max;
    }
}

static void check_child(struct document *document, const struct lyd_node *node, const struct lysc_node *schema)
{
    uint32_t minimum, maximum;
    char subject[160];

    bounds_of(schema, &minimum, &maximum);
    if (minimum == 0 && maximum == UINT32_MAX)
        return;
    unsigned count = count_children(node, schema);
    if (count == 0 && minimum > 0 && !tree_was_rejected(&document->tree, node, schema))
        report_missing(document, node, schema);
    else if (count > 0 && count < minimum)
        conf_error(&document->conf, node, "%s has too few of '%s': expected at least %u",
                   node_words(document, node, subject, sizeof subject), schema->name, (unsigned)minimum);
    else if (count > maximum && schema->nodetype != LYS_CHOICE)
        conf_error(&document->conf, node, "%s has too many of '%s': expected at most %u",
                   node_words(document, node, subject, sizeof subject), schema->name, (unsigned)maximum);
}

/* ---- what is referred to ---- */

/* Leaves that refer to the entries of a list. */
struct reference {
    const struct lysc_node *leaf, *list;
    const struct lyd_node *parent; /* of the entries; NULL: they are at the top */
};

enum { REFERENCES = 16 };

struct rules {
    struct document *document;
    const struct ly_ctx *context;
    struct reference references[REFERENCES]; /* those met so far; the schema has fewer */
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

/* The list whose key is at PATH, as seen from SCHEMA. */
static const struct lysc_node *resolve(const struct ly_ctx *context, const struct lysc_node *schema, const char *path)
{
    const struct lysc_node *list = NULL;
    struct ly_set *found = NULL;

    if (lys_find_xpath(context, schema, path, 0, &found) == LY_SUCCESS && found->count > 0)
        list = found->snodes[found->count - 1]->parent;
    ly_set_free(found, NULL);
    return list;
}

/* What leafs of SCHEMA refer to; NULL: they are no references. */
static const struct reference *reference_of(struct rules *rules, const struct lysc_node *schema)
{
    const char *path = path_of(schema);

    if (!path)
        return NULL;
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->references[i].leaf == schema)
            return &rules->references[i];
    }
    const struct lysc_node *list = resolve(rules->context, schema, path);
    if (!list) { /* libyang does not check it: see require-instance in the module */
        conf_error(&rules->document->conf, NULL, "out of memory");
        return NULL;
    }
    struct reference *reference = &rules->references[rules->count < REFERENCES ? rules->count++ : REFERENCES - 1];
    *reference = (struct reference){.leaf = schema, .list = list};
    if (list->parent)
        reference->parent = model_sibling(rules->document->tree.first, list->parent->name);
    return reference;
}

/* The entry after LAST (NULL: the first) that REFERENCE may name. */
static const struct lyd_node *next_entry(const struct rules *rules, const struct reference *reference,
                                         const struct lyd_node *last)
{
    const struct lyd_node *node = last                       ? last->next
                                  : !reference->list->parent ? rules->document->tree.first
                                  : reference->parent        ? lyd_child(reference->parent)
                                                             : NULL;

    while (node && node->schema != reference->list)
        node = node->next;
    return node;
}

/* Writes which there are, the first few. */
static void known_entries(const struct rules *rules, const struct reference *reference, char *buffer, size_t size)
{
    const struct lyd_node *entry = next_entry(rules, reference, NULL);
    unsigned count = 0;

    strlcpy(buffer, entry ? ": expected " : ": none is defined", size);
    if (entry && next_entry(rules, reference, entry))
        strlcat(buffer, "one of ", size);
    for (; entry && count < 8; entry = next_entry(rules, reference, entry)) {
        strlcat(buffer, count++ > 0 ? ", " : "", size);
        strlcat(buffer, lyd_get_value(lyd_child(entry)), size);
    }
    strlcat(buffer, entry ? ", …" : "", size);
}

static void report_reference(struct rules *rules, const struct reference *reference, const struct lyd_node *node)
{
    const struct lyd_node *entry = NULL;
    struct nearest nearest = {.to = lyd_get_value(node)};
    char hint[600] = "";

    if (!diagnostics_are_full(&rules->document->conf)) {
        while ((entry = next_entry(rules, reference, entry)))
            nearest_offer(&nearest, lyd_get_value(lyd_child(entry)));
        type_offer_names(schema_type(node->schema), &nearest);
        nearest_hint(&nearest, hint, sizeof hint);
        if (!nearest.word)
            known_entries(rules, reference, hint, sizeof hint);
    }
    conf_error(&rules->document->conf, node, "unknown %s '%.60s'%s", reference->list->name, lyd_get_value(node), hint);
}

static void check_reference(struct rules *rules, const struct lyd_node *node)
{
    const struct reference *reference = reference_of(rules, node->schema);
    const struct tree *tree = &rules->document->tree;
    const char *value = lyd_get_value(node);

    if (!reference || tree_find(tree, reference->parent, reference->list, value) ||
        type_has_name(schema_type(node->schema), value))
        return;
    report_reference(rules, reference, node);
}

/* ---- what is not checked here ---- */

static LY_ERR find_other_rule(struct lysc_node *schema, void *user, ly_bool *skips_children)
{
    bool *found = user;
    const struct lysc_node_list *list = (const struct lysc_node_list *)schema;

    *found |= lysc_node_musts(schema) || lysc_node_when(schema) || (schema->nodetype == LYS_LIST && list->uniques) ||
              (!schema->parent && (schema->flags & LYS_MAND_TRUE) && (schema->flags & LYS_CONFIG_W));
    *skips_children = *found;
    return LY_SUCCESS;
}

bool rules_are_incomplete(const struct ly_ctx *context)
{
    bool found = false;

    lysc_module_dfs_full(model_module(context), find_other_rule, &found);
    return found;
}

/* ---- all of them ---- */

static void check_node(struct rules *rules, const struct lyd_node *node)
{
    const struct lysc_node *schema = NULL;

    if (node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST)) {
        check_reference(rules, node);
        return;
    }
    while ((schema = lys_getnext(schema, node->schema, NULL, LYS_GETNEXT_WITHCHOICE)))
        check_child(rules->document, node, schema);
}

static void check_tree(struct rules *rules, const struct lyd_node *top)
{
    const struct lyd_node *node;

    LYD_TREE_DFS_BEGIN(top, node)
    {
        check_node(rules, node);
        LYD_TREE_DFS_END(top, node);
    }
}

void document_check_rules(struct document *document, const struct ly_ctx *context)
{
    struct rules rules = {.document = document, .context = context};
    const struct lyd_node *top;

    if (document->incomplete)
        return;
    if (document->conf.arena.failed) {
        conf_error(&document->conf, NULL, "out of memory");
        return;
    }
    LY_LIST_FOR(document->tree.first, top)
    {
        check_tree(&rules, top);
    }
    for (uint32_t i = 0; i < document->tree.detached.count; i++)
        check_tree(&rules, document->tree.detached.dnodes[i]);
}
