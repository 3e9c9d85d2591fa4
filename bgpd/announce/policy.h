/*
 * Policy: from how its gate stands to what is to be said of a VIP. Pure: no clock, no I/O, no memory of its own; what
 * it must remember is a struct that the caller keeps, time is an argument, and when to look again is in the answer.
 *
 *     gate_evaluate -> struct gate_result -> policy_decide -> struct vip_decision
 *
 * While its gate is PENDING a VIP stays as it is: not announced at the start (promise 1), and without a flap when the
 * health daemon was restarted or a reload brought a new check (promise 5). When it is LOST, on-health-loss decides.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_POLICY_H
#define VIPGATE_BGPD_ANNOUNCE_POLICY_H

#include "bgpd/announce/gate.h"
#include "bgpd/config/config.h"
#include "lib/damping.h"

#include <stdbool.h>
#include <stdint.h>

#define POLICY_NEVER UINT64_MAX

/* WAITING is no decision of policy: the VIP is to be announced, and no neighbor has it. */
enum vip_state { VIP_PENDING, VIP_ANNOUNCED, VIP_DEGRADED, VIP_WITHDRAWN, VIP_WAITING };

/* The word that is shown: "pending", "announced", "degraded", "withdrawn", "waiting". */
const char *vip_state_name(enum vip_state state);

/* What policy remembers of a VIP between two decisions. Zero-initialised: a VIP that is new. */
struct vip_memory {
    enum vip_state state; /* of the last decision */
    bool gate_degraded;   /* of the last known gate: for its hysteresis */
    bool gate_open;       /* the last known gate was open: a flap is counted when it closes */
    bool returning;       /* was announced or found down before: its next announcement is a coming back */
    bool healthy;         /* the gate is open, since healthy_since_ms */
    uint64_t healthy_since_ms;
    struct damping damping;
};

struct vip_decision {
    enum vip_state state;
    const struct profile_config *profile; /* NULL: not announced */
    uint64_t next_ms;                     /* when time alone may change the decision; POLICY_NEVER */
    char reason[REASON_SIZE];
};

/*
 * Decides what is to be said of VIP now. on-health-loss, when the gate is LOST: withdraw does so; degrade announces
 * with the degraded profile what was announced, and without such a profile withdraws; hold leaves the VIP as it is.
 * What was not announced stays so in all three. Hold-down is for a VIP that was announced, or found down, before: not
 * for the first announcement. A flap for damping is a gate that closes for its checks' sake; loss of health is none.
 */
void policy_decide(struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                   uint64_t now_ms, struct vip_decision *decision);

#endif
