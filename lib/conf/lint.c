#include "lib/conf/lint.h"

#include "lib/conf/effective.h"
#include "lib/conf/lint_room.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

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

/* False: out of memory. */
static bool find_neighbors(struct lint *lint)
{
    const struct lyd_node *first = lint->bgp ? lyd_child(lint->bgp) : NULL;
    size_t count = 0;

    MODEL_FOR_EACH(node, first, "neighbor")
    {
        count++;
    }
    lint->neighbors = calloc(count + 1, sizeof *lint->neighbors);
    if (!lint->neighbors)
        return false;
    MODEL_FOR_EACH(node, first, "neighbor")
    {
        lint->neighbors[lint->neighbor_count++] = neighbor_of(node);
    }
    return true;
}

void document_lint(struct document *document, const struct lyd_node *tree)
{
    struct lint lint = {.document = document, .tree = tree, .bgp = model_sibling(tree, "bgp")};

    if (!find_neighbors(&lint))
        return;
    lint_values(&lint);
    lint_bgp(&lint);
    lint_platforms(&lint);
    lint_vips(&lint);
    lint_checks(&lint);
    lint_kinds(&lint);
    free(lint.neighbors);
}
