/* bgpd's answers on the control socket, but for get, which is in show/. */
#include "bgpd/command.h"

#include "bgpd/show/show.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

static void steer(struct peer *peer, struct control_request *request, const char *action, const char *message)
{
    if (strcmp(action, "refresh") == 0 && !peer_refresh(peer)) {
        control_refuse(request, "no refresh: the session is not established, or the neighbor did not offer route "
                                "refresh; see 'vipgate show neighbor'");
        return;
    }
    if (strcmp(action, "up") == 0)
        peer_admin_up(peer);
    else if (strcmp(action, "down") == 0)
        peer_admin_down(peer, message);
    else if (strcmp(action, "reset") == 0)
        peer_reset(peer, message);
    control_reply(request, NULL);
}

static void answer_neighbor(void *user, struct control_request *request, const struct json_node *rpc)
{
    const char *text = node_text(rpc, "remote-address"), *action = node_text(rpc, "action");
    struct peer *peer = show_find_neighbor(user, request, text);

    if (!peer)
        return;
    char subject[16 + ADDRESS_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
    snprintf(subject, sizeof subject, "neighbor %s", address_format(&peer_config(peer)->address, address));
    log_info(subject, "operator asks: %s", action);
    steer(peer, request, action, node_text(rpc, "message"));
}

const struct daemon_command bgpd_commands[] = {
    {"get", show_get},
    {"neighbor", answer_neighbor},
    {NULL, NULL},
};
