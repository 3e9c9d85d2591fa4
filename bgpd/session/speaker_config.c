/*
 * A new configuration in two steps. speaker_prepare makes everything that can fail and touches nothing that runs: new
 * listeners are bound but accept nothing, new peers exist but are not started. speaker_apply puts it in place; what a
 * listener then accepts goes to the peer of its address.
 */
#include "bgpd/session/speaker_private.h"
#include "lib/acceptor.h"
#include "lib/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_addresses(const struct peer *left, const struct peer *right)
{
    const struct address *a = &left->address, *b = &right->address;

    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(a->octets, b->octets, sizeof a->octets);
    return order ? order : (a->scope > b->scope) - (a->scope < b->scope);
}

RB_GENERATE_INTERNAL(peer_tree, peer, by_address, compare_addresses, __attribute__((unused)) static)

/* The peer of ADDRESS, also where it is only in the next configuration. */
static struct peer *find_any(const struct speaker *speaker, const struct address *address)
{
    static struct peer wanted;

    wanted.address = *address;
    return RB_FIND(peer_tree, (struct peer_tree *)&speaker->by_address, &wanted);
}

struct peer *speaker_find(const struct speaker *speaker, const struct address *address)
{
    struct peer *peer = find_any(speaker, address);

    return peer && peer->running ? peer : NULL;
}

static void end_peer(struct speaker *speaker, struct peer *peer, uint8_t cease)
{
    RB_REMOVE(peer_tree, &speaker->by_address, peer);
    peer_remove(peer, cease);
}

/* ---- what is planned ---- */

static struct listener *find_listener(const struct speaker *speaker, const struct address *address, uint16_t port)
{
    struct listener *listener;

    LIST_FOREACH(listener, &speaker->listeners, link)
    {
        if (listener->port == port && address_equal(&listener->address, address))
            return listener;
    }
    return NULL;
}

/* Beside a present listener where that is in the way: 0.0.0.0 until now, 192.0.2.1 from now on. */
static int open_socket(const struct speaker *speaker, const struct address *address, uint16_t port, char *error,
                       size_t size)
{
    int fd = socket_listen(address, port, false, error, size);
    const struct listener *listener;

    LIST_FOREACH(listener, &speaker->listeners, link)
    {
        if (fd != -EADDRINUSE || !listener->running || listener->port != port ||
            listener->address.family != address->family)
            continue;
        socket_share_port(listener->fd);
        fd = socket_listen(address, port, true, error, size);
    }
    return fd;
}

/* Takes over FD. False: out of memory. */
static bool add_listener(struct speaker *speaker, int fd, const struct address *address, uint16_t port)
{
    struct acceptor *acceptor = acceptor_new(speaker->context.loop, fd);
    struct listener *listener = acceptor ? malloc(sizeof *listener) : NULL;

    if (!listener) {
        acceptor_close(acceptor);
        return false;
    }
    *listener = (struct listener){.acceptor = acceptor, .fd = fd, .address = *address, .port = port, .planned = true};
    LIST_INSERT_HEAD(&speaker->listeners, listener, link);
    return true;
}

static void remove_listener(struct listener *listener)
{
    LIST_REMOVE(listener, link);
    acceptor_close(listener->acceptor);
    free(listener);
}

static bool plan_listener(struct speaker *speaker, const struct address *address, uint16_t port, char *error,
                          size_t size)
{
    struct listener *present = find_listener(speaker, address, port);

    if (present)
        return present->planned = true;
    int fd = open_socket(speaker, address, port, error, size);
    /* The host may have no IPv6 (or no IPv4) at all; "::" is a default and then means nothing. */
    if (address_is_unspecified(address) && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)) {
        log_warning(NULL, "%s; continuing without it", error);
        return true;
    }
    if (fd < 0)
        return false;
    if (add_listener(speaker, fd, address, port))
        return true;
    snprintf(error, size, "listen: out of memory");
    return false;
}

static bool plan_listeners(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size)
{
    for (size_t i = 0; config->listen_enabled && i < config->listen_count; i++) {
        if (!plan_listener(speaker, &config->listen_addresses[i], config->listen_port, error, size))
            return false;
    }
    return true;
}

/* The one that runs for NEIGHBOR, or a new one; NULL: out of memory. */
static struct peer *plan_peer(struct speaker *speaker, const struct neighbor_config *neighbor)
{
    struct peer *present = find_any(speaker, &neighbor->address);
    struct peer *peer = present ? present : peer_new(&speaker->context, neighbor);

    if (!peer)
        return NULL;
    if (!present)
        RB_INSERT(peer_tree, &speaker->by_address, peer);
    peer->planned = true;
    return peer;
}

