/* The list vip. */
#include "bgpd/show/show.h"
#include "lib/clock.h"
#include "lib/model.h"

static void append_gate(struct lyd_node *node, const struct vip *vip)
{
    if (vip->config->gate.check_count == 0)
        return;
    struct lyd_node *gate = model_container(node, "gate");
    model_leaf(gate, "verdict", gate_standing_name(vip->gate.standing));
    if (vip->gate.healthy_percent >= 0)
        model_leaf_number(gate, "healthy-percent", (uint64_t)vip->gate.healthy_percent);
}

/* Whom it is for: who has it, and from whom it is withheld. */
static void append_neighbors(struct lyd_node *node, const struct bgpd *bgpd, const struct vip *vip)
{
    const struct audience audience = vip_audience(vip);
    char address[ADDRESS_TEXT_SIZE];
    uint64_t count = 0;

    for (struct peer *peer = speaker_next(bgpd->speaker, NULL); peer; peer = speaker_next(bgpd->speaker, peer)) {
        const char *obstacle;
        if (!audience_includes(&audience, peer))
            continue;
        count++;
        if (audience_has(&audience, peer))
            state_leaf_address(node, "advertised-to", &peer_config(peer)->address);
        else if ((obstacle = audience_obstacle(&audience, peer)))
            model_leaf(model_list(node, "withheld", address_format(&peer_config(peer)->address, address), NULL),
                       "reason", obstacle);
    }
    model_leaf_number(node, "neighbor-count", count);
}

static void append_damping(struct lyd_node *node, const struct vip *vip)
{
    const struct damping_config *config = &vip->config->damping;
    const struct damping *damping = &vip->memory.damping;
    uint64_t now_ms = clock_monotonic_ms();

    if (!config->enabled)
        return;
    model_leaf_number(node, "damping-penalty", (uint64_t)damping_penalty(damping, config, now_ms));
    if (damping_suppressed(damping, config, now_ms))
        model_leaf_number(node, "damping-reuse", (damping_reuse_ms(damping, config, now_ms) - now_ms + 999) / 1000);
}

static bool is_address_present(const struct bgpd *bgpd, const struct vip *vip)
{
    return vip->config->manage_address ? vip->address.present : addresses_has_anywhere(bgpd->addresses, &vip->prefix);
}

struct lyd_node *state_append_vip(struct lyd_node *state, const struct bgpd *bgpd, const struct vip *vip)
{
    struct lyd_node *node = model_list(state, "vip", vip->text, NULL);

    model_leaf(node, "state", vip_state_name(vip->state));
    state_leaf_text(node, "reason", vip->reason);
    model_leaf_time(node, "since", vip->since_us);
    if (vip->attributes) {
        state_leaf_text(node, "profile", vip->decision.profile->name);
        model_leaf_number(node, "as-path-prepend", vip->attributes->prepend);
    }
    append_gate(node, vip);
    model_leaf_boolean(node, "address-present", is_address_present(bgpd, vip));
    append_neighbors(node, bgpd, vip);
    append_damping(node, vip);
    return node;
}
