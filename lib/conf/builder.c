#include "lib/conf/builder.h"

#include "lib/conf/nearest.h"
#include "lib/conf/schema.h"
#include "lib/conf/secret.h"
#include "lib/prefix.h"
#include "lib/text.h"

#include <stdio.h>
#include <string.h>

/* What YANG calls a string: UTF-8, and no control character but tab and line breaks (RFC 7950 section 9.4). */
static bool is_text(const char *text)
{
    while (*text) {
        size_t length = text_utf8_length(text);
        if (length == 0 || ((unsigned char)*text < ' ' && !strchr("\t\n\r", *text)))
            return false;
        text += length;
    }
    return true;
}

void builder_reject(struct builder *builder, const struct lyd_node *parent, const struct lysc_node *schema)
{
    struct document *document = builder->document;

    if (document->conf.error_count <= DIAGNOSTICS_ERRORS_MAX) /* what follows from later ones is not shown either */
        tree_reject(&document->tree, &document->conf.arena, parent, schema);
}

/* ---- nodes ---- */

static void locate(struct lyd_node *node, const struct location *location)
{
    node->priv = (void *)(uintptr_t)location;
}

static struct lyd_node *first_sibling(const struct builder *builder, const struct lyd_node *parent)
{
    return parent ? lyd_child(parent) : builder->document->tree.first;
}

struct lyd_node *builder_sibling(const struct builder *builder, const struct lyd_node *parent,
                                 const struct lysc_node *schema)
{
    struct lyd_node *node = first_sibling(builder, parent);

    while (node && node->schema != schema)
        node = node->next;
    return node;
}

/* Frees NODE, and takes it out of the tree. */
static void discard(struct builder *builder, struct lyd_node *node)
{
    struct tree *tree = &builder->document->tree;

    if (tree->first == node)
        tree->first = node->next;
    lyd_free_tree(node);
}

/* The end of the list SCHEMA at the top, or NULL. */
static struct lyd_node *end_of(struct builder *builder, const struct lysc_node *schema)
{
    struct tree *tree = &builder->document->tree;
    size_t i = 0;

    while (i < TOP_LISTS && builder->ends[i] && builder->ends[i]->schema != schema)
        i++;
    if (i == TOP_LISTS)
        return NULL;
    if (!builder->ends[i] && (builder->ends[i] = tree_nameless_entry(NULL, schema)))
        lyd_insert_sibling(tree->first, builder->ends[i], &tree->first);
    return builder->ends[i];
}

/* Lists at the top keep the order of the file: the position of an entry is at the end of its list. */
static void insert_at_top(struct builder *builder, struct lyd_node *node)
{
    struct tree *tree = &builder->document->tree;
    struct lyd_node *end = node->schema->nodetype == LYS_LIST ? end_of(builder, node->schema) : NULL;

    if (!end || lyd_insert_before(end, node) != LY_SUCCESS)
        lyd_insert_sibling(tree->first, node, &tree->first);
    else if (tree->first == end)
        tree->first = node;
}

void builder_finish(struct builder *builder)
{
    for (size_t i = 0; i < TOP_LISTS && builder->ends[i]; i++)
        discard(builder, builder->ends[i]);
}

/* Gives NODE its location and, at the top, its siblings. Duplicates are found by us, so libyang need not look. */
static void adopt(struct builder *builder, struct lyd_node *parent, struct lyd_node *node,
                  const struct location *location)
{
    locate(node, location);
    if (!parent)
        insert_at_top(builder, node);
    node->flags &= ~(uint32_t)LYD_NEW;
}

/* Reports a node that has a sibling in another case of its choice. */
static void check_choice(struct builder *builder, const struct lyd_node *parent, const struct lyd_node *node)
{
    const struct lysc_node *choice = schema_choice(node->schema);
    const struct lyd_node *other;
    char where[300];

    if (!choice)
        return;
    LY_LIST_FOR(first_sibling(builder, parent), other)
    {
        if (schema_choice(other->schema) != choice || other->schema->parent == node->schema->parent)
            continue;
        builder_error(
            builder, location_of(node), "'%s' excludes '%s' %s: write only one of them", node->schema->name,
            other->schema->name,
            diagnostics_where(&builder->document->conf, location_of(other), location_of(node), where, sizeof where));
        return;
    }
}

struct lyd_node *builder_new_inner(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct location *location)
{
    struct lyd_node *node;

    if (lyd_new_inner(parent, parent ? NULL : builder->module, schema->name, 0, &node) != LY_SUCCESS)
        return NULL;
    adopt(builder, parent, node, location);
    check_choice(builder, parent, node);
    return node;
}

/* What is wrong in the body of an entry past the bound of errors is not shown. */
static struct lyd_node *detach(struct builder *builder, struct lyd_node *node)
{
    if (!diagnostics_are_full(&builder->document->conf))
        return tree_detach(&builder->document->tree, node);
    discard(builder, node);
    return NULL;
}

struct lyd_node *builder_new_detached(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                      const struct location *location)
{
    struct lyd_node *node = tree_nameless_entry(parent, schema);

    if (!node)
        return NULL;
    locate(node, location);
    return detach(builder, node);
}

/* ---- values ---- */

/* "; did you mean '…'?" for a value of SCHEMA, or nothing. */
static void value_hint(const struct lysc_node *schema, const char *text, char *hint, size_t size)
{
    struct nearest nearest = {.to = text};
    struct prefix prefix;
    char whole[PREFIX_TEXT_SIZE];

    type_offer_names(schema_type(schema), &nearest);
    nearest_hint(&nearest, hint, size);
    if (type_is_prefix(schema_type(schema)) && prefix_parse(&prefix, text))
        snprintf(hint, size, "; did you mean '%s'?", prefix_format(&prefix, whole));
}

