/*
 * Connection collision (RFC 4271 section 6.8): two connections to one neighbor, ours and theirs, and only one may
 * stay. Pure.
 */
#ifndef VIPGATE_BGPD_SESSION_COLLISION_H
#define VIPGATE_BGPD_SESSION_COLLISION_H

#include "bgpd/session/fsm.h"

#include <stdbool.h>
#include <stdint.h>

/* A connection that has waited longer than this for OPEN or for the first KEEPALIVE has probably been abandoned. */
enum { COLLISION_YOUNG_MS = 2000 };

enum collision_verdict { COLLISION_NONE, COLLISION_DROP_THIS, COLLISION_DROP_OTHER };

struct collision {
    bool this_is_ours; /* the OPEN came on the connection that we made */
    enum session_state other_state;
    uint64_t other_age_ms; /* how long the other connection has been in that state */
    bool other_graceful;   /* it was negotiated with graceful restart: a new one may take its place */
    uint32_t local_id, local_as, remote_id, remote_as;
};

/* What to do when a valid OPEN has been received. */
enum collision_verdict collision_judge(const struct collision *collision);

#endif
