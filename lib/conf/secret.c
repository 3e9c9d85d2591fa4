#include "lib/conf/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool conf_is_secret_name(const char *name)
{
    return strcmp(name, "password") == 0;
}

/* Header lines of HTTP that carry credentials, by a part of their name; or that have no name. */
static bool header_is_secret(const char *line)
{
    static const char *const parts[] = {"auth", "cookie", "token", "key", "secret", "password"};
    const char *colon = strchr(line, ':');

    for (size_t i = 0; colon && i < sizeof parts / sizeof *parts; i++) {
        const char *found = strcasestr(line, parts[i]);
        if (found && found < colon)
            return true;
    }
    return !colon;
}

/* "https://name:password@host/", which the lint refuses; what is no URL at all may hold them anywhere. */
static bool url_is_secret(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *authority = scheme ? scheme + 3 : url;

    return memchr(authority, '@', scheme ? strcspn(authority, "/?#") : strlen(authority));
}

bool conf_is_secret(const char *name, const char *value)
{
    return conf_is_secret_name(name) || (strcmp(name, "header") == 0 && header_is_secret(value)) ||
           (strcmp(name, "url") == 0 && url_is_secret(value));
}

/* A header keeps its name; all else goes. */
static void hide(struct lyd_node *node)
{
    const char *value = lyd_get_value(node);
    char *shown = NULL;

    if (strcmp(node->schema->name, "header") == 0 &&
        asprintf(&shown, "%.*s: (not shown)", (int)strcspn(value, ":"), value) < 0)
        shown = NULL;
    if (!shown || lyd_change_term(node, shown) != LY_SUCCESS)
        lyd_free_tree(node);
    free(shown);
}

static void remove_secrets(struct lyd_node *first)
{
    struct lyd_node *node, *next;

    LY_LIST_FOR_SAFE(first, next, node)
    {
        if (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)) {
            remove_secrets(lyd_child(node));
        } else if (conf_is_secret(node->schema->name, lyd_get_value(node))) {
            hide(node);
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

struct lyd_node *conf_node_without_secrets(const struct lyd_node *node)
{
    struct lyd_node *copy = NULL;

    if (lyd_dup_single(node, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        return NULL;
    remove_secrets(lyd_child(copy));
    return copy;
}
