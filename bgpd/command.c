/* bgpd's answers on the control socket, but for get, which is in state.c. */
#include "bgpd/command.h"

#include "bgpd/show/show.h"
#include "lib/log.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

static void answer_get_config(struct bgpd *bgpd, struct control_request *request, const struct lyd_node *rpc)
{
    (void)rpc;
    reload_answer_config(bgpd->reload, request);
}

static void answer_reload(struct bgpd *bgpd, struct control_request *request, const struct lyd_node *rpc)
{
    reload_answer(bgpd->reload, request, rpc);
}

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

static void answer_neighbor(struct bgpd *bgpd, struct control_request *request, const struct lyd_node *rpc)
{
    const char *text = model_text(rpc, "remote-address"), *action = model_text(rpc, "action");
    struct peer *peer = state_find_neighbor(bgpd, text);

    if (!peer) {
        state_refuse_neighbor(request, text);
        return;
    }
    char subject[16 + ADDRESS_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
    snprintf(subject, sizeof subject, "neighbor %s", address_format(&peer_config(peer)->address, address));
    log_info(subject, "operator asks: %s", action);
    steer(peer, request, action, model_text(rpc, "message"));
}

static const struct {
    const char *rpc;
    void (*answer)(struct bgpd *bgpd, struct control_request *request, const struct lyd_node *rpc);
} commands[] = {
    {"get", state_get},
    {"get-config", answer_get_config},
    {"reload", answer_reload},
    {"neighbor", answer_neighbor},
};

void bgpd_answer(struct control_request *request, const struct lyd_node *rpc, void *user)
{
    struct bgpd *bgpd = user;

    if (!bgpd->vips || bgpd->stopping) {
        control_refuse(request, "vipgate-bgpd is %s", bgpd->stopping ? "stopping" : "starting; try again");
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].rpc, rpc->schema->name) == 0) {
            commands[i].answer(bgpd, request, rpc);
            return;
        }
    }
    control_refuse(request, "vipgate-bgpd does not know %s; ask vipgate-healthd", rpc->schema->name);
}
