#include "lib/conf/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool conf_is_secret(const struct lysc_node *schema)
{
    return strcmp(schema->name, "password") == 0;
}

/* Header lines of HTTP that carry credentials, by a part of their name. */
static bool header_is_secret(const char *line)
{
    static const char *const parts[] = {"auth", "cookie", "token", "key", "secret", "password"};
    const char *colon = strchr(line, ':');

    for (size_t i = 0; colon && i < sizeof parts / sizeof *parts; i++) {
        const char *found = strcasestr(line, parts[i]);
        if (found && found < colon)
            return true;
    }
    return false;
}

/* "https://name:password@host/": where the user's part begins and ends, or NULL. */
static const char *user_of(const char *url, size_t *length)
{
    const char *start = strstr(url, "://");

    if (!start)
        return NULL;
    start += 3;
    size_t authority = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', authority);
    if (!at)
        return NULL;
    *length = (size_t)(at + 1 - start);
    return start;
}

/* What is shown in place of NODE's value, for the caller to free; NULL: the value itself. */
static char *shown_value(const struct lyd_node *node)
{
    const char *value = lyd_get_value(node), *user;
    char *shown = NULL;
    size_t length;

    if (strcmp(node->schema->name, "header") == 0 && header_is_secret(value)) {
        if (asprintf(&shown, "%.*s: (not shown)", (int)strcspn(value, ":"), value) < 0)
            return NULL;
    } else if (strcmp(node->schema->name, "url") == 0 && (user = user_of(value, &length))) {
        if (asprintf(&shown, "%.*s%s", (int)(user - value), value, user + length) < 0)
            return NULL;
    }
    return shown;
}

static void remove_secrets(struct lyd_node *first)
{
    struct lyd_node *node, *next;

    LY_LIST_FOR_SAFE(first, next, node)
    {
        if (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)) {
            remove_secrets(lyd_child(node));
        } else if (conf_is_secret(node->schema)) {
            lyd_free_tree(node);
        } else {
            char *shown = shown_value(node);
            if (shown)
                lyd_change_term(node, shown);
            free(shown);
        }
    }
}

struct lyd_node *conf_without_secrets(const struct lyd_node *tree)
{
    struct lyd_node *copy = NULL;

    if (lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        return NULL;
    remove_secrets(copy); /* no secret stands at the top, so the first node stays the first */
    return copy;
}
