/* The list vip. */
#include "bgpd/show/rows.h"
#include "lib/clock.h"

static void show_gate(struct json *row, const struct vip *vip)
{
    if (vip->config->gate.check_count == 0)
        return;
    json_begin(row, "gate");
    json_text(row, "verdict", gate_standing_name(vip->gate.standing));
    if (vip->gate.healthy_percent >= 0)
        json_number(row, "healthy-percent", (uint64_t)vip->gate.healthy_percent);
    json_end(row);
}

/* The neighbors that have it; how many it is for, and from how many of them it is withheld. */
static uint64_t show_holders(struct json *row, const struct bgpd *bgpd, const struct audience *audience,
                             uint64_t *withheld)
{
    uint64_t count = 0;

    *withheld = 0;
    for (struct peer *peer = speaker_next(bgpd->speaker, NULL); peer; peer = speaker_next(bgpd->speaker, peer)) {
        char address[ADDRESS_TEXT_SIZE];
        if (!audience_includes(audience, peer))
            continue;
        count++;
        if (audience_has(audience, peer))
            json_item(row, "advertised-to", address_format(&peer_config(peer)->address, address));
        else
            *withheld += audience_obstacle(audience, peer) != NULL;
    }
    return count;
}

static void show_withheld(struct json *row, const struct bgpd *bgpd, const struct audience *audience)
{
    for (struct peer *peer = speaker_next(bgpd->speaker, NULL); peer; peer = speaker_next(bgpd->speaker, peer)) {
        const char *obstacle = NULL;
        if (audience_includes(audience, peer) && !audience_has(audience, peer))
            obstacle = audience_obstacle(audience, peer);
        if (!obstacle)
            continue;
        json_entry(row, "withheld");
        show_address(row, "neighbor", &peer_config(peer)->address);
        json_text(row, "reason", obstacle);
        json_end(row);
    }
}

static bool is_address_present(const struct bgpd *bgpd, const struct vip *vip)
{
    return vip->config->manage_address ? vip->address.present : addresses_has_anywhere(bgpd->addresses, &vip->prefix);
}

void show_vip_leafs(struct json *row, const struct bgpd *bgpd, const struct vip *vip)
{
    const struct audience audience = vip_audience(vip);
    uint64_t withheld;

    json_text(row, "prefix", vip->text);
    json_text(row, "state", vip_state_name(vip->state));
    json_text_if_any(row, "reason", vip->reason);
    json_time(row, "since", vip->since_us);
    if (vip->attributes) {
        json_text_if_any(row, "profile", vip->decision.profile->name);
        json_number(row, "as-path-prepend", vip->attributes->prepend);
    }
    show_gate(row, vip);
    json_boolean(row, "address-present", is_address_present(bgpd, vip));
    json_number(row, "neighbor-count", show_holders(row, bgpd, &audience, &withheld));
    if (withheld > 0)
        show_withheld(row, bgpd, &audience);
    damping_show(&vip->memory.damping, &vip->config->damping, clock_monotonic_ms(), row);
}

void show_vip(struct json *state, const struct bgpd *bgpd, const struct vip *vip)
{
    json_entry(state, "vip");
    show_vip_leafs(state, bgpd, vip);
    json_end(state);
}
