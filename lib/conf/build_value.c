#include "lib/conf/build_value.h"

#include "lib/conf/aside.h"
#include "lib/conf/attempt.h"
#include "lib/conf/nearest.h"
#include "lib/conf/place.h"
#include "lib/conf/schema.h"
#include "lib/conf/secret.h"
#include "lib/conf/type_words.h"
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

static struct diagnostics *diagnostics_of(struct builder *builder)
{
    return &builder->document->diagnostics;
}

static struct lyd_node *first_sibling(const struct builder *builder, const struct lyd_node *parent)
{
    return parent ? lyd_child(parent) : builder->tree;
}

struct lyd_node *builder_sibling(const struct builder *builder, const struct lyd_node *parent,
                                 const struct lysc_node *schema)
{
    struct lyd_node *node = first_sibling(builder, parent);

    while (node && node->schema != schema)
        node = node->next;
    return node;
}

/* Reports a node that stands beside one of another case of the same choice. */
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
        diagnostics_error(
            diagnostics_of(builder), place_of(node), "'%s' cannot stand beside '%s' %s: write one of %s, %s",
            node->schema->name, other->schema->name,
            diagnostics_where(diagnostics_of(builder), place_of(other), place_of(node), where, sizeof where),
            other->schema->name, node->schema->name);
        return;
    }
}

/* Takes NODE out of the tree again. */
static void reject(struct builder *builder, struct lyd_node *node)
{
    if (builder->tree == node)
        builder->tree = node->next;
    lyd_free_tree(node);
}

/* The end of the list SCHEMA at the top, or NULL. */
static struct lyd_node *end_of(struct builder *builder, const struct lysc_node *schema)
{
    size_t i = 0;

    while (i < TOP_LISTS && builder->ends[i] && builder->ends[i]->schema != schema)
        i++;
    if (i == TOP_LISTS)
        return NULL;
    if (!builder->ends[i] && (builder->ends[i] = nameless_entry(NULL, schema)))
        lyd_insert_sibling(builder->tree, builder->ends[i], &builder->tree);
    return builder->ends[i];
}

/* Lists at the top keep the order of the file: the place of an entry is at the end of its list. */
static void insert_at_top(struct builder *builder, struct lyd_node *node)
{
    struct lyd_node *end = node->schema->nodetype == LYS_LIST ? end_of(builder, node->schema) : NULL;

    if (!end || lyd_insert_before(end, node) != LY_SUCCESS)
        lyd_insert_sibling(builder->tree, node, &builder->tree);
    else if (builder->tree == end)
        builder->tree = node;
}

void builder_finish(struct builder *builder)
{
    for (size_t i = 0; i < TOP_LISTS && builder->ends[i]; i++)
        reject(builder, builder->ends[i]);
    value_set_free(&builder->values);
}

/* Gives NODE its place and, at the top, its siblings. */
static void adopt(struct builder *builder, struct lyd_node *parent, struct lyd_node *node, struct place place)
{
    place_give(builder->document, node, place);
    if (!parent)
        insert_at_top(builder, node);
}

struct lyd_node *builder_new_inner(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   struct place place)
{
    struct lyd_node *node;

    if (lyd_new_inner(parent, parent ? NULL : builder->module, schema->name, 0, &node) != LY_SUCCESS)
        return NULL;
    adopt(builder, parent, node, place);
    check_choice(builder, parent, node);
    return node;
}

/* "; did you mean '…'?" for a value of SCHEMA, or nothing. */
static void value_hint(const struct lysc_node *schema, const char *text, char *hint, size_t size)
{
    struct nearest nearest = nearest_to(text);
    struct prefix prefix;
    char whole[PREFIX_TEXT_SIZE];

    type_offer_names(schema_type(schema), &nearest);
    nearest_hint(&nearest, hint, size);
    if (type_is_prefix(schema_type(schema)) && prefix_parse(&prefix, text))
        snprintf(hint, size, "; did you mean '%s'?", prefix_format(&prefix, whole));
}

static void report_value(struct builder *builder, const struct lysc_node *schema, const char *text, struct place place)
{
    char words[TYPE_WORDS_SIZE], hint[160];

    type_words(schema_type(schema), text, words);
    value_hint(schema, text, hint, sizeof hint);
    if (conf_is_secret(schema, text))
        diagnostics_error(diagnostics_of(builder), place, "bad value for '%s': expected %s", schema->name, words);
    else
        diagnostics_error(diagnostics_of(builder), place, "bad value '%.60s' for '%s': expected %s%s", text,
                          schema->name, words, hint);
}

