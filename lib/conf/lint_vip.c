#include "lib/conf/lint.h"
#include "lib/prefix.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

static unsigned long percent_of(const struct lyd_node *node)
{
    return strtoul(lyd_get_value(node), NULL, 10);
}

static void check_require(const struct lint *lint, const struct lyd_node *gate)
{
    const struct lyd_node *require = model_written(gate, "require");
    size_t checks = gate ? model_count(lyd_child(gate), "check") : 0;

    if (!require)
        return;
    if (strtoul(lyd_get_value(require), NULL, 10) > checks)
        lint_error(lint, require, "require %s can never be met: the gate has %zu check%s", lyd_get_value(require),
                   checks, text_plural(checks));
    else if (checks == 0)
        lint_warning(lint, require, "require has no effect: a gate without checks is always up");
}

static void check_degraded(const struct lint *lint, const struct lyd_node *vip, const struct lyd_node *gate)
{
    const struct lyd_node *below = model_written(gate, "degraded-below");
    const struct lyd_node *recover = model_written(gate, "degraded-recover");
    const struct lyd_node *profile = model_written(vip, "degraded-profile");
    const char *loss = model_text(vip, "on-health-loss");
    bool loss_degrades = loss && strcmp(loss, "degrade") == 0;

    if (recover && !below)
        lint_warning(lint, recover, "degraded-recover has no effect without degraded-below");
    else if (recover && percent_of(recover) < percent_of(below))
        lint_error(lint, recover, "degraded-recover %s is less than degraded-below %s", lyd_get_value(recover),
                   lyd_get_value(below));
    if (profile && !below && !loss_degrades)
        lint_warning(lint, profile,
                     "degraded-profile has no effect without gate { degraded-below …; } or on-health-loss degrade");
    if (loss_degrades && !profile)
        lint_warning(lint, model_child(vip, "on-health-loss"),
                     "on-health-loss degrade withdraws without a degraded-profile");
}

static void check_managed_address(const struct lint *lint, const struct lyd_node *vip, const struct prefix *prefix)
{
    const struct lyd_node *address = model_child(vip, "address");
    const struct lyd_node *label = model_written(address, "label");
    const char *interface = model_text(address, "interface");
    size_t length = interface ? strlen(interface) : 0;

    if (!model_boolean(address, "manage", true))
        return;
    if (!prefix_is_host(prefix))
        lint_warning(lint, vip, "vip %s is not a host prefix, so no address is added: write address { manage false; }",
                     model_text(vip, "prefix"));
    else if (label && prefix->family == FAMILY_IPV6)
        lint_warning(lint, label, "label has no effect: only IPv4 addresses have labels");
    else if (label && interface &&
             (strncmp(lyd_get_value(label), interface, length) != 0 ||
              (lyd_get_value(label)[length] && lyd_get_value(label)[length] != ':')))
        lint_error(lint, label, "label '%s' must be '%s' or begin with '%s:'", lyd_get_value(label), interface,
                   interface);
}

static const struct lyd_node *find_profile(const struct lint *lint, const struct lyd_node *reference)
{
    const struct lysc_node *schema =
        reference ? lys_find_child(NULL, reference->schema->module, "profile", 0, 0, 0) : NULL;

    return schema ? tree_find(&lint->document->tree, NULL, schema, lyd_get_value(reference)) : NULL;
}

/* The next hop that REFERENCE's profile sets, or NULL for the session's own address. */
static const char *next_hop_of(const struct lint *lint, const struct lyd_node *reference)
{
    const char *next_hop = model_text(find_profile(lint, reference), "next-hop");

    return next_hop && strcmp(next_hop, "self") != 0 ? next_hop : NULL;
}

static bool can_carry(const struct lint_neighbor *neighbor, bool ipv6)
{
    return ipv6 ? neighbor->ipv6 : neighbor->ipv4;
}

/* Whether the session's own address is a next hop for routes of a family: RFC 4760 section 3, RFC 8950. */
static bool has_own_next_hop(const struct lint_neighbor *neighbor, bool ipv6)
{
    return lint_is_ipv6(neighbor->address) == ipv6 || (!ipv6 && neighbor->extended_next_hop);
}

/* PROFILE is the vip's profile or degraded-profile, or NULL. */
static void check_next_hop(const struct lint *lint, const struct lyd_node *vip, const struct lyd_node *profile,
                           bool ipv6)
{
    const char *next_hop = next_hop_of(lint, profile);
    const struct lyd_node *place = profile ? profile : vip;

    for (size_t i = 0; i < lint->neighbor_count; i++) {
        const struct lint_neighbor *neighbor = &lint->neighbors[i];
        if (!neighbor->listed || !can_carry(neighbor, ipv6))
            continue;
        if (next_hop && lint_is_ipv6(next_hop) != ipv6 && (ipv6 || !neighbor->extended_next_hop)) {
            lint_error(lint, place, "profile %s: next-hop %s cannot be announced for vip %s to neighbor %s",
                       lyd_get_value(profile), next_hop, model_text(vip, "prefix"), neighbor->address);
            return;
        }
        if (!next_hop && !has_own_next_hop(neighbor, ipv6)) {
            lint_warning(lint, place, "no %s next hop for vip %s to neighbor %s: set next-hop in its profile%s",
                         ipv6 ? "IPv6" : "IPv4", model_text(vip, "prefix"), neighbor->address,
                         ipv6 ? "" : ", or extended-next-hop at the neighbor");
            return;
        }
    }
}

static void check_neighbors(const struct lint *lint, const struct lyd_node *vip, bool ipv6)
{
    const struct lyd_node *first = model_sibling(lyd_child(vip), "neighbor");
    size_t takers = 0;

    lint_mark_listed(lint, vip);
    for (size_t i = 0; i < lint->neighbor_count; i++)
        takers += lint->neighbors[i].listed && can_carry(&lint->neighbors[i], ipv6);
    if (takers == 0)
        lint_warning(lint, first ? first : vip,
                     "vip %s is announced to no neighbor: none of its neighbors has the family %s",
                     model_text(vip, "prefix"), ipv6 ? "ipv6-unicast" : "ipv4-unicast");
    MODEL_FOR_EACH(node, lyd_child(vip), "neighbor")
    {
        if (strcmp(lyd_get_value(node), "all") == 0 && model_sibling(first->next, "neighbor"))
            lint_warning(lint, node, "'all' makes the other neighbors redundant");
    }
    check_next_hop(lint, vip, model_written(vip, "profile"), ipv6);
    if (model_written(vip, "degraded-profile"))
        check_next_hop(lint, vip, model_written(vip, "degraded-profile"), ipv6);
}

static void check_gate(const struct lint *lint, const struct lyd_node *vip)
{
    const struct lyd_node *gate = model_child(vip, "gate");

    check_require(lint, gate);
    check_degraded(lint, vip, gate);
}

static void check_vip(const struct lint *lint, const struct lyd_node *vip)
{
    struct prefix prefix;

    if (!prefix_parse(&prefix, model_text(vip, "prefix")))
        return;
    check_managed_address(lint, vip, &prefix);
    if (lint->bgp)
        check_neighbors(lint, vip, prefix.family == FAMILY_IPV6);
    else
        lint_error(lint, vip, "vip %s cannot be announced without bgp { … }", model_text(vip, "prefix"));
}

void lint_vips(const struct lint *lint)
{
    lint_each(lint, "vip", check_gate);
    MODEL_FOR_EACH(vip, lint->first, "vip")
    {
        check_vip(lint, vip);
    }
}
