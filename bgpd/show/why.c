/*
 * The answer to why: from the effect back to its causes.
 *
 *     vip <- its address, its gate <- each check <- the link to the health daemon
 *     vip -> each neighbor: whether it has it
 *     what happened last
 */
#include "bgpd/show/rows.h"
#include "lib/clock.h"

#include <bsd/string.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EVENTS_SHOWN = 5, TEXT_SIZE = 512 };

/* The list being written, and how long it is. */
struct causes {
    struct json *row;
    unsigned count;
};

static void add_cause(struct causes *causes, const char *kind, const char *subject, const char *state,
                      uint64_t since_us, const char *text)
{
    struct json *row = causes->row;

    json_entry(row, "cause");
    json_number(row, "step", ++causes->count);
    json_text(row, "kind", kind);
    json_text_if_any(row, "subject", subject);
    json_text_if_any(row, "state", state);
    json_time(row, "since", since_us);
    json_text_if_any(row, "text", text);
    json_end(row);
}

static void add_address(struct causes *causes, const struct bgpd *bgpd, const struct vip *vip)
{
    const struct vip_config *config = vip->config;
    char text[TEXT_SIZE];

    if (!config->manage_address) {
        bool there = addresses_has_anywhere(bgpd->addresses, &vip->prefix);
        add_cause(causes, "address", vip->text, there ? "present" : "absent", 0,
                  "not managed by vipgate; does not affect the announcement");
        return;
    }
    if (vip->address.error)
        vip_address_explain(&vip->address, text, sizeof text);
    else
        snprintf(text, sizeof text, "on %s, %s", config->interface,
                 !vip->address.present ? "not added"
                 : vip->address.ours   ? "added by vipgate"
                                       : "present before vipgate");
    add_cause(causes, "address", vip->text, vip->address.present ? "present" : "absent", 0, text);
}

static void add_gate(struct causes *causes, const struct vip *vip)
{
    const struct gate_config *gate = &vip->config->gate;
    char text[TEXT_SIZE], percent[32] = "";

    if (gate->check_count == 0) {
        add_cause(causes, "gate", "none", "up", 0, "no gate: always announced");
        return;
    }
    if (vip->gate.healthy_percent >= 0)
        snprintf(percent, sizeof percent, "%d%% healthy: ", vip->gate.healthy_percent);
    snprintf(text, sizeof text, "%s%s", vip->gate.standing == GATE_DEGRADED ? "" : percent, vip->gate.reason);
    add_cause(causes, "gate", vip->text, gate_standing_name(vip->gate.standing), 0, text);
}

static void add_checks(struct causes *causes, const struct bgpd *bgpd, const struct vip *vip)
{
    static const char *const words[] = {"pending", "up", "down", "unknown"};
    const struct verdict_table *verdicts = health_verdicts(bgpd->health);

    for (size_t i = 0; i < vip->config->gate.check_count; i++) {
        const char *name = vip->config->gate.checks[i].name;
        struct check_view view;
        verdict_table_view(verdicts, name, &view);
        add_cause(causes, "check", name, words[view.standing], view.since_us,
                  view.reason[0] ? view.reason : "no verdict yet");
    }
}

static void add_health(struct causes *causes, const struct bgpd *bgpd)
{
    enum health_link link = verdict_table_link(health_verdicts(bgpd->health));
    const struct event *event = journal_latest(bgpd->daemon.journal, "health", "healthd");

    add_cause(causes, "health", "healthd", health_link_name(link), event ? event->time_us : 0,
              event ? event->cause : "not reached yet");
}

/* What the neighbor has of the VIP, in words. */
static void describe_delivery(const struct peer *peer, const struct vip *vip, char *text, size_t size)
{
    static const char *const deliveries[] = {"is queued", "was sent, not acknowledged yet",
                                             "was acknowledged by its TCP"};
    const struct rib_out_route *route = rib_out_find(peer_rib_out(peer), &vip->prefix);
    const struct audience audience = vip_audience(vip);
    const char *obstacle = audience_obstacle(&audience, peer);
    char as_path[256];

    if (!peer_carries(peer, vip->prefix.family))
        snprintf(text, size, "its session does not carry %s routes",
                 vip->prefix.family == FAMILY_IPV4 ? "IPv4" : "IPv6");
    else if (!audience_includes(&audience, peer))
        strlcpy(text, "not one of the neighbors of this VIP", size);
    else if (obstacle)
        snprintf(text, size, "withheld: %s", obstacle);
    else if (route && route->desired)
        snprintf(text, size, "route with AS path %s %s",
                 peer_as_path_text(peer, route->desired, as_path, sizeof as_path),
                 deliveries[peer_delivery(peer, route)]);
    else if (route && route->sent)
        strlcpy(text, "withdrawal is queued", size);
    else
        strlcpy(text, "no route", size);
}

static void add_neighbors(struct causes *causes, const struct bgpd *bgpd, const struct vip *vip)
{
    for (struct peer *peer = speaker_next(bgpd->speaker, NULL); peer; peer = speaker_next(bgpd->speaker, peer)) {
        struct peer_status status = {0};
        char text[TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
        peer_status(peer, &status);
        describe_delivery(peer, vip, text, sizeof text);
        const struct session_error *cause = peer_status_cause(&status);
        if (status.state != SESSION_ESTABLISHED && cause->direction != ERROR_NONE)
            snprintf(text, sizeof text, "no session: %s%s%s", cause->name,
                     cause->name[0] && cause->message[0] ? ": " : "", cause->message);
        add_cause(causes, "neighbor", address_format(&peer_config(peer)->address, address),
                  session_state_name(status.state), status.state == SESSION_ESTABLISHED ? status.established_us : 0,
                  text);
    }
}

static void add_events(struct causes *causes, const struct bgpd *bgpd, const struct vip *vip)
{
    const struct event *last[EVENTS_SHOWN] = {0};
    size_t count = 0;

    for (const struct event *event = journal_next(bgpd->daemon.journal, 0); event;
         event = journal_next(bgpd->daemon.journal, event->number)) {
        if (strcmp(event->kind, "vip") == 0 && strcmp(event->subject, vip->text) == 0)
            last[count++ % EVENTS_SHOWN] = event;
    }
    for (size_t i = 0; i < EVENTS_SHOWN && i < count; i++) {
        const struct event *event = last[(count - 1 - i) % EVENTS_SHOWN];
        char text[TEXT_SIZE];
        snprintf(text, sizeof text, "%s -> %s: %s", event->from, event->to, event->cause);
        add_cause(causes, "event", event->subject, event->to, event->time_us, text);
    }
}

void show_why(struct json *state, const struct bgpd *bgpd, const struct vip *vip)
{
    struct causes causes = {.row = state};

    json_entry(state, "vip");
    show_vip_leafs(state, bgpd, vip);
    add_cause(&causes, "vip", vip->text, vip_state_name(vip->state), vip->since_us, vip->reason);
    add_address(&causes, bgpd, vip);
    add_gate(&causes, vip);
    add_checks(&causes, bgpd, vip);
    if (vip->config->gate.check_count)
        add_health(&causes, bgpd);
    add_neighbors(&causes, bgpd, vip);
    add_events(&causes, bgpd, vip);
    json_end(state);
}
