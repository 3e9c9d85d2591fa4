#include "lib/conf/lint.h"

#include "lib/conf/neighbor.h"
#include "lib/conf/schema.h"

#include <string.h>

bool lint_rejected(const struct lint *lint, const struct lyd_node *parent, const char *name)
{
    return tree_was_rejected(&lint->document->tree, parent, schema_child(parent->schema->module, parent->schema, name));
}

bool lint_is_ipv6(const char *text)
{
    return strchr(text, ':') != NULL;
}

void lint_mark_listed(const struct lint *lint, const struct lyd_node *vip)
{
    const struct lyd_node *first = model_sibling(lyd_child(vip), "neighbor");

    for (size_t i = 0; i < lint->neighbor_count; i++) {
        struct lint_neighbor *neighbor = &lint->neighbors[i];
        neighbor->listed = first == NULL;
        for (const struct lyd_node *node = first; node && !neighbor->listed;
             node = model_sibling(node->next, "neighbor"))
            neighbor->listed =
                strcmp(lyd_get_value(node), neighbor->address) == 0 || strcmp(lyd_get_value(node), "all") == 0;
    }
}

void lint_each(const struct lint *lint, const char *name,
               void (*check)(const struct lint *lint, const struct lyd_node *node))
{
    const struct lyd_node *detached;

    MODEL_FOR_EACH(node, lint->first, name)
    {
        check(lint, node);
    }
    for (uint32_t i = 0; (detached = tree_next_detached(&lint->document->tree, name, &i));)
        check(lint, detached);
}

static struct lint_neighbor neighbor_of(const struct lyd_node *node)
{
    const char *extended = conf_neighbor_option(node, "extended-next-hop");

    return (struct lint_neighbor){
        .node = node,
        .address = model_text(node, "remote-address"),
        .group = model_text(node, "group"),
        .platform = conf_neighbor_option(node, "platform"),
        .ipv4 = conf_neighbor_has_family(node, "ipv4-unicast"),
        .ipv6 = conf_neighbor_has_family(node, "ipv6-unicast"),
        .extended_next_hop = extended && strcmp(extended, "true") == 0,
    };
}

bool lint_open(struct lint *lint, struct document *document)
{
    const struct lyd_node *bgp = model_sibling(document->tree.first, "bgp"), *first = lyd_child(bgp);

    *lint = (struct lint){.document = document, .first = document->tree.first, .bgp = bgp};
    lint->neighbors =
        arena_alloc(&document->conf.arena, (model_count(first, "neighbor") + 1) * sizeof *lint->neighbors);
    if (!lint->neighbors) {
        conf_error(&document->conf, NULL, "out of memory");
        return false;
    }
    MODEL_FOR_EACH(node, first, "neighbor")
    {
        lint->neighbors[lint->neighbor_count++] = neighbor_of(node);
    }
    return true;
}
