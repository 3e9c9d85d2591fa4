/*
 * Connecting for a probe: the name to addresses, then one address after the other until one accepts. The next is tried
 * when the one before has failed, or has been silent for a while (RFC 8305 section 5): a silent address does not use up
 * the time of the others, and the first to accept is taken. A dial is part of a probe and ends the probe itself where
 * nothing accepts, with an error that speaks of the target where there is one.
 */
#ifndef VIPGATE_HEALTHD_NET_DIAL_H
#define VIPGATE_HEALTHD_NET_DIAL_H

#include "healthd/net/resolve.h"
#include "healthd/net/watcher.h"
#include "healthd/probe/probe.h"
#include "lib/kinds/endpoint.h"
#include "lib/prefix.h"

struct dial;
struct race;

/* The connection stands. dial->fd is the owner's to use until dial_close; unless it closes at once, it must say with
 * watch_start on dial->watch what it waits for. */
typedef void dial_connected(struct dial *dial);

/* Nothing accepted: the owner ends the run. ERROR is the negative errno of dial->address. */
typedef void dial_failed(struct dial *dial, int error);

struct dial {
    struct watch watch; /* first: the callback gets its address. The owner may use it once connected */
    struct probe *probe;
    struct name *name;
    uint16_t port;
    int type;                /* SOCK_STREAM or SOCK_DGRAM; may be changed between two dial_start */
    int (*open)(int family); /* a socket, non-blocking and close-on-exec, or a negative errno; NULL: one of TYPE */
    bool brief;              /* only that it accepts matters: neither side need say another word */
    dial_connected *connected;
    dial_failed *failed; /* NULL: the run ends with dial_report */
    struct resolve_query query;
    int fd;                 /* -1: none */
    size_t next;            /* the address to try after this one; 0: the name is still being looked up */
    struct address address; /* the one being tried, or connected */
    struct race *race;      /* silent attempts beside this one; NULL: none yet */
    int error;              /* of BLAMED, a negative errno; 0: nothing has failed yet */
    struct address blamed;
};

/* Sets DIAL up for PROBE and TARGET, with a socket of TYPE: SOCK_STREAM, or SOCK_DGRAM, whose connection stands at
 * once. False when out of memory. Undo with dial_clear. */
bool dial_init(struct dial *dial, struct probe *probe, const struct endpoint *target, int type);
void dial_clear(struct dial *dial);

/* Resolves and connects. */
void dial_start(struct dial *dial);

/* Ends whatever is under way and closes the connection. */
void dial_close(struct dial *dial);

/* The connected descriptor, which passes to the caller, no longer watched. */
int dial_take(struct dial *dial);

/* "connect 192.0.2.1:80", or "resolve NAME" before there is an address. */
void dial_describe(const struct dial *dial, char *text, size_t size);

/* "192.0.2.1:80"; "192.0.2.1" where there is no port. */
void dial_address(const struct dial *dial, char *text, size_t size);

/* Ends the run with what ERROR, a negative errno, means. */
void dial_report(struct dial *dial, int error);

#endif
