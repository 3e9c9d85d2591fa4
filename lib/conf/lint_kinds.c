/* What the readers of the probe kinds find: the very code with which the health daemon reads the settings, so that no
 * file passes here that it would refuse. What they read is thrown away. */
#include "lib/conf/lint_room.h"
#include "lib/kinds/kind.h"
#include "lib/model.h"

#include <string.h>

static void on_complaint(const struct lyd_node *node, const char *message, void *user)
{
    const struct lint *lint = user;

    lint_error(lint, node, "%s", message);
}

static bool is_mandatory(const struct lysc_node *schema)
{
    return (schema->flags & LYS_MAND_TRUE) ||
           (schema->nodetype == LYS_LEAFLIST && ((const struct lysc_node_leaflist *)schema)->min > 0);
}

/* Whether PROBE has all that it must have; what it lacks is reported already. */
static bool is_whole(const struct lyd_node *probe)
{
    const struct lysc_node *schema = NULL;

    while ((schema = lys_getnext(schema, probe->schema, NULL, 0))) {
        if (is_mandatory(schema) && !model_child(probe, schema->name))
            return false;
    }
    return true;
}

static void check_check(const struct lint *lint, const struct lyd_node *check)
{
    struct arena arena = {0};
    const struct kind_room room = {.arena = &arena, .complaint = on_complaint, .user = (void *)(uintptr_t)lint};
    const struct lyd_node *probe = kind_node(check);
    const struct kind *kind = probe ? kind_find(probe->schema->name) : NULL;

    if (kind && is_whole(probe))
        kind_configure(kind, probe, &room);
    arena_free(&arena);
}

void lint_kinds(const struct lint *lint)
{
    const struct lyd_node *aside;

    MODEL_FOR_EACH(check, lint->tree, "check")
    {
        check_check(lint, check);
    }
    for (uint32_t i = 0; (aside = aside_next(lint->document, "check", &i));)
        check_check(lint, aside);
}
