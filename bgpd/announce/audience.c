#include "bgpd/announce/audience.h"

#include <stdio.h>

bool audience_names(const struct audience *audience, const struct peer *peer)
{
    const struct vip_config *config = audience->config;

    for (size_t i = 0; config && i < config->neighbor_count; i++) {
        if (address_equal(&config->neighbors[i], &peer_config(peer)->address))
            return true;
    }
    return config && config->neighbor_count == 0;
}

bool audience_includes(const struct audience *audience, const struct peer *peer)
{
    return peer_carries(peer, audience->prefix->family) && audience_names(audience, peer);
}

/* The next neighbor after PREVIOUS (NULL: the first) that it is for. */
static struct peer *next_meant(const struct audience *audience, const struct speaker *speaker,
                               const struct peer *previous)
{
    struct peer *peer = speaker_next(speaker, previous);

    while (peer && !audience_includes(audience, peer))
        peer = speaker_next(speaker, peer);
    return peer;
}

bool audience_has(const struct audience *audience, const struct peer *peer)
{
    const struct rib_out_route *route = rib_out_find(peer_rib_out(peer), audience->prefix);

    return route && route->sent && audience_includes(audience, peer);
}

const struct peer *audience_first_reached(const struct audience *audience, const struct speaker *speaker)
{
    const struct peer *peer = NULL;

    while ((peer = next_meant(audience, speaker, peer)) && !audience_has(audience, peer))
        continue;
    return peer;
}

const char *audience_obstacle(const struct audience *audience, const struct peer *peer)
{
    return audience->attributes ? peer_obstacle(peer, audience->prefix->family, audience->attributes) : NULL;
}

void audience_explain_waiting(const struct audience *audience, const struct speaker *speaker, char *text, size_t size)
{
    const struct peer *peer = next_meant(audience, speaker, NULL);
    unsigned others = 0;
    char address[ADDRESS_TEXT_SIZE], more[32] = "";

    if (!peer) {
        snprintf(text, size, "no neighbor has it: none of its neighbors takes %s routes",
                 audience->prefix->family == FAMILY_IPV4 ? "IPv4" : "IPv6");
        return;
    }
    const char *obstacle = audience_obstacle(audience, peer);
    address_format(&peer_config(peer)->address, address);
    for (const struct peer *other = peer; (other = next_meant(audience, speaker, other));)
        others++;
    if (others > 0)
        snprintf(more, sizeof more, " (and %u more)", others);
    if (obstacle)
        snprintf(text, size, "no neighbor has it: withheld from %s%s: %s", address, more, obstacle);
    else
        snprintf(text, size, "no neighbor has it: %s %s%s",
                 peer_is_established(peer) ? "queued for" : "no session with", address, more);
}

void audience_explain_reached(const struct audience *audience, const struct speaker *speaker, char *text, size_t size)
{
    const struct peer *peer = audience_first_reached(audience, speaker);
    char address[ADDRESS_TEXT_SIZE];

    if (peer)
        snprintf(text, size, "neighbor %s has it", address_format(&peer_config(peer)->address, address));
}
