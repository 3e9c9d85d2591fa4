/*
 * Policy: from the verdicts of checks to what is to be said of a VIP. Pure: no clock, no I/O, no memory of its own;
 * what it must remember is a struct that the caller keeps, time is an argument, and when to look again is in the
 * answer.
 *
 *     verdicts of the gate's checks -> policy_gate -> struct gate_result -> policy_vip -> struct vip_decision
 *
 * What is not known is never guessed. A check without a verdict yet is PENDING, one that nobody can judge now is LOST
 * (the health daemon is silent, or the check cannot be carried out here: promise 6). A gate is UP or DOWN as soon as no
 * pending or lost check could change that; else it is PENDING while a verdict to come may open it, and LOST otherwise.
 * While its gate is PENDING a VIP stays as it is: not announced at the start (promise 1), and without a flap when the
 * health daemon was started anew or a reload brought a new check (promise 5). When it is LOST, on-health-loss decides.
 *
 * Healthy percent of a gate: the mean of its checks' percentages, a check that is down counting 0, rounded down. Checks
 * that are pending or lost are left out: what cannot be seen is not held against the backend.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_POLICY_H
#define VIPGATE_BGPD_ANNOUNCE_POLICY_H

#include "bgpd/config/config.h"
#include "lib/damping.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_NEVER UINT64_MAX

enum { POLICY_REASON_SIZE = 256 };

enum check_standing { CHECK_PENDING, CHECK_UP, CHECK_DOWN, CHECK_LOST };

/* One check of a gate, as far as it can be trusted now. */
struct check_view {
    const char *name;
    enum check_standing standing;
    uint8_t healthy_percent;
    const char *reason; /* in words, without the check's name; not NULL */
};

enum gate_standing { GATE_PENDING, GATE_UP, GATE_DEGRADED, GATE_DOWN, GATE_LOST };

struct gate_result {
    enum gate_standing standing;
    int healthy_percent; /* -1 where no check is known */
    bool degraded;       /* the percentage is where an open gate would be degraded */
    char reason[POLICY_REASON_SIZE];
};

/* The documented word: "up", "degraded", "down", "unknown". */
const char *gate_standing_name(enum gate_standing standing);

/* Evaluates GATE over its checks, CHECKS[i] being the view of gate->checks[i]. WAS_DEGRADED is for the hysteresis of
 * degraded-recover: whether the gate was degraded when last evaluated. A gate without checks is up. */
void policy_gate(const struct gate_config *gate, const struct check_view *checks, bool was_degraded,
                 struct gate_result *result);

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
    char reason[POLICY_REASON_SIZE];
};

/*
 * Decides what is to be said of VIP now. on-health-loss, when the gate is LOST: withdraw does so; degrade announces
 * with the degraded profile what was announced, and without such a profile withdraws; hold leaves the VIP as it is.
 * What was not announced stays so in all three. Hold-down is for a VIP that was announced, or found down, before: not
 * for the first announcement. A flap for damping is a gate that closes for its checks' sake; loss of health is none.
 */
void policy_vip(struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                uint64_t now_ms, struct vip_decision *decision);

#endif
