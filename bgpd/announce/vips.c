#include "bgpd/announce/vips.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

/* How often it is asked whether the neighbours acknowledged a withdrawal that an address waits for. */
enum { ACKNOWLEDGE_POLL_MS = 2 };

/* How often it is looked for who has a VIP, where sessions come and go without end: it costs a look at each VIP. */
enum { AUDIENCE_MS = 50 };

/* Addresses that are added in one turn of the loop. */
enum { ADDRESS_BUDGET = 64 };

/* Everything whose size depends on the configuration. */
struct roll {
    struct vip **vips; /* those that are configured, in that order, then those that are not */
    size_t count;
    struct vip **by_prefix;    /* those that are configured */
    struct vip **unstated;     /* room for all */
    struct check_view *views;  /* for the largest gate */
    struct gate_check *checks; /* of all gates */
    struct prefix *prefixes;   /* of all VIPs that are configured */
    size_t check_count, prefix_count;
    struct vip_filter filter; /* of the prefixes, until the speaker has it */
};

struct vips {
    uv_timer_t timer, audience_timer;
    uint64_t audience_ms; /* when who has what was last looked for */
    struct vip_rooms rooms;
    struct health *health;
    struct roll roll, next; /* next: prepared, not yet applied */
    bool stopped, released;
    bool swept;                    /* what a vipgate before us left behind is gone */
    uint64_t renames;              /* of interfaces, as of then */
    char down_interface[IFNAMSIZ]; /* the last one that was said to be down */
};

static void on_timer(uv_timer_t *timer)
{
    vips_run(timer->data);
}

static void on_audience_timer(uv_timer_t *timer);

struct vips *vips_new(uv_loop_t *loop, struct health *health, struct addresses *addresses, struct speaker *speaker,
                      struct journal *journal)
{
    struct vips *vips = calloc(1, sizeof *vips);

    if (!vips)
        return NULL;
    vips->health = health;
    vips->rooms = (struct vip_rooms){0, health_verdicts(health), addresses, speaker, journal};
    uv_timer_init(loop, &vips->timer);
    uv_timer_init(loop, &vips->audience_timer);
    vips->timer.data = vips->audience_timer.data = vips;
    return vips;
}

/* ---- configuration ---- */

static void roll_clear(struct roll *roll)
{
    free(roll->vips);
    free(roll->by_prefix);
    free(roll->unstated);
    free(roll->views);
    free(roll->checks);
    free(roll->prefixes);
    vip_filter_clear(&roll->filter);
    *roll = (struct roll){0};
}

static int compare_vips(const void *a, const void *b)
{
    const struct vip *const *first = a, *const *second = b;

    return prefix_compare(&(*first)->prefix, &(*second)->prefix);
}

static int compare_prefix_with_vip(const void *prefix, const void *element)
{
    const struct vip *const *vip = element;

    return prefix_compare(prefix, &(*vip)->prefix);
}

static struct vip *find_configured(const struct roll *roll, const struct prefix *prefix)
{
    struct vip **found = roll->prefix_count ? bsearch(prefix, roll->by_prefix, roll->prefix_count, sizeof(struct vip *),
                                                      compare_prefix_with_vip)
                                            : NULL;

    return found ? *found : NULL;
}

static struct vip *find(const struct roll *roll, const struct prefix *prefix)
{
    struct vip *vip = find_configured(roll, prefix);

    for (size_t i = roll->prefix_count; !vip && i < roll->count; i++) {
        if (prefix_compare(&roll->vips[i]->prefix, prefix) == 0)
            vip = roll->vips[i];
    }
    return vip;
}

static bool roll_allocate(struct roll *roll, const struct bgpd_config *config, size_t leaving)
{
    size_t checks = 0, largest = 0;

    for (size_t i = 0; i < config->vip_count; i++) {
        size_t count = config->vips[i].gate.check_count;
        checks += count;
        largest = count > largest ? count : largest;
    }
    roll->vips = calloc(config->vip_count + leaving + 1, sizeof(struct vip *));
    roll->by_prefix = calloc(config->vip_count + 1, sizeof(struct vip *));
    roll->unstated = calloc(config->vip_count + leaving + 1, sizeof(struct vip *));
    roll->views = calloc(largest + 1, sizeof *roll->views);
    roll->checks = calloc(checks + 1, sizeof *roll->checks);
    roll->prefixes = calloc(config->vip_count + 1, sizeof *roll->prefixes);
    return roll->vips && roll->by_prefix && roll->unstated && roll->views && roll->checks && roll->prefixes;
}

