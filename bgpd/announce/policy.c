#include "bgpd/announce/policy.h"

#include "lib/clock.h"

#include <stdio.h>

const char *vip_state_name(enum vip_state state)
{
    static const char *const names[] = {"pending", "announced", "degraded", "withdrawn", "waiting"};

    return names[state];
}

static bool is_announced(enum vip_state state)
{
    return state == VIP_ANNOUNCED || state == VIP_DEGRADED;
}

/* A gate that is pending tells nothing; one that is lost, only that it cannot be called healthy. */
static void remember_gate(struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                          uint64_t now_ms)
{
    bool open = gate->standing == GATE_UP || gate->standing == GATE_DEGRADED;

    if (gate->standing == GATE_PENDING)
        return;
    if (open && !memory->healthy)
        memory->healthy_since_ms = now_ms;
    memory->healthy = open;
    if (gate->standing == GATE_LOST)
        return;
    if (!open && memory->gate_open)
        damping_flap(&memory->damping, &vip->damping, now_ms);
    memory->returning |= !open;
    memory->gate_open = open;
    memory->gate_degraded = gate->degraded;
}

/* on-health-loss, for a VIP that is in STATE. */
static enum vip_state state_without_health(enum health_loss loss, enum vip_state state)
{
    if (!is_announced(state) || loss == HEALTH_LOSS_WITHDRAW)
        return VIP_WITHDRAWN;
    return loss == HEALTH_LOSS_DEGRADE ? VIP_DEGRADED : state;
}

/* What the gate alone asks for. */
static enum vip_state wanted_state(const struct vip_memory *memory, const struct vip_config *vip,
                                   enum gate_standing standing)
{
    static const enum vip_state wanted[] = {
        [GATE_UP] = VIP_ANNOUNCED, [GATE_DEGRADED] = VIP_DEGRADED, [GATE_DOWN] = VIP_WITHDRAWN};
    enum vip_state state;

    if (standing == GATE_PENDING)
        state = memory->state;
    else if (standing == GATE_LOST)
        state = state_without_health(vip->on_health_loss, memory->state);
    else
        state = wanted[standing];
    return state == VIP_DEGRADED && !vip->degraded_profile ? VIP_WITHDRAWN : state;
}

static void explain(const struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                    struct vip_decision *decision)
{
    static const char *const losses[] = {"withdraw", "degrade", "hold"};
    char prefix[64] = "";

    if (gate->standing == GATE_LOST)
        snprintf(prefix, sizeof prefix, "on-health-loss %s: ", losses[vip->on_health_loss]);
    else if (gate->standing == GATE_PENDING && memory->state != VIP_PENDING)
        snprintf(prefix, sizeof prefix, "unchanged: ");
    else if (gate->standing == GATE_DEGRADED && decision->state == VIP_WITHDRAWN)
        snprintf(prefix, sizeof prefix, "no degraded-profile configured: ");
    snprintf(decision->reason, sizeof decision->reason, "%s%.*s", prefix,
             (int)(sizeof decision->reason - sizeof prefix), gate->reason);
}

/* A withdrawn VIP comes back when it was healthy for its hold-down and is not damped. */
static void hold_back(const struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                      uint64_t now_ms, struct vip_decision *decision)
{
    uint64_t reuse_ms = damping_reuse_ms(&memory->damping, &vip->damping, now_ms);
    char hold_down[CLOCK_TEXT_SIZE];
    uint64_t held_until_ms = memory->healthy_since_ms + vip->hold_down_ms;

    if (reuse_ms <= now_ms && held_until_ms <= now_ms)
        return;
    decision->state = VIP_WITHDRAWN;
    decision->next_ms = reuse_ms > held_until_ms ? reuse_ms : held_until_ms;
    if (reuse_ms > now_ms)
        snprintf(decision->reason, sizeof decision->reason,
                 "suppressed by flap damping until the penalty falls below %u: %.170s", vip->damping.reuse,
                 gate->reason);
    else
        snprintf(decision->reason, sizeof decision->reason, "healthy for less than the hold-down of %s: %.180s",
                 duration_format(vip->hold_down_ms, hold_down), gate->reason);
}

static const struct profile_config *profile_of(const struct vip_config *vip, enum vip_state state)
{
    if (state == VIP_ANNOUNCED)
        return vip->profile;
    return state == VIP_DEGRADED ? vip->degraded_profile : NULL;
}

void policy_decide(struct vip_memory *memory, const struct vip_config *vip, const struct gate_result *gate,
                   uint64_t now_ms, struct vip_decision *decision)
{
    remember_gate(memory, vip, gate, now_ms);
    decision->state = wanted_state(memory, vip, gate->standing);
    decision->next_ms = POLICY_NEVER;
    explain(memory, vip, gate, decision);
    if (is_announced(decision->state) && !is_announced(memory->state) && memory->returning)
        hold_back(memory, vip, gate, now_ms, decision);
    decision->profile = profile_of(vip, decision->state);
    memory->state = decision->state;
    memory->returning |= is_announced(decision->state);
}
