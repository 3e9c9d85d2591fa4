/*
 * A new configuration in two steps. speaker_prepare makes everything that can fail and touches nothing that runs: new
 * listeners are bound but accept nothing, new peers exist but are not started. speaker_apply puts it in place.
 */
#include "bgpd/session/speaker_private.h"
#include "lib/errno_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct listener *find_listener(const struct speaker *speaker, const struct address *address, uint16_t port)
{
    for (size_t i = 0; i < speaker->listener_count; i++) {
        if (listener_is(speaker->listeners[i], address, port))
            return speaker->listeners[i];
    }
    return NULL;
}

/* Beside a present listener where that is in the way: 0.0.0.0 until now, 192.0.2.1 from now on. */
static int open_socket(const struct speaker *speaker, const struct address *address, uint16_t port, char *error,
                       size_t size)
{
    int fd = socket_listen(address, port, false, error, size);
    for (size_t i = 0; i < speaker->listener_count && fd == -EADDRINUSE; i++) {
        if (listener_share(speaker->listeners[i], address, port))
            fd = socket_listen(address, port, true, error, size);
    }
    return fd;
}

static bool plan_listener(struct speaker *speaker, const struct address *address, uint16_t port, char *error,
                          size_t size)
{
    struct speaker_plan *plan = &speaker->plan;
    struct listener *kept = find_listener(speaker, address, port);
    int fd = kept ? 0 : open_socket(speaker, address, port, error, size);
    /* The host may have no IPv6 (or no IPv4) at all; "::" is a default and then means nothing. */
    if (address_is_unspecified(address) && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)) {
        log_warning(NULL, "%s; continuing without it", error);
        return true;
    }
    if (fd < 0)
        return false;
    struct listener *listener = kept ? kept : listener_new(speaker->context.loop, fd, address, port);
    if (!listener) {
        snprintf(error, size, "listen: out of memory");
        return false;
    }
    plan->listeners[plan->listener_count++] = listener;
    return true;
}