/* Enrols the VIP of CONFIG: the one that there is, or a new one. */
static bool enrol(struct vips *vips, const struct vip_config *config)
{
    struct roll *roll = &vips->next;
    struct vip *vip = find(&vips->roll, &config->prefix);

    if (!vip)
        vip = vip_new(&config->prefix);
    if (!vip)
        return false;
    roll->vips[roll->count++] = vip;
    roll->by_prefix[roll->prefix_count] = vip;
    roll->prefixes[roll->prefix_count++] = config->prefix;
    for (size_t i = 0; i < config->gate.check_count; i++)
        roll->checks[roll->check_count++] = config->gate.checks[i];
    return true;
}

bool vips_prepare(struct vips *vips, const struct bgpd_config *config)
{
    bool ok = roll_allocate(&vips->next, config, vips->roll.count);

    for (size_t i = 0; ok && i < config->vip_count; i++)
        ok = enrol(vips, &config->vips[i]);
    if (ok)
        qsort(vips->next.by_prefix, vips->next.prefix_count, sizeof(struct vip *), compare_vips);
    ok = ok && verdict_table_reserve(health_verdicts(vips->health), vips->next.checks, vips->next.check_count,
                                     clock_monotonic_ms());
    ok = ok && vip_filter_set(&vips->next.filter, vips->next.prefixes, vips->next.prefix_count);
    for (size_t i = 0; ok && i < vips->roll.count; i++) {
        struct vip *vip = vips->roll.vips[i];
        if (!find_configured(&vips->next, &vip->prefix))
            vips->next.vips[vips->next.count++] = vip;
    }
    if (!ok)
        vips_abandon(vips);
    return ok;
}

void vips_abandon(struct vips *vips)
{
    for (size_t i = 0; i < vips->next.count; i++) {
        if (!find(&vips->roll, &vips->next.vips[i]->prefix))
            vip_free(vips->next.vips[i]);
    }
    if (vips->next.vips)
        verdict_table_release(health_verdicts(vips->health));
    roll_clear(&vips->next);
}

/* The neighbours may be others now, and a VIP's neighbours too. */
static void restate(struct vips *vips)
{
    for (size_t i = 0; i < vips->roll.count; i++)
        vips->roll.vips[i]->unstated = vips->roll.vips[i]->unlooked = true;
}

void vips_apply(struct vips *vips, const struct bgpd_config *config)
{
    struct roll *roll = &vips->roll;

    roll_clear(roll);
    *roll = vips->next;
    vips->next = (struct roll){0};
    for (size_t i = 0; i < roll->count; i++)
        vip_configure(roll->vips[i], i < config->vip_count ? &config->vips[i] : NULL);
    verdict_table_expect(health_verdicts(vips->health), roll->checks, roll->check_count, clock_monotonic_ms());
    verdict_table_set_lease(health_verdicts(vips->health), config->lease_ms);
    health_rearm(vips->health);
    speaker_set_vips(vips->rooms.speaker, &roll->filter);
    restate(vips);
    vips_run(vips);
    /* A neighbour that is new, or that a VIP has newly, may have something to get though no VIP changed. */
    speaker_flush(vips->rooms.speaker);
}

/* ---- running ---- */

static bool is_everything_acknowledged(const struct speaker *speaker)
{
    for (struct peer *peer = speaker_next(speaker, NULL); peer; peer = speaker_next(speaker, peer)) {
        if (!peer_all_acknowledged(peer))
            return false;
    }
    return true;
}

