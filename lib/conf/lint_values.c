/*
 * Single values that a type of the schema lets pass: durations out of range, numbers that are too large for their field
 * on the wire. One row for each statement, whatever block it is in.
 */
#include "lib/clock.h"
#include "lib/community.h"
#include "lib/conf/lint.h"
#include "lib/kinds/endpoint.h"

#include <stdlib.h>
#include <string.h>

#define SECOND 1000ull
#define HOUR   (3600 * SECOND)

static const struct duration_rule {
    const char *leaf;
    uint64_t minimum_ms, maximum_ms;
    bool zero;          /* 0 is possible too */
    bool whole_seconds; /* the field on the wire counts seconds */
    const char *words;
} duration_rules[] = {
    {"hold-time", 3 * SECOND, 65535 * SECOND, true, true, "0s, or 3s to 65535s in whole seconds (RFC 4271 4.2)"},
    {"restart-time", SECOND, 4095 * SECOND, false, true, "1s to 4095s in whole seconds (RFC 4724 3)"},
    {"connect-retry-time", 100, HOUR, false, false, "100ms to 1h"},
    {"lease", 100, HOUR, false, false, "100ms to 1h"},
    {"interval", 10, 24 * HOUR, false, false, "10ms to 24h"},
    {"fast-interval", 10, 24 * HOUR, false, false, "10ms to 24h"},
    {"timeout", 1, HOUR, false, false, "1ms to 1h"},
    {"half-life", SECOND, 24 * HOUR, false, false, "1s to 24h"},
    {"hold-down", 1, 24 * HOUR, true, false, "0s to 24h"},
};

static bool duration_fits(const struct duration_rule *rule, uint64_t ms)
{
    if (ms == 0)
        return rule->zero;
    return ms >= rule->minimum_ms && ms <= rule->maximum_ms && !(rule->whole_seconds && ms % SECOND);
}

static void check_duration(const struct lint *lint, const struct lyd_node *node)
{
    uint64_t ms;

    for (size_t i = 0; i < sizeof duration_rules / sizeof *duration_rules; i++) {
        const struct duration_rule *rule = &duration_rules[i];
        if (strcmp(node->schema->name, rule->leaf) != 0)
            continue;
        if (!duration_parse(lyd_get_value(node), &ms) || !duration_fits(rule, ms))
            lint_error(lint, node, "%s %s: expected %s", rule->leaf, lyd_get_value(node), rule->words);
    }
}

static void check_community(const struct lint *lint, const struct lyd_node *node)
{
    uint32_t community;

    if (!community_parse(&community, lyd_get_value(node)))
        lint_error(lint, node, "community %s: each part is at most 65535; use large-community beyond",
                   lyd_get_value(node));
}

static void check_large_community(const struct lint *lint, const struct lyd_node *node)
{
    struct large_community community;

    if (!large_community_parse(&community, lyd_get_value(node)))
        lint_error(lint, node, "large-community %s: each part is at most 4294967295", lyd_get_value(node));
}

static void check_extended_community(const struct lint *lint, const struct lyd_node *node)
{
    uint64_t community;

    if (!extended_community_parse(&community, lyd_get_value(node)))
        lint_error(
            lint, node,
            "extended-community '%s': a part is too large; the value is at most 65535 after an IPv4 address or a "
            "4-octet AS",
            lyd_get_value(node));
}

/* RFC 6793 section 9: AS_TRANS stands for what does not fit; RFC 7300: the last number of each range is reserved. */
static void check_as(const struct lint *lint, const struct lyd_node *node)
{
    unsigned long long as = strtoull(lyd_get_value(node), NULL, 10);

    if (as == 23456)
        lint_error(lint, node, "%s 23456: AS_TRANS is reserved (RFC 6793)", node->schema->name);
    else if (as == UINT16_MAX || as == UINT32_MAX)
        lint_warning(lint, node, "%s %llu is reserved (RFC 7300)", node->schema->name, as);
}

static void check_router_id(const struct lint *lint, const struct lyd_node *node)
{
    if (strcmp(lyd_get_value(node), "0.0.0.0") == 0)
        lint_error(lint, node, "router-id must not be 0.0.0.0 (RFC 6286)");
}

/* The schema takes a zone behind every address. */
static void check_address(const struct lint *lint, const struct lyd_node *node)
{
    const char *address = lyd_get_value(node), *wrong = strchr(address, '%') ? host_check(address) : NULL;

    if (wrong)
        lint_error(lint, node, "%s %s: only a link-local address has a zone", node->schema->name, address);
}

static const struct {
    const char *leaf;
    void (*check)(const struct lint *lint, const struct lyd_node *node);
} value_rules[] = {
    {"community", check_community},
    {"large-community", check_large_community},
    {"extended-community", check_extended_community},
    {"local-as", check_as},
    {"peer-as", check_as},
    {"router-id", check_router_id},
    {"remote-address", check_address},
    {"local-address", check_address},
    {"address", check_address},
    {"neighbor", check_address},
};

static void check_value(const struct lint *lint, const struct lyd_node *node)
{
    check_duration(lint, node);
    for (size_t i = 0; i < sizeof value_rules / sizeof *value_rules; i++) {
        if (strcmp(node->schema->name, value_rules[i].leaf) == 0)
            value_rules[i].check(lint, node);
    }
}

static void check_tree(const struct lint *lint, const struct lyd_node *top)
{
    const struct lyd_node *node;

    LYD_TREE_DFS_BEGIN(top, node)
    {
        if ((node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST)) && model_is_explicit(node))
            check_value(lint, node);
        LYD_TREE_DFS_END(top, node);
    }
}

void lint_values(const struct lint *lint)
{
    const struct lyd_node *top;

    LY_LIST_FOR(lint->first, top)
    {
        check_tree(lint, top);
    }
    for (uint32_t i = 0; i < lint->document->tree.detached.count; i++)
        check_tree(lint, lint->document->tree.detached.dnodes[i]);
}
