/* The list neighbor: the page that an operator debugs a session from. */
#include "bgpd/show/rows.h"

#include <arpa/inet.h>

static void show_capabilities(struct json *row, const char *list, const struct capability_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        json_item(row, list, names->names[i]);
}

static void show_counters(struct json *row, const char *direction, const struct message_counters *counters)
{
    json_begin(row, direction);
    json_number(row, "open", counters->open);
    json_number(row, "update", counters->update);
    json_number(row, "keepalive", counters->keepalive);
    json_number(row, "notification", counters->notification);
    json_number(row, "route-refresh", counters->route_refresh);
    json_end(row);
}

/* Those that run; a neighbor none of whose timers runs has no container. */
static void show_timers(struct json *row, const struct timers_left *left)
{
    const struct {
        const char *name;
        int32_t seconds;
    } timers[] = {{"hold", left->hold},
                  {"keepalive", left->keepalive},
                  {"connect-retry", left->connect_retry},
                  {"idle-hold", left->idle_hold},
                  {"send-hold", left->send_hold}};
    bool any = false;

    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
        if (timers[i].seconds < 0)
            continue;
        if (!any)
            json_begin(row, "timers");
        any = true;
        json_number(row, timers[i].name, (uint64_t)timers[i].seconds);
    }
    if (any)
        json_end(row);
}

static void show_socket(struct json *row, const struct peer_status *status)
{
    if (status->socket.mss == 0)
        return;
    json_begin(row, "socket");
    json_number(row, "ttl", status->socket.ttl);
    if (status->socket.minimum_ttl)
        json_number(row, "minimum-ttl", status->socket.minimum_ttl);
    json_boolean(row, "md5", status->socket.md5);
    json_number(row, "mss", status->socket.mss);
    json_number(row, "unacknowledged", status->socket.unacknowledged);
    json_number(row, "queued", status->socket.queued);
    json_end(row);
}

static void show_error(struct json *row, const char *name, const struct session_error *error)
{
    static const char *const directions[] = {[ERROR_SENT] = "sent", [ERROR_RECEIVED] = "received"};

    if (error->direction == ERROR_NONE)
        return;
    json_begin(row, name);
    json_time(row, "time", error->time_us);
    if (error->direction != ERROR_LOCAL) {
        json_text(row, "direction", directions[error->direction]);
        json_number(row, "code", error->code);
        json_number(row, "subcode", error->subcode);
        json_text_if_any(row, "name", error->name);
    }
    json_text_if_any(row, "message", error->message);
    json_end(row);
}

/* What there is only once the neighbor's OPEN was seen, or a connection. */
static void show_session(struct json *row, const struct peer_status *status)
{
    char router_id[INET_ADDRSTRLEN];
    struct in_addr address = {htonl(status->remote_router_id)};

    if (status->state == SESSION_ESTABLISHED) {
        json_number(row, "uptime", status->uptime_s);
        json_number(row, "hold-time", status->hold_time_s);
        json_number(row, "keepalive-time", status->keepalive_time_s);
    }
    show_address(row, "local-address", &status->socket.local);
    if (status->socket.local_port)
        json_number(row, "local-port", status->socket.local_port);
    if (status->socket.remote_port)
        json_number(row, "remote-port", status->socket.remote_port);
    if (status->remote_router_id)
        json_text(row, "remote-router-id", inet_ntop(AF_INET, &address, router_id, sizeof router_id));
}

static void show_prefixes(struct json *row, const struct peer_status *status)
{
    json_begin(row, "prefixes");
    json_number(row, "received", status->prefixes_received);
    json_number(row, "kept", status->prefixes_kept);
    json_number(row, "looped", status->prefixes_looped);
    json_number(row, "sent", status->prefixes_sent);
    json_end(row);
}

void show_neighbor(struct json *row, const struct peer *peer)
{
    const struct neighbor_config *config = peer_config(peer);
    struct peer_status status = {0};

    peer_status(peer, &status);
    json_entry(row, "neighbor");
    show_address(row, "remote-address", &config->address);
    json_number(row, "peer-as", config->peer_as);
    json_text_if_any(row, "description", config->description);
    json_text_if_any(row, "group", config->group);
    json_text(row, "session-state", session_state_name(status.state));
    json_boolean(row, "admin-down", status.admin_down);
    json_time(row, "last-established", status.established_us);
    json_number(row, "transitions", status.transitions);
    show_session(row, &status);
    show_capabilities(row, "local-capability", &status.local_capabilities);
    show_capabilities(row, "remote-capability", &status.remote_capabilities);
    show_capabilities(row, "negotiated-capability", &status.negotiated_capabilities);
    show_prefixes(row, &status);
    json_begin(row, "messages");
    show_counters(row, "sent", &status.sent);
    show_counters(row, "received", &status.received);
    json_end(row);
    json_number(row, "updates-malformed", status.updates_malformed);
    show_timers(row, &status.timers);
    show_socket(row, &status);
    show_error(row, "last-error", &status.last_error);
    show_error(row, "last-error-sent", &status.last_error_sent);
    show_error(row, "last-error-received", &status.last_error_received);
    show_error(row, "last-transport-error", &status.last_transport_error);
    json_end(row);
}
