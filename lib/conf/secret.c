#include "lib/conf/secret.h"

#include "lib/conf/schema.h"

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
    {"header", header_shown, " (not shown)"},
    {"query", query_shown, "?(not-shown)"},
    {"arguments", arguments_shown, " (not shown)"},
};

/* How what is shown of a value ends. */
struct shown {
    size_t length;
    const char *mark;
};

/* Whether VALUE is not shown as it stands. A part that is not in the table, such as "all", is all of it. */
static bool has_secret(const struct lysc_node *schema, const char *value, struct shown *shown)
{
    const char *part = schema_extension(schema, "secret");
    size_t row = 0, count = sizeof rows / sizeof *rows;

    if (!part)
        return false;
    while (row < count && strcmp(rows[row].part, part) != 0)
        row++;
    size_t length = row < count ? rows[row].shown(value) : 0;
    *shown = (struct shown){length, length > 0 ? rows[row].mark : hidden};
    return value[length] || length == 0;
}

bool conf_is_secret(const struct lysc_node *schema, const char *value)
{
    struct shown shown;

    return has_secret(schema, value, &shown);
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

static LY_ERR change(struct lyd_node *node, const struct shown *shown)
{
    char *text;

    if (asprintf(&text, "%.*s%s", (int)shown->length, lyd_get_value(node), shown->mark) < 0)
        return LY_EMEM;
    LY_ERR result = lyd_change_term(node, text);
    free(text);
    return result;
}

/* Where what is shown does not fit the leaf, or there is no memory for it, the leaf goes. False: the latter. */
static bool hide(struct lyd_node *node)
{
    struct shown shown;

    if (!has_secret(node->schema, lyd_get_value(node), &shown))
        return true;
    LY_ERR result = change(node, &shown);
    if ((result != LY_SUCCESS && result != LY_EEXIST && result != LY_ENOT) ||
        (node->schema->nodetype == LYS_LEAFLIST && looks_like_another(node)))
        lyd_free_tree(node);
    return result != LY_EMEM;
}

bool conf_remove_secrets(struct lyd_node *first)
{
    struct lyd_node *node, *next;
    bool complete = true;

    LY_LIST_FOR_SAFE(first, next, node)
    {
        bool inner = node->schema->nodetype & (LYS_CONTAINER | LYS_LIST);
        complete &= inner ? conf_remove_secrets(lyd_child(node)) : hide(node);
    }
    return complete;
}

struct lyd_node *conf_without_secrets(const struct lyd_node *tree)
{
    struct lyd_node *copy = NULL;

    if (lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        return NULL;
    /* No secret is at the top, so the first node stays the first. */
    if (!conf_remove_secrets(copy)) {
        lyd_free_all(copy);
        return NULL;
    }
    return copy;
}
