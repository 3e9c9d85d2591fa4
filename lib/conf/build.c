#include "lib/conf/builder.h"

#include "lib/conf/nearest.h"
#include "lib/conf/schema.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A block under way, and those around it. NODE is NULL at the top. */
struct block {
    const struct block *outer;
    struct lyd_node *node;
};

static void build_statement(struct builder *builder, const struct block *block, struct statement *statement);

static const struct lysc_node *schema_of(const struct block *block)
{
    return block->node ? block->node->schema : NULL;
}

static const char *block_words(const struct block *block, char *buffer, size_t size)
{
    if (block->node)
        snprintf(buffer, size, "in '%s'", block->node->schema->name);
    else
        strlcpy(buffer, "at the top level", size);
    return buffer;
}

/* Writes the names of all statements of BLOCK. */
static const char *known_names(const struct builder *builder, const struct block *block, char *buffer, size_t size)
{
    const struct lysc_node *schema = NULL;

    buffer[0] = '\0';
    while ((schema = schema_next(builder->module, schema_of(block), schema))) {
        if (lysc_is_key(schema) && builder->document->encoding == CONF_TEXT)
            continue;
        if (buffer[0])
            strlcat(buffer, ", ", size);
        strlcat(buffer, schema->name, size);
    }
    return buffer;
}

static struct nearest nearest_name(const struct builder *builder, const struct block *block, const char *name)
{
    struct nearest nearest = {.to = name};
    const struct lysc_node *schema = NULL;

    while ((schema = schema_next(builder->module, schema_of(block), schema)))
        nearest_offer(&nearest, schema->name);
    return nearest;
}

/* Builds a statement that belongs in an outer block as one of that block. False: it belongs in none of them. */
static bool build_further_out(struct builder *builder, const struct block *block, struct statement *statement)
{
    const struct block *outer = block->outer;
    char here[80], there[80];

    while (outer && !schema_child(builder->module, schema_of(outer), statement->name))
        outer = outer->outer;
    if (!outer)
        return false;
    builder_error(builder, statement->location, "'%s' belongs %s, not %s%s", statement->name,
                  block_words(outer, there, sizeof there), block_words(block, here, sizeof here),
                  builder->document->encoding == CONF_TEXT ? "; is a '}' missing before it?" : "");
    build_statement(builder, outer, statement);
    return true;
}

/* The first block in SCHEMA (NULL: at the top) in which NAME is a statement. */
static const struct lysc_node *find_home(const struct builder *builder, const struct lysc_node *schema,
                                         const char *name)
{
    const struct lysc_node *child = NULL, *home = NULL;

    while (!home && (child = schema_next(builder->module, schema, child))) {
        if (!(child->nodetype & (LYS_CONTAINER | LYS_LIST)))
            continue;
        const struct lysc_node *found = schema_child(builder->module, child, name);
        home = found && !lysc_is_key(found) ? child : find_home(builder, child, name);
    }
    return home;
}

/* Reports a statement without a block that belongs in a block of this one. False: it does not. */
static bool report_further_in(struct builder *builder, const struct block *block, const struct statement *statement)
{
    const struct lysc_node *home =
        block->node && !statement->has_block ? find_home(builder, schema_of(block), statement->name) : NULL;
    char where[80];

    if (!home)
        return false;
    builder_error(builder, statement->location, "'%s' belongs in '%s', not %s: write %s { %s …; }", statement->name,
                  home->name, block_words(block, where, sizeof where), home->name, statement->name);
    builder_reject(builder, block->node, home);
    return true;
}

/* Reports "NAME=VALUE", without the value, which may be a secret. False: it is not that. */
static bool report_equals(struct builder *builder, const struct block *block, const struct statement *statement)
{
    char name[64];

    if (!strchr(statement->name, '='))
        return false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(statement->name, "="), statement->name);
    builder_error(builder, statement->location, "unexpected '=': write %s VALUE;", name);
    builder_reject(builder, block->node, schema_child(builder->module, schema_of(block), name));
    return true;
}

