/* The list neighbor: the page that an operator debugs a session from. */
#include "bgpd/show/show.h"
#include "lib/model.h"

#include <arpa/inet.h>

static void append_capabilities(struct lyd_node *node, const char *list, const struct capability_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        state_leaf_text(node, list, names->names[i]);
}

static void append_counters(struct lyd_node *messages, const char *direction, const struct message_counters *counters)
{
    struct lyd_node *node = model_container(messages, direction);

    model_leaf_number(node, "open", counters->open);
    model_leaf_number(node, "update", counters->update);
    model_leaf_number(node, "keepalive", counters->keepalive);
    model_leaf_number(node, "notification", counters->notification);
    model_leaf_number(node, "route-refresh", counters->route_refresh);
}

static void append_timer(struct lyd_node *timers, const char *name, int32_t seconds)
{
    if (seconds >= 0)
        model_leaf_number(timers, name, (uint64_t)seconds);
}

static void append_timers(struct lyd_node *node, const struct timers_left *left)
{
    struct lyd_node *timers = model_container(node, "timers");

    append_timer(timers, "hold", left->hold);
    append_timer(timers, "keepalive", left->keepalive);
    append_timer(timers, "connect-retry", left->connect_retry);
    append_timer(timers, "idle-hold", left->idle_hold);
    append_timer(timers, "send-hold", left->send_hold);
}

static void append_socket(struct lyd_node *node, const struct peer_status *status)
{
    if (status->socket_mss == 0)
        return;
    struct lyd_node *socket = model_container(node, "socket");
    model_leaf_number(socket, "ttl", status->socket_ttl);
    if (status->socket_minimum_ttl)
        model_leaf_number(socket, "minimum-ttl", status->socket_minimum_ttl);
    model_leaf_boolean(socket, "md5", status->socket_md5);
    model_leaf_number(socket, "mss", status->socket_mss);
    model_leaf_number(socket, "unacknowledged", status->socket_unacknowledged);
    model_leaf_number(socket, "queued", status->socket_queued);
}

static void append_error(struct lyd_node *node, const char *name, const struct session_error *error)
{
    static const char *const directions[] = {[ERROR_SENT] = "sent", [ERROR_RECEIVED] = "received"};

    if (error->direction == ERROR_NONE)
        return;
    struct lyd_node *entry = model_container(node, name);
    model_leaf_time(entry, "time", error->time_us);
    if (error->direction != ERROR_LOCAL) {
        model_leaf(entry, "direction", directions[error->direction]);
        model_leaf_number(entry, "code", error->code);
        model_leaf_number(entry, "subcode", error->subcode);
        state_leaf_text(entry, "name", error->name);
    }
    state_leaf_text(entry, "message", error->message);
}

/* What there is only once the neighbour's OPEN was seen, or a connection. */
static void append_session(struct lyd_node *node, const struct peer_status *status)
{
    char router_id[INET_ADDRSTRLEN];
    struct in_addr address = {htonl(status->remote_router_id)};

    if (status->state == SESSION_ESTABLISHED) {
        model_leaf_number(node, "uptime", status->uptime_s);
        model_leaf_number(node, "hold-time", status->hold_time_s);
        model_leaf_number(node, "keepalive-time", status->keepalive_time_s);
    }
    state_leaf_address(node, "local-address", &status->local_address);
    if (status->local_port)
        model_leaf_number(node, "local-port", status->local_port);
    if (status->remote_port)
        model_leaf_number(node, "remote-port", status->remote_port);
    if (status->remote_router_id)
        model_leaf(node, "remote-router-id", inet_ntop(AF_INET, &address, router_id, sizeof router_id));
}

static void append_prefixes(struct lyd_node *node, const struct peer_status *status)
{
    struct lyd_node *prefixes = model_container(node, "prefixes");

    model_leaf_number(prefixes, "received", status->prefixes_received);
    model_leaf_number(prefixes, "kept", status->prefixes_kept);
    model_leaf_number(prefixes, "looped", status->prefixes_looped);
    model_leaf_number(prefixes, "sent", status->prefixes_sent);
}

void state_append_neighbor(struct lyd_node *state, const struct peer *peer)
{
    const struct neighbor_config *config = peer_config(peer);
    char address[ADDRESS_TEXT_SIZE];
    struct lyd_node *node = model_list(state, "neighbor", address_format(&config->address, address), NULL);
    struct peer_status status = {0};

    peer_status(peer, &status);
    model_leaf_number(node, "peer-as", config->peer_as);
    state_leaf_text(node, "description", config->description);
    state_leaf_text(node, "group", config->group);
    model_leaf(node, "session-state", session_state_name(status.state));
    model_leaf_boolean(node, "admin-down", status.admin_down);
    model_leaf_time(node, "last-established", status.established_us);
    model_leaf_number(node, "transitions", status.transitions);
    append_session(node, &status);
    append_capabilities(node, "local-capability", &status.local_capabilities);
    append_capabilities(node, "remote-capability", &status.remote_capabilities);
    append_capabilities(node, "negotiated-capability", &status.negotiated_capabilities);
    append_prefixes(node, &status);
    struct lyd_node *messages = model_container(node, "messages");
    append_counters(messages, "sent", &status.sent);
    append_counters(messages, "received", &status.received);
    model_leaf_number(node, "updates-malformed", status.updates_malformed);
    append_timers(node, &status.timers);
    append_socket(node, &status);
    append_error(node, "last-error", &status.last_error);
    append_error(node, "last-error-sent", &status.last_error_sent);
    append_error(node, "last-error-received", &status.last_error_received);
    append_error(node, "last-transport-error", &status.last_transport_error);
}
