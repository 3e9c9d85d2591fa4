#include "lib/conf/attempt.h"

#include "lib/conf/schema.h"

void attempt_add(struct document *document, const struct lyd_node *parent, const struct lysc_node *schema,
                 const char *text)
{
    struct attempt *attempt = NULL;

    if (document->diagnostics.errors <= DIAGNOSTICS_ERRORS_MAX) /* what follows from later ones is not shown either */
        attempt = arena_alloc(&document->arena, sizeof *attempt);
    if (!attempt)
        return;
    *attempt = (struct attempt){.next = document->attempts, .parent = parent, .schema = schema, .text = text};
    document->attempts = attempt;
}

bool was_attempted(const struct document *document, const struct lyd_node *node, const struct lysc_node *schema)
{
    for (const struct attempt *attempt = document->attempts; attempt; attempt = attempt->next) {
        if (attempt->parent != node)
            continue;
        if (attempt->schema ? schema_is_in(attempt->schema, schema) || attempt->schema == node->schema
                            : schema->nodetype == LYS_CHOICE)
            return true;
    }
    return false;
}