/* Removes the addresses whose withdrawal has arrived, or that waited long enough for it. Whether others still wait. */
static bool remove_addresses(struct vips *vips, uint64_t now_ms)
{
    bool acknowledged = false, asked = false, waiting = false;

    for (size_t i = 0; i < vips->roll.count; i++) {
        struct vip *vip = vips->roll.vips[i];
        if (vip->address.remove_by_ms == 0)
            continue;
        if (!asked)
            acknowledged = is_everything_acknowledged(vips->rooms.speaker);
        asked = true;
        if (acknowledged || now_ms >= vip->address.remove_by_ms) {
            vip_address_remove(&vip->address, vips->rooms.addresses);
            log_info(vip->text, "address removed from %s", vip->address.placement.interface);
        } else {
            waiting = true;
        }
    }
    return waiting;
}

/* Whether a VIP has, or is to have, its address on INTERFACE. One of a prefix that no VIP has is another vipgate's, but
 * for the start: there it was left by one that was killed. */
static bool is_claimed(const struct prefix *prefix, const char *interface, void *user)
{
    const struct vips *vips = user;
    const struct vip *vip = find(&vips->roll, prefix);

    if (!vip)
        return vips->swept;
    if (vip->address.ours && strcmp(vip->address.placement.interface, interface) == 0)
        return true;
    return vip->config && vip->config->manage_address && strcmp(vip->config->interface, interface) == 0;
}

/* Removes addresses of ours that were left behind: at the start, and where an interface has another name now. Whether
 * some are left still. */
static bool remove_leftovers(struct vips *vips)
{
    uint64_t renames = addresses_renames(vips->rooms.addresses);

    if (vips->swept && vips->renames == renames)
        return false;
    if (addresses_remove_ours(vips->rooms.addresses, is_claimed, vips, ADDRESS_BUDGET) == ADDRESS_BUDGET)
        return true;
    vips->renames = renames;
    vips->swept = true;
    return false;
}

/* Forgets VIPs that are neither configured nor have an address of ours. */
static void drop_removed(struct roll *roll)
{
    size_t kept = 0;

    for (size_t i = 0; i < roll->count; i++) {
        if (roll->vips[i]->config || roll->vips[i]->address.ours)
            roll->vips[kept++] = roll->vips[i];
        else
            vip_free(roll->vips[i]);
    }
    roll->count = kept;
}

/* End-of-RIB may go once every gate has had its first verdict, or none can be had (promise 1). */
static void release_if_decided(struct vips *vips)
{
    for (size_t i = 0; i < vips->roll.count; i++) {
        const struct vip *vip = vips->roll.vips[i];
        if (vip->decision.state == VIP_PENDING || vip_address_is_put_off(&vip->address))
            return;
    }
    if (!vips->released)
        speaker_release(vips->rooms.speaker);
    vips->released = true;
}

static void warn_of_down_interfaces(struct vips *vips)
{
    if (!addresses_is_down(vips->rooms.addresses, vips->down_interface))
        vips->down_interface[0] = '\0';
    for (size_t i = 0; i < vips->roll.count; i++) {
        const struct vip_address *address = &vips->roll.vips[i]->address;
        if (!address->present || strcmp(address->placement.interface, vips->down_interface) == 0 ||
            !addresses_is_down(vips->rooms.addresses, address->placement.interface))
            continue;
        strlcpy(vips->down_interface, address->placement.interface, sizeof vips->down_interface);
        log_warning(NULL, "interface %s is down, so that VIPs on it do not answer: ip link set %s up",
                    vips->down_interface, vips->down_interface);
    }
}

static void arm(struct vips *vips, bool polling, uint64_t now_ms)
{
    uint64_t next = polling ? now_ms + ACKNOWLEDGE_POLL_MS : POLICY_NEVER;

    for (size_t i = 0; i < vips->roll.count; i++) {
        uint64_t wanted = vip_next_ms(vips->roll.vips[i], now_ms);
        next = wanted < next ? wanted : next;
    }
    if (next == POLICY_NEVER)
        uv_timer_stop(&vips->timer);
    else
        uv_timer_start(&vips->timer, on_timer, next > now_ms ? next - now_ms : 0, 0);
}

/* States what changed in every Adj-RIB-Out, one table after the other: with a thousand VIPs and many neighbours, each
 * is gone through once while the processor has it at hand. Whether there was anything. */
