/*
 * Adj-RIB-Out of one neighbor: what it should have against what it was sent. The owner states the desired route of a
 * prefix whenever it likes; the difference to what was sent is what there is to send, so that a route said twice goes
 * out once, and reload, reconnect, refresh and drain are all the same operation. Where an UPDATE ended in the session's
 * byte stream is kept with each route, so that the peer's TCP can say which of them it has.
 *
 * No I/O and no clock here; the peer asks for the next batch, encodes it and says at which stream offset it ended.
 */
#ifndef VIPGATE_BGPD_RIB_RIB_OUT_H
#define VIPGATE_BGPD_RIB_RIB_OUT_H

#include "bgpd/codec/path_attributes.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rib_out;

enum delivery { DELIVERY_QUEUED, DELIVERY_SENT, DELIVERY_ACKNOWLEDGED };

/* One prefix as it stands. DESIRED and SENT are NULL for "no route". */
struct rib_out_route {
    struct prefix prefix;
    const struct path_attributes *desired;
    const struct path_attributes *sent;
    uint64_t sent_offset; /* stream offset after its last UPDATE */
    uint64_t since_us;    /* real time of that UPDATE */
    bool pending;         /* desired differs from sent, or a refresh asks for it again */
    bool withheld;        /* desired, but this session cannot carry it; counts as not desired until something changes */
};

struct rib_out *rib_out_new(void);
void rib_out_free(struct rib_out *rib);

/* States what the neighbor should have for PREFIX; NULL: nothing. Takes a reference of its own. False when out of
 * memory: nothing changed. Saying the same again changes nothing. */
bool rib_out_set(struct rib_out *rib, const struct prefix *prefix, const struct path_attributes *desired);

/* Nothing is desired any more. */
void rib_out_clear(struct rib_out *rib);

/* The session is gone: the neighbor has nothing; everything desired is to be sent on the next one. */
void rib_out_session_lost(struct rib_out *rib);

/* Route refresh (RFC 2918): everything desired of FAMILY is to be sent again. */
void rib_out_refresh(struct rib_out *rib, uint8_t family);

/* Whether there is anything to send. */
bool rib_out_pending(const struct rib_out *rib);

/*
 * The next group to send: up to LIMIT prefixes of one family that share what is to be said (ATTRIBUTES; NULL:
 * withdraw), withdrawals first. Their number; 0 when nothing is pending. rib_out_sent tells that the first COUNT of the
 * group went out and ended at stream OFFSET.
 */
size_t rib_out_next_group(struct rib_out *rib, const struct path_attributes **attributes, struct prefix *prefixes,
                          size_t limit);
void rib_out_sent(struct rib_out *rib, const struct prefix *prefixes, size_t count, uint64_t offset, uint64_t now_us);

/* The first COUNT of the group cannot be said on this session (family not negotiated, no usable next hop): they are no
 * longer pending, and what the neighbor was sent for them before is to be withdrawn. Ends with the session, or when
 * the desired route changes. */
void rib_out_withhold(struct rib_out *rib, const struct prefix *prefixes, size_t count);

/* Looks up PREFIX; NULL where neither desired nor sent. Valid until the next change. */
const struct rib_out_route *rib_out_find(const struct rib_out *rib, const struct prefix *prefix);

/* The first route behind PREFIX, which need not be there, in order of prefix; of FAMILY_NONE: the first of all. Valid
 * until the next change. */
const struct rib_out_route *rib_out_after(const struct rib_out *rib, const struct prefix *prefix);

/* Routes that the neighbor was sent and still has. */
size_t rib_out_sent_count(const struct rib_out *rib);

#endif
