#include "bgpd/announce/vip.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long an address waits for the neighbors' TCP to acknowledge the withdrawal. */
enum { REMOVAL_WAIT_MS = 1000 };

/* When to try again after memory ran out. */
enum { RESTATE_MS = 1000 };

struct vip *vip_new(const struct prefix *prefix)
{
    struct vip *vip = calloc(1, sizeof *vip);

    if (!vip)
        return NULL;
    vip->prefix = *prefix;
    vip->since_us = clock_real_us();
    prefix_format(prefix, vip->text);
    return vip;
}

void vip_free(struct vip *vip)
{
    if (!vip)
        return;
    path_attributes_unref(vip->attributes);
    free(vip);
}

static void decide(struct vip *vip, const struct verdict_table *verdicts, struct check_view *views, uint64_t now_ms)
{
    const struct vip_config *config = vip->config;

    if (!config) {
        vip->decision = (struct vip_decision){.state = VIP_WITHDRAWN, .next_ms = POLICY_NEVER};
        strlcpy(vip->decision.reason, "removed from the configuration", sizeof vip->decision.reason);
        return;
    }
    for (size_t i = 0; i < config->gate.check_count; i++)
        verdict_table_view(verdicts, config->gate.checks[i].name, &views[i]);
    gate_evaluate(&config->gate, views, vip->memory.gate_degraded, &vip->gate);
    policy_decide(&vip->memory, config, &vip->gate, now_ms, &vip->decision);
}

/* ---- the address ---- */

/* How an address that vanished was lost, for its event. */
static void explain_loss(struct vip *vip, const struct addresses *addresses)
{
    const char *interface = vip->address.placement.interface;

    if (!addresses_has_interface(addresses, interface))
        snprintf(vip->remark, sizeof vip->remark, "interface %s no longer exists", interface);
    else if (addresses_is_down(addresses, interface))
        snprintf(vip->remark, sizeof vip->remark, "interface %s went down, and the address was lost", interface);
    else
        snprintf(vip->remark, sizeof vip->remark, "another program removed its address from %s", interface);
}

static void look_at_address(struct vip *vip, const struct addresses *addresses, uint64_t now_ms)
{
    const struct vip_config *config = vip->config;

    /* It may be there from a vipgate that was killed: then it is ours to remove. */
    if (config && config->manage_address && vip->address.placement.interface[0] == '\0')
        vip->address.placement = vip_placement(config);
    if (vip_address_look(&vip->address, addresses, now_ms))
        explain_loss(vip, addresses);
}

/* Puts the address where it is wanted. Whether the VIP may be announced for all that concerns its address. */
static bool prepare_address(struct vip *vip, struct vip_rooms *rooms, uint64_t now_ms)
{
    const struct vip_config *config = vip->config;
    bool managed = config && config->manage_address;
    struct placement wanted = managed ? vip_placement(config) : (struct placement){0};
    int error = vip->address.error;

    look_at_address(vip, rooms->addresses, now_ms);
    vip->address.error = 0;
    /* It is where it no longer belongs: first the withdrawal, then the address goes, then it is added elsewhere. */
    if (vip_address_is_misplaced(&vip->address, &wanted))
        return false;
    if (!managed || !(config->keep_address || vip->decision.profile))
        return !managed;
    vip->address.error = error;
    bool present = vip_address_put(&vip->address, &wanted, rooms->addresses, now_ms, &rooms->address_budget);
    if (vip->address.error && vip->address.error != error && !vip_address_is_put_off(&vip->address)) {
        char text[256];
        vip_address_explain(&vip->address, text, sizeof text);
        log_error(vip->text, "%s; retrying", text);
    }
    return present;
}

static void plan_removal(struct vip *vip, uint64_t now_ms)
{
    const struct vip_config *config = vip->config;

    /* Before the first verdict an address left from before stays: a neighbor with graceful restart may still
     * send packets to it. */
    bool needed = vip->attributes || vip->decision.state == VIP_PENDING;
    bool managed = config && config->manage_address;
    struct placement wanted = managed ? vip_placement(config) : (struct placement){0};
    bool stays = managed && (config->keep_address || needed) && !vip_address_is_misplaced(&vip->address, &wanted);

    if (stays || !vip->address.ours)
        vip->address.remove_by_ms = 0;
    else if (vip->address.remove_by_ms == 0)
        vip->address.remove_by_ms = now_ms + REMOVAL_WAIT_MS;
}

/* ---- the routes ---- */

struct audience vip_audience(const struct vip *vip)
{
    return (struct audience){.prefix = &vip->prefix, .config = vip->config, .attributes = vip->attributes};
}

/* A family that this session does not carry is stated all the same: the next session may, and nobody would say so. */
bool vip_state_route(const struct vip *vip, struct peer *peer)
{
    const struct audience audience = vip_audience(vip);
    bool wanted = audience_names(&audience, peer);

    return rib_out_set(peer_rib_out(peer), &vip->prefix, wanted ? vip->attributes : NULL);
}

/* ---- what is so ---- */

