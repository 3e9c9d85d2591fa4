/*
 * The neighbors that a VIP is for, and which of them have it: to be announced is one thing, to be heard another. A
 * neighbor has it from when it was sent until it was withdrawn, or the session ended.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_AUDIENCE_H
#define VIPGATE_BGPD_ANNOUNCE_AUDIENCE_H

#include "bgpd/announce/vip.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether PEER is one of those that VIP is for, and has it. */
bool audience_has(const struct vip *vip, const struct peer *peer);

/* Whether any of them has it. */
bool audience_is_reached(const struct vip *vip, const struct speaker *speaker);

/* How many neighbors it is for. */
unsigned audience_size(const struct vip *vip, const struct speaker *speaker);

/* Why PEER, which VIP is for, cannot be sent its route on the session that there is, in words; NULL: nothing is in the
 * way. */
const char *audience_obstacle(const struct vip *vip, const struct peer *peer);

/* Why nobody has what is to be announced, and which neighbor has it now, in words: the first neighbor's case stands for
 * all. */
void audience_explain_waiting(const struct vip *vip, const struct speaker *speaker, char *text, size_t size);
void audience_explain_reached(const struct vip *vip, const struct speaker *speaker, char *text, size_t size);

#endif
