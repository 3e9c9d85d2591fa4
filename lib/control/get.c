/* What both daemons have in common in their answers to get and get-config. */
#include "lib/conf/secret.h"
#include "lib/control/control.h"

#include <stdlib.h>
#include <string.h>

bool control_asks_for(const struct lyd_node *rpc, const char *what)
{
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(rpc), node)
    {
        if (strcmp(node->schema->name, "what") == 0 && strcmp(lyd_get_value(node), what) == 0)
            return true;
    }
    return false;
}

/* A get-config under way. A reload may replace the tree between two pieces. */
struct config_listing {
    const struct lyd_node *tree;
    control_config *config;
    void *user;
    size_t done; /* top-level nodes that were sent */
};

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    free(user);
}

static const struct lyd_node *node_at(const struct lyd_node *node, size_t index)
{
    while (node && index-- > 0)
        node = node->next;
    return node;
}

/* The top-level nodes that one piece holds. False: out of memory. */
static bool take_piece(struct config_listing *listing, const struct control_request *request, struct lyd_node **piece)
{
    *piece = NULL;
    for (const struct lyd_node *node = node_at(listing->tree, listing->done); node; node = node->next) {
        struct lyd_node *shown = conf_node_without_secrets(node);
        if (!shown || lyd_insert_sibling(*piece, shown, piece) != LY_SUCCESS) {
            lyd_free_all(shown);
            lyd_free_all(*piece);
            return false;
        }
        listing->done++;
        if (control_piece_is_full(request))
            break;
    }
    return true;
}

static void send_config(struct control_request *request, void *user)
{
    struct config_listing *listing = user;
    struct lyd_node *piece;

    if (listing->config(listing->user) != listing->tree) {
        control_refuse(request, "another configuration was taken meanwhile; ask again");
    } else if (!take_piece(listing, request, &piece)) {
        control_refuse(request, "out of memory");
    } else if (node_at(listing->tree, listing->done)) {
        control_reply_more(request, piece);
        control_on_ready(request, send_config, listing);
        return;
    } else {
        control_on_gone(request, NULL, NULL);
        control_reply(request, piece);
    }
    free(listing);
}

void control_reply_config(struct control_request *request, control_config *config, void *user)
{
    struct config_listing *listing = malloc(sizeof *listing);

    if (!listing) {
        control_refuse(request, "out of memory");
        return;
    }
    *listing = (struct config_listing){.tree = config(user), .config = config, .user = user};
    control_on_gone(request, on_gone, listing);
    send_config(request, listing);
}
