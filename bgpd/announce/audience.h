/*
 * The neighbors that a VIP is for, and which of them have it: to be announced is one thing, to be heard another. A
 * neighbor has it from when it was sent until it was withdrawn, or the session ended.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_AUDIENCE_H
#define VIPGATE_BGPD_ANNOUNCE_AUDIENCE_H

#include "bgpd/config/config.h"
#include "bgpd/session/speaker.h"

#include <stdbool.h>
#include <stddef.h>

/* Whose audience it is. */
struct audience {
    const struct prefix *prefix;
    const struct vip_config *config;          /* NULL: no longer configured, and for nobody */
    const struct path_attributes *attributes; /* announced with these; NULL: not announced */
};

/* Whether its configuration names PEER. */
bool audience_names(const struct audience *audience, const struct peer *peer);

/* Whether it is for PEER: that is named, and takes routes of its family. */
bool audience_includes(const struct audience *audience, const struct peer *peer);

/* Whether PEER is one of those that it is for, and has it. */
bool audience_has(const struct audience *audience, const struct peer *peer);

/* The first of them that has it, or NULL. */
const struct peer *audience_first_reached(const struct audience *audience, const struct speaker *speaker);

/* Why PEER, which it is for, cannot be sent its route on the session that there is, in words; NULL: nothing is in the
 * way. */
const char *audience_obstacle(const struct audience *audience, const struct peer *peer);

/* Why nobody has what is to be announced, and which neighbor has it now, in words: the first neighbor's case stands for
 * all. */
void audience_explain_waiting(const struct audience *audience, const struct speaker *speaker, char *text, size_t size);
void audience_explain_reached(const struct audience *audience, const struct speaker *speaker, char *text, size_t size);

#endif