static void report_unknown(struct builder *builder, const struct block *block, const struct statement *statement)
{
    struct nearest nearest = nearest_name(builder, block, statement->name);
    const struct lysc_node *home = find_home(builder, NULL, statement->name);
    const struct lysc_node *meant = NULL;
    char hint[120], where[80], names[600];

    block_words(block, where, sizeof where);
    if (nearest.word) {
        meant = schema_child(builder->module, schema_of(block), nearest.word);
        builder_error(builder, statement->location, "unknown statement '%.60s' %s%s", statement->name, where,
                      nearest_hint(&nearest, hint, sizeof hint));
    } else if (home) {
        builder_error(builder, statement->location, "'%s' belongs in '%s', not %s", statement->name, home->name, where);
    } else {
        builder_error(builder, statement->location, "unknown statement '%.60s' %s: expected one of %s", statement->name,
                      where, known_names(builder, block, names, sizeof names));
    }
    builder_reject(builder, block->node, meant);
}

static void build_block(struct builder *builder, const struct block *outer, struct lyd_node *node,
                        const struct statement *statement)
{
    const struct block block = {.outer = outer, .node = node};

    for (struct statement *child = statement->children.first; child; child = child->next)
        build_statement(builder, &block, child);
}

static void build_container(struct builder *builder, const struct block *block, const struct statement *statement,
                            const struct lysc_node *schema)
{
    struct lyd_node *node = builder_sibling(builder, block->node, schema);

    if (statement->arguments || statement->is_list)
        builder_error(builder, statement->location, "'%s' takes no argument", schema->name);
    if (!node) /* written twice, it is one: its parts may lie in several files */
        node = builder_new_inner(builder, block->node, schema, &statement->location);
    if (node)
        build_block(builder, block, node, statement);
}

static void upper_case(const char *text, char *buffer, size_t size)
{
    strlcpy(buffer, text, size);
    for (; *buffer; buffer++)
        *buffer = (char)toupper((unsigned char)*buffer);
}

/* The key of a list entry: the argument; in XML and JSON a leaf of the block. */
static const struct argument *key_of(const struct builder *builder, const struct statement *statement,
                                     const struct lysc_node *key)
{
    if (builder->document->encoding == CONF_TEXT)
        return statement->arguments;
    for (const struct statement *child = statement->children.first; child; child = child->next) {
        if (strcmp(child->name, key->name) == 0)
            return child->arguments;
    }
    return NULL;
}

/* Whether STATEMENT has the form of an entry of the list SCHEMA, with the key ARGUMENT; reported where not. */
static bool check_entry(struct builder *builder, const struct statement *statement, const struct lysc_node *schema,
                        const struct argument *argument)
{
    enum conf_encoding encoding = builder->document->encoding;
    const char *name = schema->name, *key = lysc_node_child(schema)->name;
    char key_words[64];

    upper_case(key, key_words, sizeof key_words);
    if (encoding == CONF_TEXT && statement->is_list)
        builder_error(builder, statement->location, "'%s' takes no list: write %s %s { … } for each entry", name, name,
                      key_words);
    else if (encoding == CONF_JSON && !statement->is_list)
        builder_error(builder, statement->location, "JSON writes '%s' as an array: [{ … }]", name);
    else if (!argument && encoding == CONF_TEXT)
        builder_error(builder, statement->location, "'%s' needs its %s: write %s %s { … }", name, key, name, key_words);
    else if (!argument)
        builder_error(builder, statement->location, "'%s' lacks its key '%s'", name, key);
    else
        return true;
    return false;
}

static void build_list(struct builder *builder, const struct block *block, const struct statement *statement,
                       const struct lysc_node *schema)
{
    const struct argument *argument = key_of(builder, statement, lysc_node_child(schema)); /* each has one */
    struct lyd_node *node = NULL;

    if (builder->document->encoding != CONF_TEXT && statement->is_list && !statement->has_block &&
        !statement->arguments)
        return; /* the empty array of JSON */
    if (check_entry(builder, statement, schema, argument))
        node = builder_new_entry(builder, block->node, schema, argument, &statement->location);
    else if (statement->has_block)
        node = builder_new_detached(builder, block->node, schema, &statement->location);
    if (node)
        build_block(builder, block, node, statement);
}

