/*
 * The rule: of two connections the one stays that was made by the speaker with the higher BGP identifier, or, where
 * these are equal, the higher AS number (RFC 6286). Once established, the established one stays.
 *
 * The RFC asks for this when the other connection is in OpenConfirm. When it is still in OpenSent the RFC lets both go
 * on, and then the two ends may each establish the connection that the other end is about to drop, and lose both. We
 * know whom we talk to on either connection, so we decide at once, as the other end will. But a connection that waits
 * for an OPEN much longer than it should is probably dead, and nothing is dropped in favour of it.
 */
#include "bgpd/session/collision.h"

enum { YOUNG_MS = 2000 };

static bool ours_stays(const struct collision *collision)
{
    if (collision->local_id != collision->remote_id)
        return collision->local_id > collision->remote_id;
    return collision->local_as > collision->remote_as;
}

enum collision_verdict collision_judge(const struct collision *collision)
{
    bool this_stays = collision->this_is_ours == ours_stays(collision);
    switch (collision->other_state) {
    case SESSION_IDLE:
        return COLLISION_NONE;
    case SESSION_CONNECT:
    case SESSION_ACTIVE:
        return COLLISION_DROP_OTHER; /* no need to try any more */
    case SESSION_OPEN_SENT:
        if (this_stays)
            return COLLISION_DROP_OTHER;
        return collision->other_age_ms < YOUNG_MS ? COLLISION_DROP_THIS : COLLISION_NONE;
    case SESSION_OPEN_CONFIRM:
        return this_stays ? COLLISION_DROP_OTHER : COLLISION_DROP_THIS;
    case SESSION_ESTABLISHED:
        break;
    }
    return COLLISION_DROP_THIS;
}