static bool plan_listeners(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size)
{
    size_t count = config->listen_enabled ? config->listen_count : 0;
    struct speaker_plan *plan = &speaker->plan;
    plan->listeners = calloc(count + 1, sizeof(void *));
    if (!plan->listeners) {
        snprintf(error, size, "listen: out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!plan_listener(speaker, &config->listen_addresses[i], config->listen_port, error, size))
            return false;
    }
    return true;
}

static bool plan_peers(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size)
{
    struct speaker_plan *plan = &speaker->plan;
    plan->peers = calloc(config->neighbor_count + 1, sizeof(void *));
    for (size_t i = 0; plan->peers && i < config->neighbor_count; i++) {
        const struct neighbor_config *neighbor = &config->neighbors[i];
        struct peer *kept = speaker_find(speaker, &neighbor->address);
        plan->peers[i] = kept ? kept : peer_new(&speaker->context, neighbor);
        if (!plan->peers[i])
            break;
        plan->peers[i]->planned = true;
        plan->peer_count++;
    }
    if (plan->peer_count == config->neighbor_count && plan->peers)
        return true;
    snprintf(error, size, "neighbors: out of memory");
    return false;
}

/* Whether the kernel accepts the MD5 keys. */
static bool check_md5(const struct bgp_config *config, char *error, size_t size)
{
    for (size_t i = 0; i < config->neighbor_count; i++) {
        const struct neighbor_config *neighbor = &config->neighbors[i];
        char address[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
        int result = neighbor->password ? socket_try_md5(&neighbor->address, neighbor->password) : 0;
        if (result == 0)
            continue;
        snprintf(error, size, "neighbor %s: the kernel does not accept the password as a TCP MD5 key: %s",
                 address_format(&neighbor->address, address), errno_text(-result, reason));
        return false;
    }
    return true;
}

bool speaker_prepare(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size)
{
    speaker_abandon(speaker);
    if (check_md5(config, error, size) && plan_listeners(speaker, config, error, size) &&
        plan_peers(speaker, config, error, size))
        return true;
    speaker_abandon(speaker);
    return false;
}

static void set_keys(struct speaker *speaker, const struct address *address, const char *password)
{
    char text[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    for (size_t i = 0; i < speaker->listener_count; i++) {
        int result = listener_set_md5(speaker->listeners[i], address, password);
        if (result < 0)
            log_error(NULL, "neighbor %s: cannot set the TCP MD5 key on the listening socket: %s",
                      address_format(address, text), errno_text(-result, reason));
    }
}

static void apply_listeners(struct speaker *speaker)
{
    struct speaker_plan *plan = &speaker->plan;
    for (size_t i = 0; i < speaker->listener_count; i++) {
        bool kept = false;
        for (size_t j = 0; j < plan->listener_count; j++)
            kept = kept || plan->listeners[j] == speaker->listeners[i];
        if (!kept)
            listener_free(speaker->listeners[i]);
    }
    free(speaker->listeners);
    speaker->listeners = plan->listeners;
    speaker->listener_count = plan->listener_count;
    plan->listeners = NULL;
}

static void remove_peers(struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++) {
        struct peer *peer = speaker->peers[i];
        if (peer->planned)
            continue;
        if (peer->config->password)
            set_keys(speaker, &peer->config->address, NULL);
        peer_remove(peer, CEASE_PEER_DECONFIGURED);
    }
    free(speaker->peers);
}

static bool text_differs(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) != 0 : a != b;
}

bool speaker_needs_reset(const struct neighbor_config *old, const struct neighbor_config *new)
{
    /* Set on the socket, or who the neighbor is. */
    if (!address_equal(&old->address, &new->address) || !address_equal(&old->local_address, &new->local_address) ||
        old->port != new->port || old->passive != new->passive || old->ttl != new->ttl ||
        old->ttl_security != new->ttl_security || text_differs(old->password, new->password))
        return true;
    /* Said in OPEN. */
    return old->peer_as != new->peer_as || old->hold_time_s != new->hold_time_s || old->families != new->families ||
           old->extended_next_hop != new->extended_next_hop || old->role != new->role ||
           old->graceful_restart != new->graceful_restart || old->restart_time_s != new->restart_time_s;
}

/* What every session was negotiated with. */
static bool identity_changed(const struct bgp_config *old, const struct bgp_config *new)
{
    return old && (old->local_as != new->local_as || old->router_id != new->router_id);
}

/* Starts a new one, or changes one that runs to NEIGHBOR. */
static void apply_peer(struct speaker *speaker, struct peer *peer, const struct neighbor_config *neighbor, bool reset)
{
    bool is_old = peer->running;
    if (neighbor->password || peer->config->password)
        set_keys(speaker, &neighbor->address, neighbor->password);
    peer->planned = false;
    peer->running = true;
    if (is_old)
        peer_reconfigure(peer, neighbor, reset || speaker_needs_reset(peer->config, neighbor));
    else
        peer_start(peer);
}

void speaker_apply(struct speaker *speaker, const struct bgp_config *config)
{
    struct speaker_plan *plan = &speaker->plan;
    bool reset_all = identity_changed(speaker->context.config, config);
    remove_peers(speaker);
    apply_listeners(speaker);
    speaker->context.config = config;
    speaker->peers = plan->peers;
    speaker->peer_count = plan->peer_count;
    plan->peers = NULL;
    for (size_t i = 0; i < speaker->peer_count; i++) {
        speaker->peers[i]->index = i;
        apply_peer(speaker, speaker->peers[i], &config->neighbors[i], reset_all);
    }
    for (size_t i = 0; i < speaker->listener_count; i++)
        listener_start(speaker->listeners[i], speaker_accepted, speaker);
    plan->listener_count = plan->peer_count = 0;
    speaker_abandon(speaker);
}
