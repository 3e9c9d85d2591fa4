#include "lib/conf/lint_room.h"
#include "lib/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void check_times(const struct lint *lint, const struct lyd_node *check)
{
    const struct lyd_node *fast = lint_written(check, "fast-interval");
    const struct lyd_node *timeout = lint_written(check, "timeout");
    uint64_t interval = model_duration_ms(check, "interval", 0);

    if (fast && model_duration_ms(check, "fast-interval", 0) > interval)
        lint_error(lint, fast, "fast-interval %s is longer than interval %s", lyd_get_value(fast),
                   model_text(check, "interval"));
    if (timeout && model_duration_ms(check, "timeout", 0) > interval)
        lint_warning(lint, timeout, "timeout %s is longer than interval %s: a probe that hangs delays the next",
                     lyd_get_value(timeout), model_text(check, "interval"));
}

/* Statements that have no effect beside another value: LEAF of the probe KIND, where OTHER does not begin with VALUE.
 */
static const struct {
    const char *kind, *leaf, *other, *value, *reason;
} pointless[] = {
    {"http", "ca-file", "url", "https:", "the url is not https"},
    {"http", "server-name", "url", "https:", "the url is not https"},
    {"http", "verify", "url", "https:", "the url is not https"},
    {"http", "client-certificate", "url", "https:", "the url is not https"},
    {"http", "certificate-days", "url", "https:", "the url is not https"},
    {"websocket", "ca-file", "url", "wss:", "the url is not wss"},
    {"websocket", "server-name", "url", "wss:", "the url is not wss"},
    {"websocket", "verify", "url", "wss:", "the url is not wss"},
    {"websocket", "client-certificate", "url", "wss:", "the url is not wss"},
    {"websocket", "certificate-days", "url", "wss:", "the url is not wss"},
    {"grpc", "ca-file", "tls", "true", "tls is false"},
    {"grpc", "server-name", "tls", "true", "tls is false"},
    {"grpc", "verify", "tls", "true", "tls is false"},
    {"grpc", "client-certificate", "tls", "true", "tls is false"},
    {"grpc", "certificate-days", "tls", "true", "tls is false"},
    {"coap", "expect-code", "method", "get", "the method is ping"},
    {"dns", "expect-address", "expect-rcode", "NOERROR", "the answer to expect is an error"},
};

static void check_pointless(const struct lint *lint, const struct lyd_node *probe)
{
    for (size_t i = 0; i < sizeof pointless / sizeof *pointless; i++) {
        const struct lyd_node *node = lint_written(probe, pointless[i].leaf);
        const char *other = model_text(probe, pointless[i].other);
        if (strcmp(probe->schema->name, pointless[i].kind) != 0 || !node || !other)
            continue;
        if (strncasecmp(other, pointless[i].value, strlen(pointless[i].value)) != 0)
            lint_warning(lint, node, "%s has no effect: %s", pointless[i].leaf, pointless[i].reason);
    }
}

/* PARENT is a check or a vip. RFC 2439 section 4.2: what is suppressed must be able to come back. */
static void check_damping(const struct lint *lint, const struct lyd_node *parent)
{
    const struct lyd_node *damping = lint_written(parent, "damping");
    uint64_t suppress = model_number(damping, "suppress", 0), reuse = model_number(damping, "reuse", 0);

    if (damping && reuse >= suppress)
        lint_error(lint, damping, "damping: reuse %" PRIu64 " must be less than suppress %" PRIu64, reuse, suppress);
}

static void check_check(const struct lint *lint, const struct lyd_node *check)
{
    const struct lyd_node *node;

    check_times(lint, check);
    check_damping(lint, check);
    LY_LIST_FOR(lyd_child(check), node)
    {
        if (node->schema->nodetype == LYS_CONTAINER)
            check_pointless(lint, node);
    }
}

void lint_checks(const struct lint *lint)
{
    const struct lyd_node *aside;

    MODEL_FOR_EACH(check, lint->tree, "check")
    {
        check_check(lint, check);
    }
    for (uint32_t i = 0; (aside = aside_next(lint->document, "check", &i));)
        check_check(lint, aside);
    MODEL_FOR_EACH(vip, lint->tree, "vip")
    {
        check_damping(lint, vip);
    }
    for (uint32_t i = 0; (aside = aside_next(lint->document, "vip", &i));)
        check_damping(lint, aside);
}
