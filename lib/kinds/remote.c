/* The kinds that ask a server and have little to set. */
#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <bsd/string.h>
#include <string.h>
#include <sys/socket.h>

/* ---- dns ---- */

enum { DNS_PORT = 53 };

/* A word of the schema and its number in RFC 1035. */
struct row {
    const char *name; /* NULL: the end */
    int number;
};

static const struct row types[] = {{"A", DNS_TYPE_A}, {"NS", 2},  {"CNAME", 5}, {"SOA", 6},
                                   {"PTR", 12},       {"MX", 15}, {"TXT", 16},  {"AAAA", DNS_TYPE_AAAA},
                                   {"SRV", 33},       {0}};
static const struct row rcodes[] = {
    {"NOERROR", 0}, {"FORMERR", 1}, {"SERVFAIL", 2}, {"NXDOMAIN", 3}, {"NOTIMP", 4}, {"REFUSED", 5}, {0}};

/* The schema allows only what the tables hold. */
static int number_of(const struct row *row, const char *name)
{
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row->number;
}

const char *dns_rcode_name(int rcode)
{
    const struct row *row = rcodes;

    while (row->name && row->number != rcode)
        row++;
    return row->name ? row->name : "unknown rcode";
}

static bool read_expected_address(struct dns_settings *settings, const struct lyd_node *node,
                                  const struct kind_room *room)
{
    const char *text = model_text(node, "expect-address");

    if (!text || !address_parse(&settings->expect_address, text))
        return true;
    bool ipv4 = settings->expect_address.family == FAMILY_IPV4;
    if (settings->type == (ipv4 ? DNS_TYPE_A : DNS_TYPE_AAAA))
        return true;
    kind_complain(room, model_child(node, "expect-address"),
                  "expect-address %s is not what type %s answers: write type %s", text, model_text(node, "type"),
                  ipv4 ? "A" : "AAAA");
    return false;
}

bool configure_dns(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct dns_settings *settings = memory;

    settings->name = settings_text(room, node, "name");
    settings->type = number_of(types, model_text(node, "type"));
    settings->expect_rcode = number_of(rcodes, model_text(node, "expect-rcode"));
    settings->transport = strcmp(model_text(node, "transport"), "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
    bool sound = settings_endpoint(node, "server", DNS_PORT, &settings->server, room);
    const char *wrong = name_check(model_text(node, "name"));
    settings->base.target =
        settings_format(room, "%s of %s", model_text(node, "name"), settings_endpoint_shown(room, &settings->server));
    if (wrong)
        kind_complain(room, model_child(node, "name"), "name \"%s\": %s", model_text(node, "name"), wrong);
    sound &= !wrong;
    return read_expected_address(settings, node, room) && sound;
}

/* ---- grpc ---- */

bool configure_grpc(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct grpc_settings *settings = memory;
    const char *name = model_text(node, "server-name");

    settings->tls_used = model_boolean(node, "tls", false);
    settings->service = settings_text(room, node, "service");
    if (!settings_endpoint(node, "target", 0, &settings->target, room) ||
        !tls_settings_read(&settings->tls, node, settings->target.host, room))
        return false;
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    struct endpoint named = settings->target;
    if (name)
        strlcpy(named.host, name, sizeof named.host);
    settings->authority = settings_endpoint_shown(room, &named);
    return true;
}

/* ---- icmp ---- */

bool configure_icmp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct icmp_settings *settings = memory;

    const char *host = model_text(node, "target"), *wrong = host_check(host);

    if (wrong)
        kind_complain(room, model_child(node, "target"), "target \"%s\": %s", host, wrong);
    strlcpy(settings->target.host, host, sizeof settings->target.host);
    settings->base.target = arena_copy(room->arena, host);
    return !wrong;
}

/* ---- tcp ---- */

bool configure_tcp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct tcp_settings *settings = memory;

    settings->send = settings_text(room, node, "send");
    settings->expect = settings_text(room, node, "expect");
    settings->hold_open = model_boolean(node, "hold-open", false);
    bool sound = settings_endpoint(node, "target", 0, &settings->target, room);
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    return sound;
}

/* ---- udp ---- */

bool configure_udp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct udp_settings *settings = memory;

    settings->send = settings_text(room, node, "send");
    settings->expect = settings_text(room, node, "expect");
    bool sound = settings_endpoint(node, "target", 0, &settings->target, room);
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    return sound;
}

/* ---- websocket ---- */

bool configure_websocket(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct websocket_settings *settings = memory;
    struct url url;

    settings->base.target = settings_url_shown(room, model_text(node, "url"));
    settings->subprotocol = settings_text(room, node, "subprotocol");
    settings->ping = model_boolean(node, "ping", true);
    if (!settings_url(node, "wss:", ": remove them", &url, &settings->tls_used, room))
        return false;
    settings->target = url.target;
    settings->host = arena_copy(room->arena, url.host);
    settings->path = arena_copy(room->arena, url.path);
    return tls_settings_read(&settings->tls, node, url.target.host, room);
}
