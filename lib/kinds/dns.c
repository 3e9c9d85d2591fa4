#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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
