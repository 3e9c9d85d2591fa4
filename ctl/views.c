#include "ctl/views.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define COLUMNS(c)   .columns = (c), .column_count = COUNT(c)
#define FIELDS(f)    .fields = (f), .field_count = COUNT(f)

/* ---- formats that put several leafs together ---- */

static void cell_session(struct cell *cell, const struct json_node *entry, const char *path)
{
    cell_state(cell, entry, path);
    if (node_boolean(entry, "admin-down"))
        cell_add(cell, " (admin down)");
}

static void cell_error(struct cell *cell, const struct json_node *entry, const char *path)
{
    const struct json_node *error = cell_node(entry, path);
    const char *direction = node_text(error, "direction"), *name = node_text(error, "name");
    const char *code = node_text(error, "code"), *subcode = node_text(error, "subcode");
    const char *message = node_text(error, "message");
    struct cell age = {.now_us = cell->now_us};

    if (!error || (!name && !message))
        return;
    cell_age(&age, error, "time");
    if (direction)
        cell_add(cell, "%s ", direction);
    cell_add(cell, "%s", name ? name : message);
    if (code)
        cell_add(cell, " (%s/%s)", code, subcode ? subcode : "0");
    if (name && message)
        cell_add(cell, ": %s", message);
    if (age.text[0])
        cell_add(cell, ", %s ago", age.text);
}

/* The NOTIFICATION that ended the last session or kept another from coming up, whatever connections have failed since;
 * else what became of the connection. */
static const char *cause_of(const struct json_node *entry)
{
    const char *said = node_text(cell_node(entry, "last-error"), "time");
    const char *established = node_text(entry, "last-established");

    if (!said || (established && time_parse(said) < time_parse(established)))
        return cell_node(entry, "last-transport-error") ? "last-transport-error" : "last-error";
    return "last-error";
}

/* What an operator wants beside a neighbor's state: why it is not up, or who it is. */
static void cell_note(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *state = node_text(entry, "session-state");

    if (state && strcmp(state, "established") != 0)
        cell_error(cell, entry, cause_of(entry));
    if (cell->text[0] == '\0')
        cell_text(cell, entry, path);
}

/* "ADDRESS port PORT"; PATH is "local" or "remote", which begin the names of both leafs. */
static void cell_endpoint(struct cell *cell, const struct json_node *entry, const char *path)
{
    char name[32];

    snprintf(name, sizeof name, "%s-address", path);
    const char *address = node_text(entry, name);
    snprintf(name, sizeof name, "%s-port", path);
    const char *port = node_text(entry, name);
    if (address)
        cell_add(cell, "%s%s%s", address, port ? " port " : "", port ? port : "");
}

static void cell_change(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *from = node_text(entry, "from"), *to = node_text(entry, "to");

    (void)path;
    if (from && from[0])
        cell_add(cell, "%s -> ", from);
    cell_add(cell, "%s", to ? to : "");
}

/* The last run of a check in words: its reason, then its detail. */
static void cell_result(struct cell *cell, const struct json_node *entry, const char *path)
{
    const struct json_node *last = cell_node(entry, path);
    const char *reason = node_text(last, "reason"), *detail = node_text(last, "detail");

    if (reason)
        cell_add(cell, "%s", reason);
    if (detail && detail[0])
        cell_add(cell, "%s%s", reason && reason[0] ? ": " : "", detail);
}

static void cell_phases(struct cell *cell, const struct json_node *entry, const char *path)
{
    NODE_FOR_EACH(phase, cell_node(entry, path), "phase")
    {
        struct cell latency = {0};
        cell_latency(&latency, phase, "duration-us");
        cell_add(cell, "%s%s %s", cell->text[0] ? ", " : "", node_text(phase, "name"), latency.text);
    }
}

/* "VALUE for AGE, since TIME" of a state and the leaf 'since' beside it. */
static void cell_state_since(struct cell *cell, const struct json_node *entry, const char *path)
{
    struct cell age = {.now_us = cell->now_us}, time = {0};

    cell_state(cell, entry, path);
    cell_age(&age, entry, "since");
    cell_time(&time, entry, "since");
    if (age.text[0])
        cell_add(cell, " for %s, since %s", age.text, time.text);
}

static void cell_session_since(struct cell *cell, const struct json_node *entry, const char *path)
{
    struct cell age = {.now_us = cell->now_us}, time = {0};

    cell_session(cell, entry, path);
    cell_seconds(&age, entry, "uptime");
    cell_time(&time, entry, "last-established");
    if (age.text[0])
        cell_add(cell, " for %s, since %s", age.text, time.text);
    else if (time.text[0])
        cell_add(cell, ", last established %s", time.text);
}

