/* The lists advertised-route and received-route. */
#include "bgpd/codec/attribute.h"
#include "bgpd/show/rows.h"

/* The attributes that both kinds of route show, from wherever they are kept. */
struct shown {
    uint8_t origin;
    const char *as_path;
    struct address next_hop;
    bool has_med, has_local_preference;
    uint32_t med, local_preference;
    size_t community_count, large_community_count, extended_community_count;
    const uint32_t *communities;
    const struct large_community *large_communities;
    const uint64_t *extended_communities;
};

static void show_communities(struct json *row, const struct shown *shown)
{
    char text[COMMUNITY_TEXT_SIZE];

    for (size_t i = 0; i < shown->community_count; i++)
        json_item(row, "community", community_format(shown->communities[i], text));
    for (size_t i = 0; i < shown->large_community_count; i++)
        json_item(row, "large-community", large_community_format(&shown->large_communities[i], text));
    for (size_t i = 0; i < shown->extended_community_count; i++)
        json_item(row, "extended-community", extended_community_format(shown->extended_communities[i], text));
}

static void show_attributes(struct json *row, const struct shown *shown)
{
    show_address(row, "next-hop", &shown->next_hop);
    json_text(row, "as-path", shown->as_path);
    json_text(row, "origin", origin_name(shown->origin));
    if (shown->has_med)
        json_number(row, "med", shown->med);
    if (shown->has_local_preference)
        json_number(row, "local-preference", shown->local_preference);
    show_communities(row, shown);
}

static void begin_route(struct json *state, const char *list, const struct peer *peer, const struct prefix *prefix)
{
    char text[PREFIX_TEXT_SIZE];

    json_entry(state, list);
    show_address(state, "neighbor", &peer_config(peer)->address);
    json_text(state, "prefix", prefix_format(prefix, text));
}

/* Of attributes that we make or have decoded: both name them the same. */
#define SHOWN_OF(source)                                                                                               \
    {                                                                                                                  \
        .origin = (source)->origin, .has_med = (source)->has_med, .med = (source)->med,                                \
        .has_local_preference = (source)->has_local_preference, .local_preference = (source)->local_preference,        \
        .community_count = (source)->community_count, .large_community_count = (source)->large_community_count,        \
        .extended_community_count = (source)->extended_community_count, .communities = (source)->communities,          \
        .large_communities = (source)->large_communities, .extended_communities = (source)->extended_communities,      \
    }

/* What the neighbor has, or is to have: not what its session cannot carry. */
static bool is_for(const struct peer *peer, const struct rib_out_route *route)
{
    return route->sent || (!route->withheld && peer_carries(peer, route->prefix.family));
}

void show_advertised(struct json *row, const struct bgpd *bgpd, const struct peer *peer,
                     const struct rib_out_route *route)
{
    static const char *const deliveries[] = {"queued", "sent", "acknowledged"};

    /* A route that is being withdrawn is still the neighbor's until the withdrawal leaves. */
    const struct path_attributes *attributes = route->desired ? route->desired : route->sent;
    char as_path[AS_PATH_TEXT_SIZE];

    if (!attributes || !is_for(peer, route))
        return;
    begin_route(row, "advertised-route", peer, &route->prefix);
    struct shown shown = SHOWN_OF(attributes);
    shown.next_hop = peer_next_hop(peer, &route->prefix, attributes);
    /* LOCAL_PREF goes to iBGP neighbors, with a default. */
    shown.has_local_preference = peer_config(peer)->peer_as == bgpd->config->bgp.local_as;
    shown.local_preference = attributes->has_local_preference ? attributes->local_preference : 100;
    shown.as_path = peer_as_path_text(peer, attributes, as_path, sizeof as_path);
    show_attributes(row, &shown);
    json_text(row, "delivery", deliveries[peer_delivery(peer, route)]);
    if (route->sent)
        json_time(row, "since", route->since_us);
    json_end(row);
}

void show_received(struct json *row, const struct peer *peer, const struct rib_in_route *route)
{
    struct route_view view;

    begin_route(row, "received-route", peer, &route->prefix);
    if (route->stale)
        json_boolean(row, "stale", true);
    if (!attributes_decode(route->attributes, route->attributes_size, route->prefix.family, &view)) {
        json_end(row);
        return;
    }
    struct shown shown = SHOWN_OF(&view);
    shown.as_path = view.as_path;
    shown.next_hop = view.next_hop;
    show_attributes(row, &shown);
    json_end(row);
}
