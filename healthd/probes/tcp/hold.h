/*
 * A connection held open to the target, so that the kernel tells when the target dies and no interval has to pass. Its
 * loss asks for a probe at once; what that probe finds decides.
 *
 *     lost -> look: accepted -> hold the new connection; where that is lost too, look again
 *                   reset before the dialogue is done -> connect again, in the same run
 *                   refused  -> the target is gone: a FAIL that does not wait for fall
 *
 * A dying process closes its descriptors one after the other, so a new connection may still get into the queue of a
 * listener that is about to go. No pause is needed to tell: the kernel resets that connection as well, which is the
 * next loss. A target that just closes idle connections costs one probe for each, and one that closes every connection
 * at once is looked at LOOKS times between two runs of the schedule, and no more.
 */
#ifndef VIPGATE_HEALTHD_PROBES_TCP_HOLD_H
#define VIPGATE_HEALTHD_PROBES_TCP_HOLD_H

#include "healthd/net/watcher.h"
#include "healthd/probe/probe.h"

#include <stdbool.h>

struct hold {
    struct watch watch; /* first: the callback gets its address */
    struct probe *probe;
    int fd;          /* -1: none */
    unsigned looks;  /* and connections made again, since the last run of the schedule */
    size_t unread;   /* bytes that came unasked */
    bool lost;       /* and no run has begun since */
    bool after_loss; /* the run under way is the look */
};

void hold_init(struct hold *hold, struct probe *probe);

/* Every run begins here. */
void hold_begin_run(struct hold *hold);

bool hold_is_held(const struct hold *hold);

/* Takes over the connected FD and watches it. */
void hold_keep(struct hold *hold, int fd);

/* The connection of the run under way ended with ERROR, a negative errno. True: the run is a look, and a reset has told
 * it nothing yet; it is to connect again. */
bool hold_try_again(struct hold *hold, int error);

/* Whether the run under way, which ends with ERROR, is a FAIL that does not wait for fall. */
bool hold_is_decisive(const struct hold *hold, int error);

/* Lets go of the connection. */
void hold_close(struct hold *hold);

#endif