static bool plan_peers(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size)
{
    struct peer **peers = speaker->planned_peers = calloc(config->neighbor_count + 1, sizeof *peers);
    size_t *count = &speaker->planned_count;

    while (peers && *count < config->neighbor_count && (peers[*count] = plan_peer(speaker, &config->neighbors[*count])))
        (*count)++;
    if (peers && *count == config->neighbor_count)
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

void speaker_abandon(struct speaker *speaker)
{
    for (struct listener *listener = LIST_FIRST(&speaker->listeners), *next; listener; listener = next) {
        next = LIST_NEXT(listener, link);
        listener->planned = false;
        if (!listener->running)
            remove_listener(listener);
    }
    for (size_t i = 0; i < speaker->planned_count; i++) {
        struct peer *peer = speaker->planned_peers[i];
        peer->planned = false;
        if (!peer->running)
            end_peer(speaker, peer, CEASE_PEER_DECONFIGURED);
    }
    free(speaker->planned_peers);
    speaker->planned_peers = NULL;
    speaker->planned_count = 0;
}

/* ---- what is put in place ---- */

static void set_keys(struct speaker *speaker, const struct address *address, const char *password)
{
    char text[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    const struct listener *listener;

    LIST_FOREACH(listener, &speaker->listeners, link)
    {
        bool same = listener->address.family == address->family;
        int result = same ? socket_set_md5(listener->fd, address, password) : 0;
        if (result < 0)
            log_error(NULL, "neighbor %s: cannot set the TCP MD5 key on the listening socket: %s",
                      address_format(address, text), errno_text(-result, reason));
    }
}

static void log_stranger(struct speaker *speaker, const struct address *remote)
{
    char address[ADDRESS_TEXT_SIZE];
    char others[64] = "";
    uint32_t suppressed;

    if (!log_limit_allow(&speaker->stranger_limit, uv_now(speaker->context.loop), &suppressed))
        return;
    address_format(remote, address);
    if (suppressed)
        snprintf(others, sizeof others, " (%u messages suppressed)", suppressed);
    log_warning(NULL, "connection from %s refused: no such neighbor%s", address, others);
}

static void on_accepted(int fd, void *user)
{
    struct speaker *speaker = user;
    struct address remote = socket_end(fd, true, &(uint16_t){0}); /* none any more where it was reset meanwhile */
    struct peer *peer = speaker_find(speaker, &remote);

    if (peer && !speaker->shutting_down) {
        peer_accept(peer, fd);
        return;
    }
    if (!peer && remote.family != FAMILY_NONE)
        log_stranger(speaker, &remote);
    close(fd);
}

static void apply_listeners(struct speaker *speaker)
{
    for (struct listener *listener = LIST_FIRST(&speaker->listeners), *next; listener; listener = next) {
        next = LIST_NEXT(listener, link);
        if (!listener->planned) {
            remove_listener(listener);
            continue;
        }
        if (!listener->running)
            acceptor_start(listener->acceptor, on_accepted, speaker);
        listener->planned = false;
        listener->running = true;
    }
}

static void remove_peers(struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++) {
        struct peer *peer = speaker->peers[i];
        if (peer->planned)
            continue;
        if (peer->config->password)
            set_keys(speaker, &peer->config->address, NULL);
        end_peer(speaker, peer, CEASE_PEER_DECONFIGURED);
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
    bool reset_all = identity_changed(speaker->context.config, config);

    remove_peers(speaker);
    apply_listeners(speaker);
    speaker->context.config = config;
    speaker->peers = speaker->planned_peers;
    speaker->peer_count = speaker->planned_count;
    speaker->planned_peers = NULL;
    speaker->planned_count = 0;
    for (size_t i = 0; i < speaker->peer_count; i++) {
        speaker->peers[i]->index = i;
        apply_peer(speaker, speaker->peers[i], &config->neighbors[i], reset_all);
    }
}

static void handle_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void speaker_free(struct speaker *speaker)
{
    if (!speaker)
        return;
    speaker_abandon(speaker);
    speaker->context.change = NULL;
    for (size_t i = 0; i < speaker->peer_count; i++)
        end_peer(speaker, speaker->peers[i], CEASE_ADMINISTRATIVE_SHUTDOWN);
    while (!LIST_EMPTY(&speaker->listeners))
        remove_listener(LIST_FIRST(&speaker->listeners));
    transport_lingering_end(&speaker->context.lingering);
    free(speaker->peers);
    uv_close((uv_handle_t *)&speaker->shutdown_timer, handle_closed);
}
