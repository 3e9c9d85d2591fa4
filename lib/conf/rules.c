#include "lib/conf/rules.h"

#include "lib/conf/build.h"
#include "lib/conf/reference.h"
#include "lib/conf/type_words.h"

#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

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

    node_words(node, subject, sizeof subject);
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
                          node_words(node, subject, sizeof subject), schema->name, (unsigned)minimum);
    else if (count > maximum && schema->nodetype != LYS_CHOICE)
        diagnostics_error(&document->diagnostics, place_of(node), "%s has too many of '%s': %u are possible",
                          node_words(node, subject, sizeof subject), schema->name, (unsigned)maximum);
}

static void check_node(struct document *document, const struct lyd_node *node)
{
    const struct lysc_node *schema = NULL;

    if (!(node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)))
        return;
    while ((schema = lys_getnext(schema, node->schema, NULL, LYS_GETNEXT_WITHCHOICE)))
        check_child(document, node, schema);
}

void document_check_rules(struct document *document, const struct ly_ctx *context, const struct lyd_node *tree)
{
    const struct lyd_node *top, *node;
    struct references references = {.context = context, .tree = tree};

    if (document->incomplete)
        return;
    LY_LIST_FOR(tree, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            check_node(document, node);
            reference_check(&references, document, node);
            LYD_TREE_DFS_END(top, node);
        }
    }
    references_free(&references);
}
