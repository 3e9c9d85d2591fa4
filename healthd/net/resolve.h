/*
 * Host names to addresses with c-ares, never blocking. A name is looked up once and kept for its TTL however many
 * checks ask for it. When the TTL has run out the next question starts a new lookup and is answered with what is known,
 * so that a probe waits for a name server only the first time; while no name server answers, the last known addresses
 * go on being used (RFC 8767), because a name server's failure says nothing of the target. An answer that there is no
 * such name, or no address for it, counts at once.
 *
 * IPv4 and IPv6 are two questions, each with an answer and a time of its own: half an answer never stands for the
 * whole, and one that is lost is asked for again soon. The hosts file goes before all name servers; localhost and what
 * is below it is loopback (RFC 6761 section 6.3). A change of resolv.conf is noticed.
 */
#ifndef VIPGATE_HEALTHD_NET_RESOLVE_H
#define VIPGATE_HEALTHD_NET_RESOLVE_H

#include "healthd/net/name_servers.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <uv.h>

enum { RESOLVE_ADDRESSES_MAX = 8 };

struct resolver;
struct watcher;
struct name;
struct resolve_query;

enum resolve_result {
    RESOLVE_OK,
    RESOLVE_NO_SUCH_NAME, /* the name does not exist or has no address of either family */
    RESOLVE_NO_ANSWER,    /* no name server gave a usable answer */
    RESOLVE_LATER,        /* the query's callback will tell */
};

typedef void resolve_done(struct resolve_query *query, enum resolve_result result);

/* A question under way; lives in what asks. Zeroed: none. */
struct resolve_query {
    resolve_done *done;
    struct name *name;
    LIST_ENTRY(resolve_query) line;
};

/* SOURCE is NULL for /etc/resolv.conf and port 53; its path outlives the resolver. NULL with the reason in ERROR. */
struct resolver *resolver_new(uv_loop_t *loop, struct watcher *watcher, const struct name_servers_source *source,
                              char *error, size_t size);

/* Every name has been released. */
void resolver_free(struct resolver *resolver);

/* The name or literal address HOST; NULL when out of memory. Nothing is looked up yet. Release with name_release, when
 * no query of it is under way. */
struct name *name_acquire(struct resolver *resolver, const char *host);
void name_release(struct name *name);

/* Asks for the addresses. Anything but RESOLVE_LATER is the answer; after RESOLVE_LATER, DONE is called once, unless
 * resolve_cancel comes first. */
enum resolve_result resolve_start(struct name *name, struct resolve_query *query, resolve_done *done);

/* Takes back the question, if it is under way; the lookup goes on and its answer is kept. */
void resolve_cancel(struct resolve_query *query);

/* The addresses, in the order of RFC 6724 with the families taking turns (RFC 8305 section 4); *COUNT may be 0 before
 * the first answer. */
const struct address *name_addresses(const struct name *name, size_t *count);

const char *name_host(const struct name *name);

/* Why the last lookup failed, in words. */
const char *name_error(const struct name *name);

#endif