/* libyang would silently clear the host bits of a prefix. */
static bool check_host_bits(struct builder *builder, const struct lysc_node *schema, const char *text,
                            const char *canonical, struct place place)
{
    struct prefix prefix;

    if (!type_is_prefix(schema_type(schema)) || prefix_parse(&prefix, text))
        return true;
    diagnostics_error(diagnostics_of(builder), place,
                      "'%.60s' has bits set beyond its length; did you mean '%s', or an address with its full length?",
                      text, canonical);
    return false;
}

static bool check_text(struct builder *builder, const struct lysc_node *schema, const struct argument *argument)
{
    if (!argument || is_text(argument->text))
        return true;
    diagnostics_error(diagnostics_of(builder), argument->place,
                      "the value of '%s' holds bytes that are not text: expected UTF-8 without control characters",
                      schema->name);
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

    for (size_t i = 0; argument && i < sizeof forms / sizeof *forms; i++) {
        bool takes = type_takes_form(schema_type(schema), forms[i].form);
        if (takes && argument->kind == forms[i].kind)
            return true;
        if (takes)
            expected = forms[i].words;
    }
    if (!argument || argument->kind == ARGUMENT_TEXT || !expected)
        return true;
    diagnostics_error(diagnostics_of(builder), argument->place, "JSON writes '%s' as %s", schema->name, expected);
    return false;
}

struct lyd_node *builder_new_entry(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct argument *key, struct place place)
{
    const struct lysc_node *leaf = lysc_node_child(schema);
    const struct lyd_node *first = NULL;
    struct lyd_node *node;
    char where[300];

    if (!check_text(builder, leaf, key) || !check_json_form(builder, leaf, key))
        return set_aside_new(builder->document, parent, schema, place);
    if (lyd_new_list(parent, parent ? NULL : builder->module, schema->name, 0, &node, key->text) != LY_SUCCESS) {
        report_value(builder, leaf, key->text, key->place);
        attempt_add(builder->document, parent, schema, key->text);
        return set_aside_new(builder->document, parent, schema, place);
    }
    place_give(builder->document, node, place);
    const char *value = lyd_get_value(lyd_child(node));
    bool whole = check_host_bits(builder, leaf, key->text, value, key->place);
    if (whole && (first = value_set_add(&builder->values, node)))
        diagnostics_error(diagnostics_of(builder), place, "%s '%s' is given twice; the first is %s", schema->name,
                          value,
                          diagnostics_where(diagnostics_of(builder), place_of(first), place, where, sizeof where));
    if (whole && !first) {
        if (!parent)
            insert_at_top(builder, node);
        /* It is the only one with its key: libyang, which would compare it with all others at the top, need not. */
        node->flags &= ~(uint32_t)LYD_NEW;
        return node;
    }
    if (first) /* and what it lacks the first may have */
        attempt_add(builder->document, node, schema, NULL);
    return set_aside(builder->document, &builder->tree, node);
}

void builder_new_leaf(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                      const struct argument *argument, struct place place)
{
    const char *text = argument ? argument->text : schema_type(schema)->basetype == LY_TYPE_BOOL ? "true" : "";
    struct lyd_node *node;
    char words[TYPE_WORDS_SIZE];

    if (!check_text(builder, schema, argument) || !check_json_form(builder, schema, argument)) {
        attempt_add(builder->document, parent, schema, NULL);
        return;
    }
    if (argument)
        place = argument->place;
    if (lyd_new_term(parent, parent ? NULL : builder->module, schema->name, text, 0, &node) != LY_SUCCESS) {
        attempt_add(builder->document, parent, schema, NULL);
        if (argument)
            report_value(builder, schema, text, place);
        else
            diagnostics_error(diagnostics_of(builder), place, "'%s' needs a value: expected %s", schema->name,
                              type_words(schema_type(schema), NULL, words));
        return;
    }
    adopt(builder, parent, node, place);
    const char *value = lyd_get_value(node);
    if (!check_host_bits(builder, schema, text, value, place)) {
        reject(builder, node);
    } else if (schema->nodetype == LYS_LEAFLIST && value_set_add(&builder->values, node)) {
        diagnostics_error(diagnostics_of(builder), place, "'%s' holds '%.60s' twice: leave one out", schema->name,
                          conf_is_secret(schema, value) ? "…" : value);
        reject(builder, node);
    } else {
        check_choice(builder, parent, node);
    }
}