/* Whether some neighbor has it; remembered, as it is asked for every VIP and changes rarely. */
static bool is_reached(struct vip *vip, const struct speaker *speaker)
{
    const struct audience audience = vip_audience(vip);
    bool was_reached = vip->reached;

    if (vip->unlooked)
        vip->reached = audience_first_reached(&audience, speaker) != NULL;
    vip->unlooked = false;
    /* The event of this is about neighbors: the reasons of the decision are older. */
    if (vip->reached && !was_reached && vip->said == VIP_WAITING && !vip->remark[0])
        audience_explain_reached(&audience, speaker, vip->remark, sizeof vip->remark);
    return vip->reached;
}

/* What is so, with its reason. */
static enum vip_state find_state(struct vip *vip, const struct speaker *speaker)
{
    const struct audience audience = vip_audience(vip);
    size_t size = sizeof vip->reason;

    if (vip->attributes && !is_reached(vip, speaker)) {
        audience_explain_waiting(&audience, speaker, vip->reason, size);
        return VIP_WAITING;
    }
    if (vip->attributes || !vip->decision.profile) {
        strlcpy(vip->reason, vip->decision.reason, size);
        return vip->decision.state;
    }
    if (vip->address.error)
        vip_address_explain(&vip->address, vip->reason, size);
    else
        strlcpy(vip->reason, "its address is being moved", size);
    return VIP_WITHDRAWN;
}

void vip_settle(struct vip *vip, const struct speaker *speaker)
{
    if (vip_address_is_put_off(&vip->address) && !vip->attributes)
        return;
    enum vip_state state = find_state(vip, speaker);
    if (state != vip->state) {
        vip->since_us = clock_real_us();
        vip->unsaid = true;
    }
    vip->state = state;
}

static void take_attributes(struct vip *vip, const struct path_attributes *attributes)
{
    const struct path_attributes *previous = vip->attributes;

    vip->attributes = path_attributes_ref(attributes);
    path_attributes_unref(previous);
    vip->unsaid = vip->unlooked = true;
    vip->reached &= attributes != NULL;
}

void vip_update(struct vip *vip, struct vip_rooms *rooms, struct check_view *views, uint64_t now_ms)
{
    decide(vip, rooms->verdicts, views, now_ms);
    bool may_announce = prepare_address(vip, rooms, now_ms);
    bool announced = may_announce && vip->decision.profile;
    const struct path_attributes *attributes = announced ? vip->decision.profile->attributes : NULL;

    if (attributes != vip->attributes) {
        take_attributes(vip, attributes);
        vip->unstated = true;
    }
    plan_removal(vip, now_ms);
}

void vip_report(struct vip *vip, struct journal *journal)
{
    uint64_t now = clock_real_us();
    const char *from = vip_state_name(vip->said), *to = vip->config ? vip_state_name(vip->state) : "removed";

    if (vip->said == VIP_WAITING && vip->state == VIP_WAITING)
        vip->unsaid = false; /* nothing of it was announced */
    /* The state is the same: then its profile has changed. */
    if (vip->unsaid && vip->said == vip->state && vip->attributes && !vip->remark[0])
        snprintf(vip->remark, sizeof vip->remark, "reload: the attributes of profile %s changed",
                 vip->decision.profile->name);
    if (vip->remark[0])
        journal_add(journal, now, "vip", vip->text, from, vip->unsaid ? to : from, "%s", vip->remark);
    else if (vip->unsaid)
        journal_add(journal, vip->since_us, "vip", vip->text, from, to, "%s", vip->reason);
    vip->remark[0] = '\0';
    vip->unsaid = false;
    vip->said = vip->state;
}

/* What was known of a VIP that was removed is nothing to one that is configured later, though its address may still be
 * there: it waits for its gate's first verdict like any other. */
static void forget(struct vip *vip)
{
    vip->memory = (struct vip_memory){0};
    vip->state = vip->said = VIP_PENDING;
    vip->since_us = clock_real_us();
}

/* The configuration reads the same, and is in another place. */
static void move_config(struct vip *vip, const struct vip_config *config)
{
    if (vip->decision.profile)
        vip->decision.profile =
            vip->decision.profile == vip->config->profile ? config->profile : config->degraded_profile;
    vip->config = config;
}

bool vip_configure(struct vip *vip, const struct vip_config *config)
{
    const struct vip_config *old = vip->config;

    vip->enrolled = true;
    if (old && config && vip_config_equal(old, config) && vip->address.error == 0) {
        move_config(vip, config);
        return false;
    }
    if (config && !old)
        forget(vip);
    if (vip->attributes && old && config && !vip_config_same_neighbors(old, config))
        strlcpy(vip->remark, "reload: its neighbors changed", sizeof vip->remark);
    vip->config = config;
    vip->unstated = true;
    vip_address_hasten(&vip->address);
    return true;
}

bool vip_is_undecided(const struct vip *vip)
{
    return vip->decision.state == VIP_PENDING || vip_address_is_put_off(&vip->address);
}

uint64_t vip_next_ms(const struct vip *vip, uint64_t now_ms)
{
    uint64_t next = vip->unstated ? now_ms + RESTATE_MS : vip->decision.next_ms;

    if (vip->address.error && !vip_address_is_put_off(&vip->address) && vip->address.retry_ms < next)
        next = vip->address.retry_ms;
    return next;
}
