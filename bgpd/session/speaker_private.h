/* What speaker.c (what runs) and speaker_config.c (what changes) share. */
#ifndef VIPGATE_BGPD_SESSION_SPEAKER_PRIVATE_H
#define VIPGATE_BGPD_SESSION_SPEAKER_PRIVATE_H

#include "bgpd/session/listener.h"
#include "bgpd/session/peer_private.h"
#include "bgpd/session/speaker.h"

/* What speaker_prepare has made and speaker_apply will use: everything that can fail. */
struct speaker_plan {
    struct listener **listeners; /* for each address that is to be listened on, in order; one kept from before or new */
    size_t listener_count;
    struct peer **peers; /* for each neighbor, in order; one kept from before or new */
    size_t peer_count;
};

struct speaker {
    struct peer_context context;
    struct peer **peers;
    size_t peer_count;
    struct listener **listeners;
    size_t listener_count;
    struct speaker_plan plan;
    struct log_limit stranger_limit;
    bool shutting_down;
    uv_timer_t shutdown_timer;
    uint64_t shutdown_deadline_ms;
    char shutdown_text[SHUTDOWN_TEXT_MAX + 1];
    void (*shutdown_done)(void *user);
    void *shutdown_user;
};

/* A listener's connection: finds the peer. */
void speaker_accepted(int fd, const struct address *remote, void *user);

#endif
