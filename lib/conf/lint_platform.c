/*
 * What a platform at the other end cannot do, and what surprises there. The facts are Microsoft's pages on Azure Route
 * Server (FAQ, limits, troubleshooting). The presets are in neighbor.c.
 */
#include "lib/conf/lint.h"
#include "lib/conf/neighbor.h"

#include <stdlib.h>
#include <string.h>

static const char azure[] = "azure-route-server";

/* AS numbers that Azure, or the IANA registry that it follows, keeps for itself. */
static const struct {
    unsigned long first, last;
} reserved[] = {{8074, 8075},   {12076, 12076}, {65515, 65515}, {65517, 65520},
                {23456, 23456}, {64496, 64511}, {65535, 65551}};

enum { AZURE_AS = 65515, AZURE_PREFIXES = 1000 };

static bool is_azure(const struct lint_neighbor *neighbor)
{
    return neighbor->platform && strcmp(neighbor->platform, azure) == 0;
}

static bool is_reserved(unsigned long as)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (as >= reserved[i].first && as <= reserved[i].last)
            return true;
    }
    return false;
}

static void check_local_as(const struct lint *lint)
{
    const struct lyd_node *node = model_child(lint->bgp, "local-as");
    unsigned long as = node ? strtoul(lyd_get_value(node), NULL, 10) : 0;

    if (!node)
        return;
    if (is_reserved(as))
        lint_error(lint, node, "platform %s: AS %lu is reserved", azure, as);
    else if (as > UINT16_MAX)
        lint_error(lint, node, "platform %s: AS %lu is a 4-octet AS; only 2-octet ASes are supported", azure, as);
}

static void check_family(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *written = conf_neighbor_node(neighbor->node, "family");

    if (lint_is_ipv6(neighbor->address))
        lint_error(lint, neighbor->node, "platform %s: neighbor %s is IPv6; only IPv4 is supported", azure,
                   neighbor->address);
    MODEL_FOR_EACH(node, written, "family")
    {
        if (strcmp(lyd_get_value(node), "ipv6-unicast") == 0)
            lint_error(lint, node, "platform %s: ipv6-unicast is not supported, only ipv4-unicast", azure);
    }
}

static void check_peer_as(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    const struct lyd_node *node = conf_neighbor_node(neighbor->node, "peer-as");

    if (node && strtoul(lyd_get_value(node), NULL, 10) != AZURE_AS)
        lint_warning(lint, node, "platform %s: its AS is %d, not %s", azure, AZURE_AS, lyd_get_value(node));
}

static void check_neighbor(const struct lint *lint, const struct lint_neighbor *neighbor)
{
    static const char *const impossible[] = {"password", "password-file", "ttl-security"};

    check_family(lint, neighbor);
    check_peer_as(lint, neighbor);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        const struct lyd_node *node = conf_neighbor_node(neighbor->node, impossible[i]);
        if (node)
            lint_error(lint, node, "platform %s: %s is not supported", azure, impossible[i]);
    }
}

/* Whether both are instances of one route server: of one group, or both of none. */
static bool is_pair(const struct lint_neighbor *a, const struct lint_neighbor *b)
{
    return is_azure(a) && is_azure(b) && (a->group ? b->group && strcmp(a->group, b->group) == 0 : !b->group);
}

/* Both instances of a route server must have the same routes, or traffic depends on which one is asked. */
static void check_vip(const struct lint *lint, const struct lyd_node *vip)
{
    const struct lyd_node *first = model_sibling(lyd_child(vip), "neighbor");

    lint_mark_listed(lint, vip);
    for (size_t i = 0; first && i < lint->neighbor_count; i++) {
        const struct lint_neighbor *a = &lint->neighbors[i];
        for (size_t j = 0; a->listed && j < lint->neighbor_count; j++) {
            const struct lint_neighbor *b = &lint->neighbors[j];
            if (b->listed || !is_pair(a, b))
                continue;
            lint_warning(lint, first, "platform %s: announced to %s but not to %s; both instances need the same routes",
                         azure, a->address, b->address);
            return;
        }
    }
}

static void check_communities(const struct lint *lint, const struct lyd_node *profile)
{
    MODEL_FOR_EACH(node, lyd_child(profile), "community")
    {
        const char *value = lyd_get_value(node);
        if (strcmp(value, "no-advertise") == 0)
            lint_warning(lint, node, "platform %s: no-advertise hides the route from the ExpressRoute gateway", azure);
        else if (strncmp(value, "65517:", 6) == 0 || strncmp(value, "65518:", 6) == 0)
            lint_warning(lint, node, "platform %s: community %s is reserved by Azure", azure, value);
    }
}

static void check_prefix_count(const struct lint *lint)
{
    size_t count = 0;

    MODEL_FOR_EACH(vip, lint->first, "vip")
    {
        if (++count == AZURE_PREFIXES + 1)
            lint_warning(lint, vip, "platform %s: more than %d prefixes, which older route servers refuse", azure,
                         AZURE_PREFIXES);
    }
}

void lint_platforms(const struct lint *lint)
{
    const struct lint_neighbor *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < lint->neighbor_count; i++) {
        if (!is_azure(&lint->neighbors[i]))
            continue;
        last = &lint->neighbors[i];
        count++;
        check_neighbor(lint, last);
    }
    if (count == 0)
        return;
    check_local_as(lint);
    check_prefix_count(lint);
    if (count == 1)
        lint_warning(lint, last->node, "platform %s: a route server has two instances; only neighbor %s is configured",
                     azure, last->address);
    MODEL_FOR_EACH(vip, lint->first, "vip")
    {
        check_vip(lint, vip);
    }
    MODEL_FOR_EACH(profile, lint->first, "profile")
    {
        check_communities(lint, profile);
    }
}
