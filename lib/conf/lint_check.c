#include "lib/conf/lint.h"
#include "lib/kinds/kind.h"

#include <inttypes.h>
#include <string.h>

static void check_times(const struct lint *lint, const struct lyd_node *check)
{
    const struct lyd_node *fast = model_written(check, "fast-interval");
    const struct lyd_node *timeout = model_written(check, "timeout");
    uint64_t interval = model_duration_ms(check, "interval", 0);

    if (fast && model_duration_ms(check, "fast-interval", 0) > interval)
        lint_error(lint, fast, "fast-interval %s is longer than interval %s", lyd_get_value(fast),
                   model_text(check, "interval"));
    if (timeout && model_duration_ms(check, "timeout", 0) > interval)
        lint_warning(lint, timeout, "timeout %s is longer than interval %s: a probe that hangs delays the next",
                     lyd_get_value(timeout), model_text(check, "interval"));
}

/* Leaves of the probe KIND that have no effect where OTHER does not begin with VALUE. */
static const char *const tls[] = {"ca-file", "server-name", "verify", "client-certificate", "certificate-days", NULL};
static const char *const expect_code[] = {"expect-code", NULL}, *const expect_address[] = {"expect-address", NULL};
static const struct {
    const char *kind;
    const char *const *leaves;
    const char *other, *value, *reason;
} pointless[] = {
    {"http", tls, "url", "https:", "the URL is not https"},
    {"websocket", tls, "url", "wss:", "the URL is not wss"},
    {"grpc", tls, "tls", "true", "tls is false"},
    {"coap", expect_code, "method", "get", "the method is ping"},
    {"dns", expect_address, "expect-rcode", "NOERROR", "an error is expected"},
};

static void check_pointless(const struct lint *lint, const struct lyd_node *probe)
{
    for (size_t i = 0; i < sizeof pointless / sizeof *pointless; i++) {
        const char *value = pointless[i].value;
        if (strcmp(probe->schema->name, pointless[i].kind) != 0)
            continue;
        const char *other = model_text(probe, pointless[i].other);
        if (!other || strncasecmp(other, value, strlen(value)) == 0)
            continue;
        for (const char *const *leaf = pointless[i].leaves; *leaf; leaf++) {
            if (model_written(probe, *leaf))
                lint_warning(lint, model_written(probe, *leaf), "%s has no effect: %s", *leaf, pointless[i].reason);
        }
    }
}

/* PARENT is a check or a vip. RFC 2439 section 4.2: what is suppressed must be able to come back. */
static void check_damping(const struct lint *lint, const struct lyd_node *parent)
{
    const struct lyd_node *damping = model_written(parent, "damping");
    uint64_t suppress = model_number(damping, "suppress", 0), reuse = model_number(damping, "reuse", 0);

    if (damping && reuse >= suppress)
        lint_error(lint, damping, "damping: reuse %" PRIu64 " must be less than suppress %" PRIu64, reuse, suppress);
}

/* What the reader of the probe kind finds: the very code with which the health daemon reads the settings, so that no
 * file passes here that it would refuse. What it reads is thrown away. */
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

static void check_kind(const struct lint *lint, const struct lyd_node *probe)
{
    struct arena arena = {0};
    const struct kind_room room = {.arena = &arena, .complaint = on_complaint, .user = (void *)(uintptr_t)lint};

    if (is_whole(probe))
        kind_configure(kind_find(probe->schema->name), probe, &room);
    arena_free(&arena);
}

static void check_check(const struct lint *lint, const struct lyd_node *check)
{
    const struct lyd_node *probe = kind_node(check);

    check_times(lint, check);
    check_damping(lint, check);
    if (probe) {
        check_pointless(lint, probe);
        check_kind(lint, probe);
    }
}

void lint_checks(const struct lint *lint)
{
    lint_each(lint, "check", check_check);
    lint_each(lint, "vip", check_damping);
}