static bool state_routes(struct vips *vips)
{
    struct roll *roll = &vips->roll;
    size_t count = 0;

    for (size_t i = 0; i < roll->count; i++) {
        if (!roll->vips[i]->unstated)
            continue;
        roll->vips[i]->unstated = false;
        roll->unstated[count++] = roll->vips[i];
    }
    for (struct peer *peer = speaker_next(vips->rooms.speaker, NULL); peer && count > 0;
         peer = speaker_next(vips->rooms.speaker, peer)) {
        for (size_t i = 0; i < count; i++)
            roll->unstated[i]->unstated |= !vip_state_route(roll->unstated[i], peer);
        peer_flush_withdrawals(peer);
    }
    return count > 0;
}

/* What became of it all, and the events of it. */
static void settle(struct vips *vips)
{
    for (size_t i = 0; i < vips->roll.count; i++) {
        vip_settle(vips->roll.vips[i], vips->rooms.speaker);
        vip_report(vips->roll.vips[i], vips->rooms.journal);
    }
}

void vips_run(struct vips *vips)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (vips->stopped)
        return;
    vips->rooms.address_budget = ADDRESS_BUDGET;
    for (size_t i = 0; i < vips->roll.count; i++)
        vip_update(vips->roll.vips[i], &vips->rooms, vips->roll.views, now_ms);
    if (state_routes(vips))
        speaker_flush(vips->rooms.speaker);
    settle(vips);
    release_if_decided(vips);
    bool polling = remove_addresses(vips, now_ms);
    polling |= remove_leftovers(vips);
    if (!vips->next.vips) /* what is prepared may hold any of them */
        drop_removed(&vips->roll);
    warn_of_down_interfaces(vips);
    arm(vips, polling, now_ms);
}

static void on_audience_timer(uv_timer_t *timer)
{
    struct vips *vips = timer->data;

    vips->audience_ms = clock_monotonic_ms();
    for (size_t i = 0; i < vips->roll.count; i++)
        vips->roll.vips[i]->unlooked = true;
    settle(vips);
}

void vips_sessions_changed(struct vips *vips)
{
    uint64_t now_ms = clock_monotonic_ms(), next_ms = vips->audience_ms + AUDIENCE_MS;

    if (!vips->stopped && !uv_is_active((uv_handle_t *)&vips->audience_timer))
        uv_timer_start(&vips->audience_timer, on_audience_timer, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

void vips_addresses_changed(struct vips *vips)
{
    for (size_t i = 0; i < vips->roll.count; i++)
        vip_address_hasten(&vips->roll.vips[i]->address);
    vips_run(vips);
}

/* ---- the end ---- */

void vips_stop(struct vips *vips)
{
    vips->stopped = true;
    uv_timer_stop(&vips->timer);
    uv_timer_stop(&vips->audience_timer);
    for (size_t i = 0; i < vips->roll.count; i++) {
        struct vip *vip = vips->roll.vips[i];
        if (vip->attributes)
            journal_add(vips->rooms.journal, clock_real_us(), "vip", vip->text, vip_state_name(vip->state),
                        vip_state_name(VIP_WITHDRAWN), "vipgate-bgpd is stopping");
    }
}

void vips_remove_addresses(struct vips *vips)
{
    for (size_t i = 0; i < vips->roll.count; i++)
        vip_address_remove(&vips->roll.vips[i]->address, vips->rooms.addresses);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_audience_closed(uv_handle_t *handle)
{
    struct vips *vips = handle->data;

    uv_close((uv_handle_t *)&vips->timer, on_closed);
}

void vips_free(struct vips *vips)
{
    if (!vips)
        return;
    vips_abandon(vips);
    for (size_t i = 0; i < vips->roll.count; i++)
        vip_free(vips->roll.vips[i]);
    roll_clear(&vips->roll);
    uv_timer_stop(&vips->timer);
    uv_close((uv_handle_t *)&vips->audience_timer, on_audience_closed);
}

/* ---- asking ---- */

const struct vip *vips_at(const struct vips *vips, size_t index)
{
    return index < vips->roll.prefix_count ? vips->roll.vips[index] : NULL;
}

const struct vip *vips_find(const struct vips *vips, const struct prefix *prefix)
{
    return find_configured(&vips->roll, prefix);
}
