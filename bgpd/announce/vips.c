#include "bgpd/announce/vips.h"

#include "bgpd/announce/agenda.h"
#include "bgpd/announce/roll.h"
#include "lib/clock.h"
#include "lib/container.h"
#include "lib/log.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

/* How often it is asked whether the neighbors acknowledged a withdrawal that an address waits for. */
enum { ACKNOWLEDGE_POLL_MS = 2 };

/* How often it is looked for who has a VIP, where sessions come and go without end, and for how long in one turn of the
 * loop: it costs a look at each VIP. */
enum { AUDIENCE_MS = 50, AUDIENCE_TURN_US = 200, AUDIENCE_STEP = 16 };

/* Addresses that are added, or removed, in one turn of the loop: the kernel takes the longer for one the more there
 * are. */
enum { ADDRESS_BUDGET = 64 };

struct vips {
    uv_timer_t timer, audience_timer;
    uint64_t audience_ms;  /* when who has what was last looked for */
    size_t audience_next;  /* the VIP with which that goes on; 0: it is done */
    bool sessions_changed; /* since that began */
    struct vip_rooms rooms;
    struct health *health;
    struct roll roll, next; /* next: prepared, not yet applied */
    struct agenda agenda;
    struct agenda removals; /* those whose address is to be removed, when it is so at the latest */
    size_t undecided;
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

/* ---- what is to be looked at ---- */

static void mark(struct vips *vips, struct vip *vip)
{
    agenda_mark(&vips->agenda, &vip->item);
}

static void mark_verdicts(struct vips *vips)
{
    const char *name;

    while ((name = verdict_table_take_changed(health_verdicts(vips->health)))) {
        size_t count;
        const struct vip_reference *references = vip_index_check(&vips->roll.index, name, &count);
        for (size_t i = 0; i < count; i++)
            mark(vips, vips->roll.vips[references[i].vip]);
    }
}

static void mark_address(struct vips *vips, struct vip *vip)
{
    vip_address_hasten(&vip->address);
    mark(vips, vip);
}

/* Its address is on INTERFACE, or is to be. */
static bool concerns(const struct vip *vip, const char *interface)
{
    return strcmp(vip->address.placement.interface, interface) == 0 ||
           (vip->config && vip->config->manage_address && strcmp(vip->config->interface, interface) == 0);
}

void vips_addresses_changed(struct vips *vips, const struct prefix *address, const char *interface)
{
    struct vip *vip = NULL;

    if (address) {
        struct prefix host = *address;
        host.length = (uint8_t)(8 * family_octets(host.family));
        vip = roll_find(&vips->roll, &host);
    }
    if (vip)
        mark_address(vips, vip);
    for (size_t i = 0; !address && i < vips->roll.count; i++) {
        if (!interface || concerns(vips->roll.vips[i], interface))
            mark_address(vips, vips->roll.vips[i]);
    }
}

/* Whatever follows from how the VIP stands now. */
static void plan(struct vips *vips, struct vip *vip, uint64_t now_ms)
{
    bool undecided = vip_is_undecided(vip);
    uint64_t remove_by_ms = vip->address.remove_by_ms;

    agenda_set_due(&vips->removals, &vip->removal, remove_by_ms ? remove_by_ms : AGENDA_NEVER);
    vips->undecided += (size_t)undecided - (size_t)vip->is_undecided;
    vip->is_undecided = undecided;
    agenda_set_due(&vips->agenda, &vip->item, vip_next_ms(vip, now_ms));
    if (vip_address_is_put_off(&vip->address))
        agenda_wait(&vips->agenda, &vip->item);
}

static void arm(struct vips *vips, bool polling, uint64_t now_ms)
{
    uint64_t next = agenda_next_ms(&vips->agenda);

    if (polling && next > now_ms + ACKNOWLEDGE_POLL_MS)
        next = now_ms + ACKNOWLEDGE_POLL_MS;
    if (next == AGENDA_NEVER)
        uv_timer_stop(&vips->timer);
    else
        uv_timer_start(&vips->timer, on_timer, next > now_ms ? next - now_ms : 0, 0);
}

/* ---- who has them ---- */

static void start_audience_timer(struct vips *vips)
{
    uint64_t now_ms = clock_monotonic_ms(), next_ms = vips->audience_ms + AUDIENCE_MS;

    if (vips->audience_next > 0)
        next_ms = now_ms;
    uv_timer_start(&vips->audience_timer, on_audience_timer, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

/* Who has VIP now, and the event of it. */
static void look_at_audience(struct vips *vips, struct vip *vip)
{
    vip->unlooked = true;
    vip_settle(vip, vips->rooms.speaker);
    vip_report(vip, vips->rooms.journal);
}

/* Goes on to look for who has the VIPs, for AUDIENCE_TURN_US at most. */
static void look_at_audiences(struct vips *vips)
{
    uint64_t began_ns = uv_hrtime();
    size_t i = vips->audience_next;

    for (; i < vips->roll.count; i++) {
        if (i % AUDIENCE_STEP == AUDIENCE_STEP - 1 && uv_hrtime() - began_ns > AUDIENCE_TURN_US * 1000)
            break;
        look_at_audience(vips, vips->roll.vips[i]);
    }
    vips->audience_next = i < vips->roll.count ? i : 0;
    if (vips->audience_next > 0 || vips->sessions_changed)
        start_audience_timer(vips);
}

static void on_audience_timer(uv_timer_t *timer)
{
    struct vips *vips = timer->data;

    if (vips->audience_next == 0) {
        vips->audience_ms = clock_monotonic_ms();
        vips->sessions_changed = false;
    }
    look_at_audiences(vips);
}

void vips_sessions_changed(struct vips *vips)
{
    vips->sessions_changed = true;
    if (!vips->stopped && !uv_is_active((uv_handle_t *)&vips->audience_timer))
        start_audience_timer(vips);
}

/* ---- configuration ---- */

bool vips_prepare(struct vips *vips, const struct bgpd_config *config)
{
    return roll_prepare(&vips->next, &vips->roll, config, health_verdicts(vips->health));
}

void vips_abandon(struct vips *vips)
{
    roll_abandon(&vips->next, &vips->roll, health_verdicts(vips->health));
}

/* States all routes to PEER where it is new, and nothing was stated in its Adj-RIB-Out yet. */
static void introduce(struct vips *vips, struct peer *peer)
{
    const struct rib_out *rib = peer_rib_out(peer);

    if (rib_out_sent_count(rib) > 0 || rib_out_pending(rib))
        return;
    for (size_t i = 0; i < vips->roll.configured; i++) {
        struct vip *vip = vips->roll.vips[i];
        if (!vip->attributes || vip_state_route(vip, peer))
            continue;
        vip->unstated = true; /* out of memory: again later */
        mark(vips, vip);
    }
}

void vips_apply(struct vips *vips, const struct bgpd_config *config)
{
    struct roll *roll = &vips->roll;

    roll_replace(roll, &vips->next, health_verdicts(vips->health));
    for (size_t i = 0; i < roll->count; i++) {
        if (vip_configure(roll->vips[i], i < roll->configured ? &config->vips[i] : NULL))
            mark(vips, roll->vips[i]);
    }
    verdict_table_set_lease(health_verdicts(vips->health), config->lease_ms);
    health_rearm(vips->health);
    speaker_set_vips(vips->rooms.speaker, roll->index.prefixes, roll->configured);
    for (struct peer *peer = speaker_next(vips->rooms.speaker, NULL); peer;
         peer = speaker_next(vips->rooms.speaker, peer))
        introduce(vips, peer);
    vips_run(vips);
    /* A neighbor that is new may have something to get though no VIP changed. */
    speaker_flush(vips->rooms.speaker);
    vips->audience_next = 0;
    look_at_audiences(vips);
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

/* Removes addresses whose withdrawal has arrived, or that waited long enough for it. Whether others still wait. */
static bool remove_addresses(struct vips *vips, uint64_t now_ms)
{
    bool some = agenda_next_ms(&vips->removals) != AGENDA_NEVER;
    bool acknowledged = some && is_everything_acknowledged(vips->rooms.speaker);

    for (unsigned turn = 0; turn < ADDRESS_BUDGET; turn++) {
        struct agenda_item *item = agenda_take(&vips->removals, acknowledged ? AGENDA_NEVER : now_ms, &(unsigned){0});
        if (!item)
            break;
        struct vip *vip = CONTAINER_OF(item, struct vip, removal);
        vip_address_remove(&vip->address, vips->rooms.addresses);
        log_info(vip->text, "address removed from %s", vip->address.placement.interface);
        plan(vips, vip, now_ms);
        mark(vips, vip); /* it may be wanted elsewhere */
    }
    return agenda_next_ms(&vips->removals) != AGENDA_NEVER;
}

/* Whether a VIP has, or is to have, its address on INTERFACE. One of a prefix that no VIP has is another vipgate's, but
 * for the start: there it was left by one that was killed. */
static bool is_claimed(const struct prefix *prefix, const char *interface, void *user)
{
    const struct vips *vips = user;
    const struct vip *vip = roll_find(&vips->roll, prefix);

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
static void drop_removed(struct vips *vips)
{
    struct roll *roll = &vips->roll;

    for (size_t i = roll->count; i-- > roll->configured;) {
        struct vip *vip = roll->vips[i];
        if (vip->address.ours)
            continue;
        agenda_forget(&vips->agenda, &vip->item);
        agenda_forget(&vips->removals, &vip->removal);
        roll_remove(roll, i);
        vip_free(vip);
    }
}

/* End-of-RIB may go once every gate has had its first verdict, or none can be had (promise 1). */
static void release_if_decided(struct vips *vips)
{
    if (vips->undecided > 0 || vips->released)
        return;
    speaker_release(vips->rooms.speaker);
    vips->released = true;
}

static void warn_of_down_interface(struct vips *vips, const struct vip_address *address)
{
    const char *interface = address->placement.interface;

    if (!address->present || strcmp(interface, vips->down_interface) == 0 ||
        !addresses_is_down(vips->rooms.addresses, interface))
        return;
    strlcpy(vips->down_interface, interface, sizeof vips->down_interface);
    log_warning(NULL, "interface %s is down, its VIPs are unreachable: ip link set %s up", interface, interface);
}

/* Takes the VIPs that are to be looked at into the roll's WORK. Their number. */
static size_t take_work(struct vips *vips, uint64_t now_ms)
{
    unsigned turns = ADDRESS_BUDGET;
    struct agenda_item *item;
    size_t count = 0;

    while ((item = agenda_take(&vips->agenda, now_ms, &turns)))
        vips->roll.work[count++] = CONTAINER_OF(item, struct vip, item);
    return count;
}

/* States what changed of COUNT VIPs in every Adj-RIB-Out, one table after the other: with a thousand VIPs and many
 * neighbors, each is gone through once while the processor has it at hand. Whether there was anything. */
static bool state_routes(struct vips *vips, size_t count)
{
    struct vip **work = vips->roll.work;
    size_t unstated = 0;

    for (size_t i = 0; i < count; i++) {
        struct vip *vip = work[i];
        if (!vip->unstated)
            continue;
        vip->unstated = false;
        work[i] = work[unstated];
        work[unstated++] = vip;
    }
    for (struct peer *peer = speaker_next(vips->rooms.speaker, NULL); peer && unstated > 0;
         peer = speaker_next(vips->rooms.speaker, peer)) {
        for (size_t i = 0; i < unstated; i++)
            work[i]->unstated |= !vip_state_route(work[i], peer);
        peer_flush_withdrawals(peer);
    }
    return unstated > 0;
}

/* What became of a VIP, its event, and what is next. */
static void settle(struct vips *vips, struct vip *vip, uint64_t now_ms)
{
    vip_settle(vip, vips->rooms.speaker);
    vip_report(vip, vips->rooms.journal);
    warn_of_down_interface(vips, &vip->address);
    plan(vips, vip, now_ms);
}

void vips_run(struct vips *vips)
{
    uint64_t now_ms = clock_monotonic_ms();

    if (vips->stopped)
        return;
    mark_verdicts(vips);
    size_t count = take_work(vips, now_ms);
    vips->rooms.address_budget = ADDRESS_BUDGET;
    for (size_t i = 0; i < count; i++) {
        if (vips->sessions_changed && vips->roll.work[i]->state == VIP_WAITING)
            look_at_audience(vips, vips->roll.work[i]); /* it may have been heard before it changes now */
        vip_update(vips->roll.work[i], &vips->rooms, vips->roll.views, now_ms);
    }
    if (state_routes(vips, count))
        speaker_flush(vips->rooms.speaker);
    if (!addresses_is_down(vips->rooms.addresses, vips->down_interface))
        vips->down_interface[0] = '\0';
    for (size_t i = 0; i < count; i++)
        settle(vips, vips->roll.work[i], now_ms);
    release_if_decided(vips);
    bool polling = remove_addresses(vips, now_ms);
    polling |= remove_leftovers(vips);
    if (!vips->next.vips) /* what is prepared may hold any of them */
        drop_removed(vips);
    arm(vips, polling, now_ms);
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
    return index < vips->roll.configured ? vips->roll.vips[index] : NULL;
}

const struct vip *vips_find(const struct vips *vips, const struct prefix *prefix)
{
    const struct vip *vip = roll_find(&vips->roll, prefix);

    return vip && vip->config ? vip : NULL;
}
