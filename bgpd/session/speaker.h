/*
 * The speaker: all peers, the listening sockets, and the face that the rest of bgpd sees of BGP. It knows no VIP and no
 * health: it is told which route each peer should have, and tells what became of sessions.
 *
 *     vip -> speaker_flush -> peer -> rib_out group -> update_encode -> transport
 */
#ifndef VIPGATE_BGPD_SESSION_SPEAKER_H
#define VIPGATE_BGPD_SESSION_SPEAKER_H

#include "bgpd/config/config.h"
#include "bgpd/session/peer.h"
#include "bgpd/session/vip_filter.h"
#include "lib/journal.h"

#include <uv.h>

struct speaker;

/* A session came up or went down, or routes that had waited for the neighbor to read were sent. May be NULL. */
typedef void speaker_session_change(struct peer *peer, void *user);

/* Sessions write their events (kind "session") to JOURNAL. NULL when out of memory. */
struct speaker *speaker_new(uv_loop_t *loop, struct journal *journal, speaker_session_change *change, void *user);

/*
 * Takes over CONFIG, which must live until the next call or speaker_free: listens, adds and removes peers, resets those
 * whose session must be (speaker_needs_reset), updates the rest in place. In two steps, so that reload is all
 * or nothing: speaker_prepare does what can fail (binding new listeners) and changes nothing that runs; false with the
 * reason and remedy in ERROR. speaker_apply cannot fail; speaker_abandon forgets what was prepared.
 */
bool speaker_prepare(struct speaker *speaker, const struct bgp_config *config, char *error, size_t size);
void speaker_apply(struct speaker *speaker, const struct bgp_config *config);
void speaker_abandon(struct speaker *speaker);

/* Whether a session with OLD must be reset to become NEW: what was negotiated in OPEN or set on the socket differs. */
bool speaker_needs_reset(const struct neighbor_config *old, const struct neighbor_config *new);

/* Peers in the order of the configuration: NULL starts. */
struct peer *speaker_next(const struct speaker *speaker, const struct peer *previous);
struct peer *speaker_find(const struct speaker *speaker, const struct address *address);

/* The prefixes that 'import vips' is about, sorted: they replace the previous ones, and live until the next call or
 * speaker_free, as do those. */
void speaker_set_vips(struct speaker *speaker, const struct prefix *prefixes, size_t count);

/* Sends, now, whatever is pending for every established peer: withdrawals of all peers first. */
void speaker_flush(struct speaker *speaker);

/* Until it is called, no End-of-RIB is sent on any session (promise 1): not every gate has its first verdict. What was
 * stated in an Adj-RIB-Out is sent meanwhile as usual: a VIP whose gate is decided does not wait for another's.
 * Called, End-of-RIB is sent at once on the sessions that are up. */
void speaker_release(struct speaker *speaker);

/* FAMILIES (FAMILY_BIT_…) for which packets to the VIPs are still accepted here though bgpd has just started: their
 * addresses have outlived the restart. To neighbors with graceful restart this is said in OPEN (RFC 4724), for as long
 * as the restart time; they keep our routes until End-of-RIB. */
void speaker_set_preserved(struct speaker *speaker, uint8_t families);

/* Withdraws everything, sends Cease/2 with TEXT (RFC 9003) on each session, waits until that was acknowledged or
 * TIMEOUT_MS have passed, closes, and calls DONE. */
void speaker_shutdown(struct speaker *speaker, const char *text, uint64_t timeout_ms, void (*done)(void *user),
                      void *user);

void speaker_free(struct speaker *speaker);

#endif