static void cell_damping(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *penalty = node_text(entry, path);
    struct cell reuse = {0};

    cell_seconds(&reuse, entry, "damping-reuse");
    if (penalty)
        cell_add(cell, "penalty %s", penalty);
    if (reuse.text[0])
        cell_add(cell, ", suppressed for %s more", reuse.text);
}

static void cell_gate(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *percent;

    cell_state(cell, entry, path);
    if ((percent = node_text(cell_node(entry, "gate"), "healthy-percent")) && cell->text[0])
        cell_add(cell, ", %s%% healthy", percent);
}

/* "1/2": neighbors that have it, of those that it is for. */
static void cell_reach(struct cell *cell, const struct json_node *entry, const char *path)
{
    const char *meant = node_text(entry, "neighbor-count");
    const struct json_node *node = cell_node(entry, path);
    unsigned count = 0;

    for (const struct json_node *value = node; value; value = node_from(value->next, node->name))
        count++;
    if (meant)
        cell_add(cell, "%u/%s", count, meant);
}

/* "198.51.100.4: REASON", for each neighbor that it is withheld from. */
static void cell_withheld(struct cell *cell, const struct json_node *entry, const char *path)
{
    const struct json_node *node = cell_node(entry, path);

    for (const struct json_node *one = node; one; one = node_from(one->next, node->name)) {
        const char *reason = node_text(one, "reason");
        if (reason)
            cell_add(cell, "%s%s: %s", cell->text[0] ? ", " : "", node_text(one, "neighbor"), reason);
    }
}

/* ---- tables and pages ---- */

static const struct column daemon_columns[] = {
    {"DAEMON", "name", cell_text, false, false},
    {"VERSION", "version", cell_text, false, false},
    {"PID", "pid", cell_text, true, false},
    {"UP", "since", cell_age, true, false},
    {"HEALTH LINK", "health-link", cell_state, false, false},
};

static const struct column neighbor_columns[] = {
    {"NEIGHBOR", "remote-address", cell_text, false, false},   {"AS", "peer-as", cell_text, true, false},
    {"STATE", "session-state", cell_session, false, false},    {"UP", "uptime", cell_seconds, true, false},
    {"RECEIVED", "prefixes/received", cell_text, true, false}, {"SENT", "prefixes/sent", cell_text, true, false},
    {"NOTE", "description", cell_note, false, true},
};

static const struct field neighbor_fields[] = {
    {"neighbor", "remote-address", cell_text},
    {"AS", "peer-as", cell_text},
    {"description", "description", cell_text},
    {"group", "group", cell_text},
    {"state", "session-state", cell_session_since},
    {"established", "transitions", cell_text},
    {"last error", "last-error", cell_error},
    {"last error sent", "last-error-sent", cell_error},
    {"last error received", "last-error-received", cell_error},
    {"transport error", "last-transport-error", cell_error},
    {"local", "local", cell_endpoint},
    {"remote", "remote", cell_endpoint},
    {"router id", "remote-router-id", cell_text},
    {"hold time", "hold-time", cell_seconds},
    {"keepalive time", "keepalive-time", cell_seconds},
    {"seconds left", "timers", cell_members},
    {"capabilities ours", "local-capability", cell_text},
    {"capabilities theirs", "remote-capability", cell_text},
    {"capabilities in use", "negotiated-capability", cell_text},
    {"prefixes", "prefixes", cell_members},
    {"messages sent", "messages/sent", cell_members},
    {"messages received", "messages/received", cell_members},
    {"malformed updates", "updates-malformed", cell_text},
    {"socket", "socket", cell_members},
};

static const struct column vip_columns[] = {
    {"PREFIX", "prefix", cell_text, false, false},
    {"STATE", "state", cell_state, false, false},
    {"SINCE", "since", cell_age, true, false},
    {"HAVE IT", "advertised-to", cell_reach, true, false},
    {"PROFILE", "profile", cell_text, false, false},
    {"GATE", "gate/verdict", cell_state, false, false},
    {"HEALTHY", "gate/healthy-percent", cell_percent, true, false},
    {"REASON", "reason", cell_text, false, true},
};

static const struct field vip_fields[] = {
    {"vip", "prefix", cell_text},
    {"state", "state", cell_state_since},
    {"reason", "reason", cell_text},
    {"profile", "profile", cell_text},
    {"prepended", "as-path-prepend", cell_text},
    {"gate", "gate/verdict", cell_gate},
    {"override", "override", cell_text},
    {"address present", "address-present", cell_yes},
    {"have it", "advertised-to", cell_reach},
    {"advertised to", "advertised-to", cell_text},
    {"withheld from", "withheld", cell_withheld},
    {"damping", "damping-penalty", cell_damping},
};