static void report_value(struct builder *builder, const struct lysc_node *schema, const struct argument *argument)
{
    char words[TYPE_WORDS_SIZE], hint[160];

    type_words(schema_type(schema), argument->text, words);
    value_hint(schema, argument->text, hint, sizeof hint);
    if (conf_is_secret(schema, argument->text))
        builder_error(builder, argument->location, "bad value for '%s': expected %s", schema->name, words);
    else
        builder_error(builder, argument->location, "bad value '%.60s' for '%s': expected %s%s", argument->text,
                      schema->name, words, hint);
}

/* libyang would silently clear the host bits of a prefix. */
static bool check_host_bits(struct builder *builder, const struct lysc_node *schema, const struct argument *argument,
                            const char *canonical)
{
    struct prefix prefix;

    if (!type_is_prefix(schema_type(schema)) || prefix_parse(&prefix, argument->text))
        return true;
    builder_error(builder, argument->location, "'%.60s' has host bits set; did you mean '%s'?", argument->text,
                  canonical);
    return false;
}

static bool check_text(struct builder *builder, const struct lysc_node *schema, const struct argument *argument)
{
    if (!argument || is_text(argument->text))
        return true;
    builder_error(builder, argument->location,
                  "invalid characters in the value of '%s': expected UTF-8 without control characters", schema->name);
    return false;
}

/* RFC 7951: a number stands without quotes, true and false too, all else within. */
static bool check_json_form(struct builder *builder, const struct lysc_node *schema, const struct argument *argument)
{
    static const struct {
        enum argument_kind kind;
        enum json_form form;
        const char *words;
    } forms[] = {
        {ARGUMENT_JSON_STRING, JSON_FORM_STRING, "a string in quotes"},
        {ARGUMENT_JSON_NUMBER, JSON_FORM_NUMBER, "a number without quotes"},
        {ARGUMENT_JSON_LITERAL, JSON_FORM_LITERAL, "true or false without quotes"},
    };
    const char *expected = NULL;

    if (!argument || builder->document->encoding != CONF_JSON)
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        bool takes = type_takes_form(schema_type(schema), forms[i].form);
        if (takes && argument->kind == forms[i].kind)
            return true;
        if (takes)
            expected = forms[i].words;
    }
    if (!expected)
        return true;
    builder_error(builder, argument->location, "JSON writes '%s' as %s", schema->name, expected);
    return false;
}

/* Whether NODE, an entry just made with KEY, is the only one with its key; reported where not. */
static bool check_key(struct builder *builder, const struct lyd_node *node, const struct argument *key)
{
    const struct lysc_node *leaf = lysc_node_child(node->schema);
    const char *value = lyd_get_value(lyd_child(node));
    char where[300];

    if (!check_host_bits(builder, leaf, key, value))
        return false;
    const struct lyd_node *first = tree_index(&builder->document->tree, &builder->document->conf.arena, node);
    if (!first)
        return true;
    builder_error(
        builder, location_of(node), "duplicate %s '%s'; the first is %s", node->schema->name, value,
        diagnostics_where(&builder->document->conf, location_of(first), location_of(node), where, sizeof where));
    builder_reject(builder, node, node->schema); /* what it lacks the first may have */
    return false;
}

struct lyd_node *builder_new_entry(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct argument *key, const struct location *location)
{
    const struct lysc_node *leaf = lysc_node_child(schema);
    struct lyd_node *node;

    if (!check_text(builder, leaf, key) || !check_json_form(builder, leaf, key))
        return builder_new_detached(builder, parent, schema, location);
    if (lyd_new_list(parent, parent ? NULL : builder->module, schema->name, 0, &node, key->text) != LY_SUCCESS) {
        report_value(builder, leaf, key);
        builder_reject(builder, parent, schema);
        return builder_new_detached(builder, parent, schema, location);
    }
    locate(node, location);
    if (!check_key(builder, node, key))
        return detach(builder, node);
    adopt(builder, parent, node, location);
    return node;
}

/* Whether NODE, a leaf or leaf-list value just made, may stay; reported where not. ARGUMENT NULL: as above. */
static bool check_leaf(struct builder *builder, const struct lyd_node *node, const struct argument *argument)
{
    const char *value = lyd_get_value(node);

    if (argument && !check_host_bits(builder, node->schema, argument, value))
        return false;
    if (node->schema->nodetype != LYS_LEAFLIST ||
        !tree_index(&builder->document->tree, &builder->document->conf.arena, node))
        return true;
    builder_error(builder, location_of(node), "duplicate '%.60s' in '%s'",
                  conf_is_secret(node->schema, value) ? "…" : value, node->schema->name);
    return false;
}

void builder_new_leaf(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                      const struct argument *argument, const struct location *location)
{
    const char *text = argument ? argument->text : schema_type(schema)->basetype == LY_TYPE_BOOL ? "true" : "";
    bool formed = check_text(builder, schema, argument) && check_json_form(builder, schema, argument);
    struct lyd_node *node;
    char words[TYPE_WORDS_SIZE];

    if (!formed || lyd_new_term(parent, parent ? NULL : builder->module, schema->name, text, 0, &node) != LY_SUCCESS) {
        builder_reject(builder, parent, schema);
        if (formed && argument)
            report_value(builder, schema, argument);
        else if (formed)
            builder_error(builder, *location, "'%s' needs a value: expected %s", schema->name,
                          type_words(schema_type(schema), NULL, words));
        return;
    }
    adopt(builder, parent, node, argument ? &argument->location : location);
    if (check_leaf(builder, node, argument))
        check_choice(builder, parent, node);
    else
        discard(builder, node);
}