static void build_leaf(struct builder *builder, const struct block *block, const struct statement *statement,
                       const struct lysc_node *schema)
{
    const struct lyd_node *first = builder_sibling(builder, block->node, schema);
    char where[300];

    if (lysc_is_key(schema)) {
        if (builder->document->encoding == CONF_TEXT)
            builder_error(builder, statement->location, "'%s' is the argument of '%s', not a statement in it",
                          schema->name, block->node->schema->name);
    } else if (statement->has_block) {
        builder_error(builder, statement->location, "'%s' takes a value, not a block", schema->name);
        builder_reject(builder, block->node, schema);
    } else if (statement->is_list) {
        builder_error(builder, statement->location, "'%s' takes one value: omit the [ ]", schema->name);
        builder_reject(builder, block->node, schema);
    } else if (first) {
        builder_error(
            builder, statement->location, "duplicate '%s'; the first is %s", schema->name,
            diagnostics_where(&builder->document->conf, location_of(first), statement->location, where, sizeof where));
    } else {
        builder_new_leaf(builder, block->node, schema, statement->arguments, &statement->location);
    }
}

static void build_leaf_list(struct builder *builder, const struct block *block, const struct statement *statement,
                            const struct lysc_node *schema)
{
    if (statement->has_block) {
        builder_error(builder, statement->location, "'%s' takes values, not a block", schema->name);
        builder_reject(builder, block->node, schema);
    } else if (statement->is_list && !statement->arguments) {
        diagnostics_report(&builder->document->conf, CONF_WARNING, statement->location, "empty '%s' has no effect",
                           schema->name);
    } else if (builder->document->encoding == CONF_JSON && !statement->is_list) {
        builder_error(builder, statement->location, "JSON writes '%s' as an array: [ … ]", schema->name);
        builder_reject(builder, block->node, schema);
        return;
    } else if (!statement->arguments) {
        builder_new_leaf(builder, block->node, schema, NULL, &statement->location);
    }
    for (const struct argument *argument = statement->arguments; argument && !statement->has_block;
         argument = argument->next)
        builder_new_leaf(builder, block->node, schema, argument, &statement->location);
}

/* XML's white space is a value where a leaf takes text, and else nothing. */
static void drop_blank(struct statement *statement, const struct lysc_node *schema)
{
    bool takes_text = schema->nodetype == LYS_LEAF && schema_type(schema)->basetype == LY_TYPE_STRING;

    if (statement->arguments && statement->arguments->kind == ARGUMENT_BLANK && !takes_text)
        statement->arguments = NULL;
}

static void build_statement(struct builder *builder, const struct block *block, struct statement *statement)
{
    const struct lysc_node *schema = schema_child(builder->module, schema_of(block), statement->name);

    if (schema)
        drop_blank(statement, schema);
    if (!schema && diagnostics_are_full(&builder->document->conf)) {
        builder_error(builder, statement->location, "unknown statement"); /* not shown, and not worth a search */
    } else if (!schema) {
        if (!report_equals(builder, block, statement) && !report_further_in(builder, block, statement) &&
            !build_further_out(builder, block, statement))
            report_unknown(builder, block, statement);
    } else if (schema->nodetype == LYS_CONTAINER) {
        build_container(builder, block, statement, schema);
    } else if (schema->nodetype == LYS_LIST) {
        build_list(builder, block, statement, schema);
    } else if (schema->nodetype == LYS_LEAF) {
        build_leaf(builder, block, statement, schema);
    } else {
        build_leaf_list(builder, block, statement, schema);
    }
}

void document_build(struct document *document, const struct ly_ctx *context)
{
    struct builder builder = {.document = document, .module = model_module(context)};
    const struct block top = {0};

    for (struct statement *statement = document->statements.first; statement; statement = statement->next)
        build_statement(&builder, &top, statement);
    builder_finish(&builder);
}