static const struct column check_columns[] = {
    {"CHECK", "name", cell_text, false, false},
    {"KIND", "kind", cell_text, false, false},
    {"VERDICT", "verdict", cell_state, false, false},
    {"SINCE", "since", cell_age, true, false},
    {"HEALTHY", "healthy-percent", cell_percent, true, false},
    {"LAST", "last/outcome", cell_state, false, false},
    {"TOOK", "last/latency-us", cell_latency, true, false},
    {"RESULT", "last", cell_result, false, true},
};

static const struct field check_fields[] = {
    {"check", "name", cell_text},
    {"kind", "kind", cell_text},
    {"target", "target", cell_text},
    {"verdict", "verdict", cell_state_since},
    {"healthy", "healthy-percent", cell_percent},
    {"last outcome", "last/outcome", cell_state},
    {"last result", "last", cell_result},
    {"last run", "last/time", cell_time},
    {"took", "last/latency-us", cell_latency},
    {"phases", "last", cell_phases},
    {"successes in a row", "successes", cell_text},
    {"failures in a row", "failures", cell_text},
    {"runs", "runs", cell_text},
    {"damping", "damping-penalty", cell_damping},
};

static const struct column advertised_columns[] = {
    {"NEIGHBOR", "neighbor", cell_text, false, false},  {"PREFIX", "prefix", cell_text, false, false},
    {"NEXT HOP", "next-hop", cell_text, false, false},  {"MED", "med", cell_text, true, false},
    {"DELIVERY", "delivery", cell_state, false, false}, {"SINCE", "since", cell_age, true, false},
    {"AS PATH", "as-path", cell_text, false, true},
};

static const struct column received_columns[] = {
    {"NEIGHBOR", "neighbor", cell_text, false, false}, {"PREFIX", "prefix", cell_text, false, false},
    {"NEXT HOP", "next-hop", cell_text, false, false}, {"MED", "med", cell_text, true, false},
    {"ORIGIN", "origin", cell_text, false, false},     {"AS PATH", "as-path", cell_text, false, true},
};

static const struct column event_columns[] = {
    {"TIME", "time", cell_clock, false, false},      {"KIND", "kind", cell_text, false, false},
    {"SUBJECT", "subject", cell_text, false, false}, {"CHANGE", NULL, cell_change, false, false},
    {"CAUSE", "cause", cell_text, false, true},
};

/* "11-20 11:09:50.000Z", "session", an IPv4 prefix, "announced -> withdrawn" */
static const unsigned char event_widths[] = {19, 7, 18, 22, 0};

static const struct column cause_columns[] = {
    {"WHY", "kind", cell_text, false, false},     {"SUBJECT", "subject", cell_text, false, false},
    {"STATE", "state", cell_state, false, false}, {"SINCE", "since", cell_age, true, false},
    {"BECAUSE", "text", cell_text, false, true},
};

const struct view view_daemons = {.list = "daemon", .empty = "no daemon answers", COLUMNS(daemon_columns)};
const struct view view_neighbors = {
    .list = "neighbor",
    .daemon = "bgpd",
    .key = {"ADDRESS", "neighbor"},
    .empty = "no neighbor is configured",
    COLUMNS(neighbor_columns),
    FIELDS(neighbor_fields),
};
const struct view view_vips = {
    .list = "vip",
    .daemon = "bgpd",
    .key = {"PREFIX", "prefix"},
    .empty = "no VIP is configured",
    COLUMNS(vip_columns),
    FIELDS(vip_fields),
};
const struct view view_checks = {
    .list = "check",
    .daemon = "healthd",
    .key = {"NAME", "check"},
    .empty = "no check is configured",
    COLUMNS(check_columns),
    FIELDS(check_fields),
};
const struct view view_advertised = {
    .list = "advertised-route", .daemon = "bgpd", .empty = "no route is advertised", COLUMNS(advertised_columns)};
const struct view view_received = {
    .list = "received-route", .daemon = "bgpd", .empty = "no route was received and kept", COLUMNS(received_columns)};
const struct view view_events = {
    .list = "event", .empty = "nothing has happened", COLUMNS(event_columns), .typical = event_widths};
const struct view view_causes = {.list = "cause", .empty = "no cause is known", COLUMNS(cause_columns)};
