/*
 * One VIP: what policy decides, its address, and the routes that follow.
 *
 *     checks -> policy -> decision -> address there? -> routes in every neighbor's Adj-RIB-Out
 *
 * A VIP is announced only while its address is there, where vipgate manages it: without it the route would lead into
 * nothing. Nothing is sent from here: vips.c flushes once for all VIPs.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_VIP_H
#define VIPGATE_BGPD_ANNOUNCE_VIP_H

#include "bgpd/announce/agenda.h"
#include "bgpd/announce/audience.h"
#include "bgpd/announce/policy.h"
#include "bgpd/announce/verdict_table.h"
#include "bgpd/announce/vip_address.h"
#include "bgpd/config/config.h"
#include "bgpd/session/speaker.h"
#include "lib/journal.h"

#include <stdbool.h>
#include <stdint.h>

struct vip {
    struct prefix prefix;
    const struct vip_config *config; /* NULL: no longer configured, and kept until its address is gone */
    bool enrolled;                   /* it was configured once, and is not just being prepared */
    struct agenda_item item;         /* on the agenda of all */
    struct agenda_item removal;      /* among those whose address is to be removed */
    bool is_undecided;               /* End-of-RIB waits for it */
    char text[PREFIX_TEXT_SIZE];
    struct vip_memory memory;
    struct gate_result gate;
    struct vip_decision decision;
    struct vip_address address;
    enum vip_state state; /* what is so, as against what policy decided: its address may be missing, or its neighbors */
    uint64_t since_us;    /* real time since when */
    char reason[REASON_SIZE];
    const struct path_attributes *attributes; /* announced with these; NULL: not announced */
    bool unstated;                            /* some neighbor's Adj-RIB-Out does not know of it yet */
    bool reached;                             /* some neighbor has it, as of the last look */
    bool unlooked;                            /* that may have changed since */
    bool unsaid;                              /* a change of what is announced has no event yet */
    enum vip_state said;                      /* the state in the last event */
    char remark[128];                         /* something else to have an event for; empty: nothing */
};

/* What a VIP acts on. */
struct vip_rooms {
    unsigned address_budget; /* how many addresses may still be added before the loop turns */
    const struct verdict_table *verdicts;
    struct addresses *addresses;
    struct speaker *speaker;
    struct journal *journal;
};

struct vip *vip_new(const struct prefix *prefix);
void vip_free(struct vip *vip);

/* Takes over another configuration; NULL: it no longer has one. The previous one must still exist. Whether anything
 * has changed. */
bool vip_configure(struct vip *vip, const struct vip_config *config);

/* Whether it is too early to say that it is announced, or not. */
bool vip_is_undecided(const struct vip *vip);

/* Decides, and does what follows except for stating and sending its route: a route that changed is unstated then.
 * VIEWS has room for each check of the gate. vip_settle comes after it, when what can be sent was sent. */
void vip_update(struct vip *vip, struct vip_rooms *rooms, struct check_view *views, uint64_t now_ms);

/* Learns what has become of the decision: the state, and its reason. */
void vip_settle(struct vip *vip, const struct speaker *speaker);

/* States the VIP's route in PEER's Adj-RIB-Out; saying it again changes nothing. False when out of memory. */
bool vip_state_route(const struct vip *vip, struct peer *peer);

/* Whom it is for. Valid until the VIP changes. */
struct audience vip_audience(const struct vip *vip);

/* Writes the event of a change that has none yet. */
void vip_report(struct vip *vip, struct journal *journal);

/* When time alone asks for the next vip_update; POLICY_NEVER. */
uint64_t vip_next_ms(const struct vip *vip, uint64_t now_ms);

#endif
