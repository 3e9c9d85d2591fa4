/* What speaker.c (what runs) and speaker_config.c (what changes) share. */
#ifndef VIPGATE_BGPD_SESSION_SPEAKER_PRIVATE_H
#define VIPGATE_BGPD_SESSION_SPEAKER_PRIVATE_H

#include "bgpd/session/peer_private.h"
#include "bgpd/session/speaker.h"

/* A listening socket. */
struct listener {
    LIST_ENTRY(listener) link;
    struct acceptor *acceptor;
    int fd;
    struct address address;
    uint16_t port;
    bool planned, running; /* in the next configuration, in the present one */
};

RB_HEAD(peer_tree, peer);

struct speaker {
    struct peer_context context;
    struct peer **peers; /* in the order of the configuration */
    size_t peer_count;
    struct peer **planned_peers; /* the same of the next configuration */
    size_t planned_count;
    struct peer_tree by_address; /* the peers of both */
    LIST_HEAD(, listener) listeners;
    struct log_limit stranger_limit;
    bool shutting_down;
    uv_timer_t shutdown_timer;
    uint64_t shutdown_deadline_ms;
    char shutdown_text[SHUTDOWN_TEXT_MAX + 1];
    void (*shutdown_done)(void *user);
    void *shutdown_user;
};

#endif
