#include "lib/conf/lint.h"
#include "lib/conf/neighbor.h"
#include "lib/prefix.h"

#include <string.h>

static void check_peer_as(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *group = conf_neighbor_group(neighbor->node);

    if (conf_neighbor_option(neighbor->node, "peer-as") || lint_rejected(lint, neighbor->node, "peer-as") ||
        (group && lint_rejected(lint, group, "peer-as")))
        return;
    if (group)
        lint_error(lint, neighbor->node, "neighbor %s has no peer-as: write it here or in its group '%s'",
                   neighbor->address, neighbor->group);
    else if (!neighbor->group) /* else the missing group is reported */
        lint_error(lint, neighbor->node, "neighbor %s has no peer-as: write peer-as NUMBER;", neighbor->address);
}

/* An address that no session can have. A zone's interface need not exist where the file is checked. */
static void check_address(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    struct address address;

    if (!address_parse_any_zone(&address, neighbor->address))
        return;
    bool multicast = address.family == FAMILY_IPV4 ? address.octets[0] >= 224 : address.octets[0] == 0xff;
    if (multicast || address_is_unspecified(&address))
        lint_error(lint, neighbor->node, "neighbor %s: not a unicast address", neighbor->address);
    else if (address_is_link_local(&address) && !strchr(neighbor->address, '%'))
        lint_error(lint, neighbor->node, "neighbor %s: a link-local address needs its interface: %s%%eth0",
                   neighbor->address, neighbor->address);
}

static void check_local_address(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *node = conf_neighbor_node(neighbor->node, "local-address");

    if (!node)
        return;
    if (lint_is_ipv6(lyd_get_value(node)) != lint_is_ipv6(neighbor->address))
        lint_error(lint, node, "local-address %s and neighbor %s differ in address family", lyd_get_value(node),
                   neighbor->address);
    else if (strcmp(lyd_get_value(node), neighbor->address) == 0)
        lint_error(lint, node, "local-address %s is the neighbor's", neighbor->address);
}

static void check_passive(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *passive = conf_neighbor_node(neighbor->node, "passive");

    if (passive && strcmp(lyd_get_value(passive), "true") == 0 &&
        !model_boolean(model_child(lint->bgp, "listen"), "enabled", true))
        lint_error(lint, passive, "neighbor %s is passive, but listening is disabled", neighbor->address);
}

/* RFC 9234 section 4.2: roles are for eBGP. */
static void check_role(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *role = conf_neighbor_node(neighbor->node, "role");
    const char *local_as = model_text(lint->bgp, "local-as"),
               *peer_as = conf_neighbor_option(neighbor->node, "peer-as");

    if (role && local_as && peer_as && strcmp(local_as, peer_as) == 0)
        lint_warning(lint, role, "role has no effect on iBGP neighbor %s (RFC 9234)", neighbor->address);
}

static void check_extended_next_hop(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *node = conf_neighbor_node(neighbor->node, "extended-next-hop");

    if (node && neighbor->extended_next_hop && !neighbor->ipv4)
        lint_warning(lint, node, "extended-next-hop has no effect: neighbor %s does not have the family ipv4-unicast",
                     neighbor->address);
}

/* A neighbor whose address is wrong: in a group, it may have from there what it lacks. */
static void check_detached(const struct lint *lint, const struct lyd_node *neighbor)
{
    if (!model_child(neighbor, "group") && !model_child(neighbor, "peer-as") &&
        !lint_rejected(lint, neighbor, "group") && !lint_rejected(lint, neighbor, "peer-as"))
        lint_error(lint, neighbor, "this neighbor has no peer-as: write peer-as NUMBER;");
}

void lint_bgp(const struct lint *lint)
{
    const struct lyd_node *detached;

    for (size_t i = 0; i < lint->neighbor_count; i++) {
        check_peer_as(lint, &lint->neighbors[i]);
        check_address(lint, &lint->neighbors[i]);
        check_local_address(lint, &lint->neighbors[i]);
        check_passive(lint, &lint->neighbors[i]);
        check_role(lint, &lint->neighbors[i]);
        check_extended_next_hop(lint, &lint->neighbors[i]);
    }
    for (uint32_t i = 0; (detached = tree_next_detached(&lint->document->tree, "neighbor", &i));)
        check_detached(lint, detached);
}
