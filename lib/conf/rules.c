#include "lib/conf/rules.h"

#include "lib/conf/aside.h"
#include "lib/conf/attempt.h"
#include "lib/conf/place.h"
#include "lib/conf/reference.h"
#include "lib/conf/schema.h"
#include "lib/conf/type_words.h"

#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

/* "check 'backend'" for a list entry, "'bgp'" for others, in BUFFER, which is returned. */
static const char *node_words(const struct document *document, const struct lyd_node *node, char *buffer, size_t size)
{
    if (node->schema->nodetype == LYS_LIST && !is_set_aside(document, node))
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
    struct place place = place_of(node);

    node_words(document, node, subject, sizeof subject);
    if (schema->nodetype == LYS_LEAF)
        diagnostics_error(&document->diagnostics, place, "%s lacks '%s': expected %s", subject, schema->name,
                          type_words(((const struct lysc_node_leaf *)schema)->type, NULL, words));
    else if (schema->nodetype == LYS_CHOICE)
        diagnostics_error(&document->diagnostics, place, "%s lacks its %s: expected one of %s", subject, schema->name,
                          case_names(schema, words, sizeof words));
    else
        diagnostics_error(&document->diagnostics, place, "%s lacks '%s': at least one is needed", subject,
                          schema->name);
}

/* How many nodes of SCHEMA must and may stand in one parent. */
static void bounds_of(const struct lysc_node *schema, uint32_t *minimum, uint32_t *maximum)
{
    *minimum = (schema->flags & LYS_MAND_TRUE) ? 1 : 0;
    *maximum = UINT32_MAX;
    if (schema->nodetype == LYS_LIST) {
        *minimum = ((const struct lysc_node_list *)schema)->min;
        *maximum = ((const struct lysc_node_list *)schema)->max;
    } else if (schema->nodetype == LYS_LEAFLIST) {
        *minimum = ((const struct lysc_node_leaflist *)schema)->min;
        *maximum = ((const struct lysc_node_leaflist *)schema)->max;
    } else if (schema->nodetype == LYS_CONTAINER) {
        *minimum = 0; /* mandatory where something in it is, which is checked there */
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
    if (count == 0 && minimum > 0 && !was_attempted(document, node, schema))
        report_missing(document, node, schema);
    else if (count > 0 && count < minimum)
        diagnostics_error(&document->diagnostics, place_of(node), "%s has too few of '%s': at least %u are needed",
                          node_words(document, node, subject, sizeof subject), schema->name, (unsigned)minimum);
    else if (count > maximum && schema->nodetype != LYS_CHOICE)
        diagnostics_error(&document->diagnostics, place_of(node), "%s has too many of '%s': %u are possible",
                          node_words(document, node, subject, sizeof subject), schema->name, (unsigned)maximum);
}

static void check_node(struct document *document, const struct lyd_node *node)
{
    const struct lysc_node *schema = NULL;

    if (!(node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)))
        return;
    while ((schema = lys_getnext(schema, node->schema, NULL, LYS_GETNEXT_WITHCHOICE)))
        check_child(document, node, schema);
}

static void check_tree(struct document *document, struct references *references, const struct lyd_node *top)
{
    const struct lyd_node *node;

    LYD_TREE_DFS_BEGIN(top, node)
    {
        check_node(document, node);
        reference_check(references, document, node);
        LYD_TREE_DFS_END(top, node);
    }
}

void document_check_rules(struct document *document, const struct ly_ctx *context, const struct lyd_node *tree)
{
    const struct lyd_node *top;
    struct references references = {.context = context, .tree = tree};

    if (document->incomplete)
        return;
    LY_LIST_FOR(tree, top)
    {
        check_tree(document, &references, top);
    }
    for (uint32_t i = 0; i < document->aside.count; i++)
        check_tree(document, &references, document->aside.dnodes[i]);
    references_free(&references);
}
