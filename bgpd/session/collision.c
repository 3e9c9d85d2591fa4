/*
 * The rule: of two connections, the one made by the speaker with the higher BGP identifier stays, or, where these are
 * equal, with the higher AS number (RFC 6286). An established one stays.
 *
 * The RFC asks for this when the other connection is in OpenConfirm. When it is still in OpenSent, the RFC lets both
 * proceed, and then the two ends may each establish the connection that the other end is about to drop, and lose both.
 * We know who the neighbor is on either connection, so we decide at once, as the other end will. But a connection that
 * waits for an OPEN or a KEEPALIVE much longer than it should is probably dead, and nothing is dropped in favor of it.
 *
 * With graceful restart the neighbor's new connection takes the place of the established one (RFC 4724 section 4.2).
 * The RFC has the old one dropped as soon as TCP connects; here the OPEN decides, so that a port scan ends no session.
 * One that has just been established stays: the two have crossed, and the OPEN is older than it.
 */
#include "bgpd/session/collision.h"

static bool ours_stays(const struct collision *collision)
{
    if (collision->local_id != collision->remote_id)
        return collision->local_id > collision->remote_id;
    return collision->local_as > collision->remote_as;
}

enum collision_verdict collision_judge(const struct collision *collision)
{
    bool this_stays = collision->this_is_ours == ours_stays(collision);
    bool young = collision->other_age_ms < COLLISION_YOUNG_MS;

    switch (collision->other_state) {
    case SESSION_IDLE:
        return COLLISION_NONE;
    case SESSION_CONNECT:
    case SESSION_ACTIVE:
        return COLLISION_DROP_OTHER; /* no need to try any more */
    case SESSION_OPEN_SENT:
    case SESSION_OPEN_CONFIRM:
        if (this_stays)
            return COLLISION_DROP_OTHER;
        return young ? COLLISION_DROP_THIS : COLLISION_NONE;
    case SESSION_ESTABLISHED:
        if (collision->other_graceful && !collision->this_is_ours && !young)
            return COLLISION_DROP_OTHER;
        break;
    }
    return COLLISION_DROP_THIS;
}
