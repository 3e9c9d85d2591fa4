#include "bgpd/announce/audience.h"

#include <stdio.h>

/* The next neighbor after PREVIOUS (NULL: the first) that VIP is for. */
static struct peer *next_meant(const struct vip *vip, const struct speaker *speaker, const struct peer *previous)
{
    struct peer *peer = speaker_next(speaker, previous);

    while (peer && !vip_is_for(vip, peer))
        peer = speaker_next(speaker, peer);
    return peer;
}

bool audience_has(const struct vip *vip, const struct peer *peer)
{
    const struct rib_out_route *route = rib_out_find(peer_rib_out(peer), &vip->prefix);

    return route && route->sent && vip_is_for(vip, peer);
}

static const struct peer *first_reached(const struct vip *vip, const struct speaker *speaker)
{
    const struct peer *peer = NULL;

    while ((peer = next_meant(vip, speaker, peer)) && !audience_has(vip, peer))
        continue;
    return peer;
}

bool audience_is_reached(const struct vip *vip, const struct speaker *speaker)
{
    return first_reached(vip, speaker) != NULL;
}

unsigned audience_size(const struct vip *vip, const struct speaker *speaker)
{
    unsigned size = 0;

    for (const struct peer *peer = NULL; (peer = next_meant(vip, speaker, peer));)
        size++;
    return size;
}

const char *audience_obstacle(const struct vip *vip, const struct peer *peer)
{
    return vip->attributes ? peer_obstacle(peer, vip->prefix.family, vip->attributes) : NULL;
}

void audience_explain_waiting(const struct vip *vip, const struct speaker *speaker, char *text, size_t size)
{
    const struct peer *peer = next_meant(vip, speaker, NULL);
    unsigned others = audience_size(vip, speaker) - 1;
    char address[ADDRESS_TEXT_SIZE], more[32] = "";

    if (!peer) {
        snprintf(text, size, "no neighbor has it: it is for none that takes %s routes",
                 vip->prefix.family == FAMILY_IPV4 ? "IPv4" : "IPv6");
        return;
    }
    const char *obstacle = audience_obstacle(vip, peer);
    address_format(&peer_config(peer)->address, address);
    if (others > 0)
        snprintf(more, sizeof more, " (and %u more)", others);
    if (obstacle)
        snprintf(text, size, "no neighbor has it: withheld from %s%s: %s", address, more, obstacle);
    else
        snprintf(text, size, "no neighbor has it: %s %s%s",
                 peer_is_established(peer) ? "queued for" : "no session with", address, more);
}

void audience_explain_reached(const struct vip *vip, const struct speaker *speaker, char *text, size_t size)
{
    const struct peer *peer = first_reached(vip, speaker);
    char address[ADDRESS_TEXT_SIZE];

    if (peer)
        snprintf(text, size, "neighbor %s has it", address_format(&peer_config(peer)->address, address));
}
