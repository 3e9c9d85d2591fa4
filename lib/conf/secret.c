#include "lib/conf/secret.h"

#include "lib/conf/schema.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char hidden[] = "(not shown)";

/* Header fields of HTTP that carry no credentials; of all others only the name is shown. */
static const char *const harmless[] = {
    "Accept",           "Accept-Charset",
    "Accept-Encoding",  "Accept-Language",
    "Cache-Control",    "Connection",
    "Content-Type",     "Host",
    "Origin",           "Pragma",
    "User-Agent",       "X-Forwarded-For",
    "X-Forwarded-Host", "X-Forwarded-Proto",
};

static bool is_harmless(const char *line)
{
    size_t length = strcspn(line, ":");

    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (line[length] && strlen(harmless[i]) == length && strncasecmp(line, harmless[i], length) == 0)
            return true;
    }
    return false;
}

/* How much of VALUE is shown; all of it where nothing of it is secret. What is no URL may hold credentials anywhere. */
static size_t all_shown(const char *value)
{
    (void)value;
    return 0;
}

static size_t header_shown(const char *value)
{
    size_t colon = strcspn(value, ":");

    return is_harmless(value) ? strlen(value) : value[colon] ? colon + 1 : 0;
}

static size_t query_shown(const char *value)
{
    size_t authority = strstr(value, "://") ? (size_t)(strstr(value, "://") + 3 - value) : 0;
    size_t rest = authority ? authority + strcspn(value + authority, "/?#") : strlen(value);

    return memchr(value, '@', rest) ? 0 : strcspn(value, "?");
}

static size_t arguments_shown(const char *value)
{
    return strcspn(value, " \t\n'\"\\");
}

static const struct {
    const char *part; /* the argument of vg:secret */
    size_t (*shown)(const char *value);
    const char *mark; /* what follows what is shown */
} rows[] = {
    {"all", all_shown, hidden},
    {"header", header_shown, " (not shown)"},
    {"query", query_shown, "?(not-shown)"},
    {"arguments", arguments_shown, " (not shown)"},
};

/* What is shown of VALUE, for the caller to free; NULL where that is all. A part that is not in the table is all. */
static char *without_secret(const struct lysc_node *schema, const char *value)
{
    const char *part = schema_extension(schema, "secret");
    size_t row = 0, count = sizeof rows / sizeof *rows;
    char *text = NULL;

    if (!part)
        return NULL;
    while (row < count && strcmp(rows[row].part, part) != 0)
        row++;
    size_t shown = rows[row % count].shown(value);
    if (!value[shown] && shown > 0)
        return NULL;
    if (asprintf(&text, "%.*s%s", (int)shown, value, shown > 0 ? rows[row % count].mark : hidden) < 0)
        return strdup("");
    return text;
}

bool conf_is_secret(const struct lysc_node *schema, const char *value)
{
    char *text = without_secret(schema, value);
    bool secret = text;

    free(text);
    return secret;
}

/* Two entries of a leaf-list may look alike now, which the schema does not allow. */
static bool looks_like_another(const struct lyd_node *node)
{
    const struct lyd_node *other;

    LY_LIST_FOR(lyd_first_sibling(node), other)
    {
        if (other != node && lyd_compare_single(other, node, 0) == LY_SUCCESS)
            return true;
    }
    return false;
}

/* Where what is shown does not fit the leaf, the leaf goes. */
static void hide(struct lyd_node *node)
{
    char *text = without_secret(node->schema, lyd_get_value(node));
    LY_ERR result = text ? lyd_change_term(node, text) : LY_SUCCESS;

    bool hidden_now = text;
    free(text);
    if ((result != LY_SUCCESS && result != LY_EEXIST && result != LY_ENOT) ||
        (hidden_now && node->schema->nodetype == LYS_LEAFLIST && looks_like_another(node)))
        lyd_free_tree(node);
}

void conf_remove_secrets(struct lyd_node *first)
{
    struct lyd_node *node, *next;

    LY_LIST_FOR_SAFE(first, next, node)
    {
        if (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST))
            conf_remove_secrets(lyd_child(node));
        else
            hide(node);
    }
}

struct lyd_node *conf_without_secrets(const struct lyd_node *tree)
{
    struct lyd_node *copy = NULL;

    if (lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        return NULL;
    conf_remove_secrets(copy); /* no secret stands at the top, so the first node stays the first */
    return copy;
}
