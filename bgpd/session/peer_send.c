/*
 * Out: the Adj-RIB-Out in groups, each encoded into the transport's buffer and noted as sent with the offset where it
 * ends; then End-of-RIB; then one write. When the buffer is full, the rest stays pending in the Adj-RIB-Out until
 * the neighbor has read.
 */
#include "bgpd/session/local_address.h"
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

enum { GROUP_MAX = 1024 };

bool peer_refresh(struct peer *peer)
{
    if (!peer->session || !peer->session->negotiated.common.route_refresh)
        return false;
    for (unsigned family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        if (peer->session->negotiated.families & family_bit(family))
            connection_send_refresh(peer->session, family, REFRESH_REQUEST);
    }
    return true;
}

void peer_send_start(struct peer *peer)
{
    struct connection *session = peer->session;
    uint16_t port;
    struct address own = transport_local(session->transport, &port);
    struct local_addresses local = local_addresses_find(&own, session->negotiated.families);

    /* Self is the session's own address where it can be expressed (RFC 8950). */
    if (own.family == FAMILY_IPV6 && session->negotiated.common.extended_next_hop)
        local.ipv4 = (struct address){.family = FAMILY_NONE};
    session->update_session = (struct update_session){
        .local_as = peer->context->config->local_as,
        .peer_as = peer->config->peer_as,
        .ebgp = peer_is_ebgp(peer),
        .four_octet_as = session->negotiated.four_octet_as,
        .extended_next_hop = session->negotiated.common.extended_next_hop,
        .families = session->negotiated.families,
        .role = session->negotiated.role,
        .message_max = session->negotiated.message_max,
        .local_ipv4 = local.ipv4,
        .local_ipv6 = local.ipv6,
        .local_link_local = local.link_local,
        .neighbor = peer->config->address,
    };
    peer->end_of_rib_owed = session->negotiated.families;
    peer->refresh_asked = peer->refresh_begin_owed = peer->refresh_end_owed = 0;
    peer->next_hop_warned = 0;
}

/* These routes cannot be sent on this session: logged once for each family. */
static void withhold(struct peer *peer, const struct path_attributes *attributes, const struct prefix *prefixes,
                     size_t count)
{
    uint8_t family = prefixes[0].family;

    rib_out_withhold(peer->rib_out, prefixes, count);
    if (!(peer->session->update_session.families & family_bit(family)) || peer->next_hop_warned & family_bit(family))
        return;
    const char *obstacle = attributes ? update_obstacle(&peer->session->update_session, family, attributes) : NULL;
    char prefix[PREFIX_TEXT_SIZE];
    peer->next_hop_warned |= family_bit(family);
    log_warning(peer->subject, "%s and similar routes are withheld: %s", prefix_format(&prefixes[0], prefix),
                obstacle ? obstacle : "their attributes do not fit a message");
}

/* Encodes the next group as far as one message holds it. False when there is nothing (more) to send or no room. */
static bool send_group(struct peer *peer, bool withdrawals_only)
{
    static struct prefix prefixes[GROUP_MAX];
    struct transport *transport = peer->session->transport;
    const struct path_attributes *attributes = NULL;
    size_t count = rib_out_next_group(peer->rib_out, &attributes, prefixes, GROUP_MAX);

    if (count == 0 || (withdrawals_only && attributes))
        return false;

    uint8_t *room = transport_reserve(transport, peer->session->update_session.message_max, false);
    if (!room)
        return false;
    struct wire_writer writer = wire_writer_of(room, peer->session->update_session.message_max);
    bool carried = peer->session->update_session.families & family_bit(prefixes[0].family);
    size_t sent = carried ? update_encode(&writer, &peer->session->update_session, attributes, prefixes, count) : 0;
    if (sent == 0) {
        withhold(peer, attributes, prefixes, count);
        return true;
    }
    transport_commit(transport, writer.position);
    peer->shared.sent.update++;
    rib_out_sent(peer->rib_out, prefixes, sent, transport_offset(transport), clock_real_us());
    return true;
}

static bool may_send(const struct peer *peer)
{
    return peer->session && !peer->in_flush;
}

enum { END_OF_RIB = -1 };

/* Writes MARKER, or a ROUTE-REFRESH of that subtype, in order with the UPDATEs; false where there is no room for it. */
static bool send_marker(struct peer *peer, uint8_t family, int marker)
{
    struct transport *transport = peer->session->transport;
    struct message_counters *sent = &peer->shared.sent;
    uint8_t *room = transport_reserve(transport, MESSAGE_MAX, false);

    if (!room)
        return false;
    struct wire_writer writer = wire_writer_of(room, MESSAGE_MAX);
    if (marker == END_OF_RIB)
        update_encode_end_of_rib(&writer, family);
    else
        refresh_encode(&writer, &(struct refresh_message){.family = family, .subtype = (uint8_t)marker});
    transport_commit(transport, writer.position);
    (*(marker == END_OF_RIB ? &sent->update : &sent->route_refresh))++;
    return true;
}

/* One marker for each family in *OWED, while there is room. */
static void send_markers(struct peer *peer, uint8_t *owed, int marker)
{
    for (unsigned family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        if (*owed & family_bit(family) && send_marker(peer, family, marker))
            *owed &= (uint8_t)~family_bit(family);
    }
}

/* The neighbor asked for our routes again (RFC 2918), however often since the last time. */
static void begin_refresh(struct peer *peer)
{
    for (unsigned family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        if (peer->refresh_asked & family_bit(family))
            rib_out_refresh(peer->rib_out, family);
    }
    /* While the initial table is being sent, it is the answer, ended by End-of-RIB. */
    if (peer->session->negotiated.common.enhanced_refresh)
        peer->refresh_begin_owed |= peer->refresh_asked & (uint8_t)~peer->end_of_rib_owed;
    peer->refresh_asked = 0;
}

static void finish(struct peer *peer)
{
    transport_flush(peer->session->transport);
    peer->in_flush = false;
    connection_watch_progress(peer->session);
}

void peer_flush_withdrawals(struct peer *peer)
{
    if (!may_send(peer) || !rib_out_pending(peer->rib_out))
        return;
    peer->in_flush = true;
    while (send_group(peer, true))
        continue;
    finish(peer);
}

void peer_flush(struct peer *peer)
{
    if (!may_send(peer))
        return;
    peer->in_flush = true;
    if (peer->refresh_asked)
        begin_refresh(peer);
    if (peer->refresh_begin_owed) {
        uint8_t begun = peer->refresh_begin_owed;
        send_markers(peer, &peer->refresh_begin_owed, REFRESH_BEGIN);
        peer->refresh_end_owed |= begun & (uint8_t)~peer->refresh_begin_owed;
    }
    while (!peer->refresh_begin_owed && send_group(peer, false))
        continue;
    if (!rib_out_pending(peer->rib_out)) {
        send_markers(peer, &peer->refresh_end_owed, REFRESH_END);
        if (peer->context->released)
            send_markers(peer, &peer->end_of_rib_owed, END_OF_RIB);
    }
    finish(peer);
}
