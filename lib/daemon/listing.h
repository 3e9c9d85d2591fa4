/*
 * The answer to 'get', in pieces. A list may be long, a million received routes, and nothing may wait for it: each
 * piece takes a short time and is made when the one before has left, and the loop turns in between. What is listed may
 * change meanwhile, so that a place in it is a key or an index, never a pointer.
 */
#ifndef VIPGATE_LIB_DAEMON_LISTING_H
#define VIPGATE_LIB_DAEMON_LISTING_H

#include "lib/daemon/daemon.h"

struct listing;

/* Adds entries of one list to STATE until it is at its end, true, or the piece is full; called again it goes on where
 * it was. */
typedef bool listing_append(struct listing *listing, struct json *state);

/* The lists of a daemon in the order in which they are written; a table ends with a NULL. */
struct listing_list {
    const char *what; /* as 'get' asks for it */
    listing_append *append;
};

/* An answer under way. What a daemon keeps beside it lies in a struct that begins with this, zeroed; from malloc. */
struct listing {
    struct daemon *daemon;
    struct control_request *request;
    const struct json_node *rpc;
    const struct listing_list *lists; /* the one it is at */
    bool begun;                       /* that list was called before */
    uint64_t at;                      /* how far it is, for `append` to use; 0 at its beginning */
};

/* Answers REQUEST, and frees LISTING in the end. LISTS outlives it. */
void listing_start(struct listing *listing, struct daemon *daemon, struct control_request *request,
                   const struct json_node *rpc, const struct listing_list *lists);

/* Asked after each entry, so that a piece has one at least. */
bool listing_is_full(const struct listing *listing);

/* Lists that every daemon has. */
listing_append listing_daemon, listing_events;

#endif
