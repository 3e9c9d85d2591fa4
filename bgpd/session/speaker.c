/* All peers of this bgpd: sends for all, ends all. */
#include "bgpd/session/speaker_private.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

enum { SHUTDOWN_TICK_MS = 2 };

struct speaker *speaker_new(uv_loop_t *loop, struct journal *journal, speaker_session_change *change, void *user)
{
    struct speaker *speaker = calloc(1, sizeof *speaker);

    if (!speaker)
        return NULL;
    speaker->context.loop = loop;
    speaker->context.journal = journal;
    speaker->context.change = change;
    speaker->context.user = user;
    speaker->context.started_ms = uv_now(loop);
    speaker->stranger_limit = (struct log_limit){.burst = 5, .interval_ms = 10 * 1000};
    uv_timer_init(loop, &speaker->shutdown_timer);
    speaker->shutdown_timer.data = speaker;
    return speaker;
}

struct peer *speaker_next(const struct speaker *speaker, const struct peer *previous)
{
    size_t next = previous ? previous->index + 1 : 0;

    return next < speaker->peer_count ? speaker->peers[next] : NULL;
}

void speaker_set_vips(struct speaker *speaker, const struct prefix *prefixes, size_t count)
{
    const struct vip_filter *old = &speaker->context.vips;
    bool same = old->count == count && (count == 0 || memcmp(old->prefixes, prefixes, count * sizeof *prefixes) == 0);

    vip_filter_set(&speaker->context.vips, prefixes, count);
    for (size_t i = 0; i < speaker->peer_count && !same; i++) {
        if (speaker->peers[i]->config->import == IMPORT_VIPS)
            peer_import_changed(speaker->peers[i]);
    }
}

void speaker_flush(struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++)
        peer_flush_withdrawals(speaker->peers[i]);
    for (size_t i = 0; i < speaker->peer_count; i++)
        peer_flush(speaker->peers[i]);
}

void speaker_release(struct speaker *speaker)
{
    speaker->context.released = true;
    speaker_flush(speaker);
}

void speaker_set_preserved(struct speaker *speaker, uint8_t families)
{
    speaker->context.preserved = families;
}

/* ---- the end ---- */

static bool withdrawals_left(const struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++) {
        if (speaker->peers[i]->session && rib_out_pending(speaker->peers[i]->rib_out))
            return true;
    }
    return false;
}

static bool lingering_done(const struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++) {
        if (!transport_lingering_done(&speaker->peers[i]->shared.lingering))
            return false;
    }
    return transport_lingering_done(&speaker->context.lingering);
}

static void end_lingering(struct speaker *speaker)
{
    for (size_t i = 0; i < speaker->peer_count; i++)
        transport_lingering_end(&speaker->peers[i]->shared.lingering);
    transport_lingering_end(&speaker->context.lingering);
}

/* First the withdrawals, as far as the neighbors read them; then Cease; then wait for the acknowledgement of all of it.
 */
static void shutdown_tick(uv_timer_t *timer)
{
    struct speaker *speaker = timer->data;
    bool late = uv_now(timer->loop) >= speaker->shutdown_deadline_ms;

    if (withdrawals_left(speaker) && !late)
        return;
    for (size_t i = 0; i < speaker->peer_count; i++)
        peer_stop(speaker->peers[i], CEASE_ADMINISTRATIVE_SHUTDOWN, speaker->shutdown_text);
    if (!lingering_done(speaker) && !late)
        return;
    uv_timer_stop(timer);
    end_lingering(speaker);
    speaker->shutdown_done(speaker->shutdown_user);
}

void speaker_shutdown(struct speaker *speaker, const char *text, uint64_t timeout_ms, void (*done)(void *user),
                      void *user)
{
    speaker->shutting_down = true;
    speaker->shutdown_done = done;
    speaker->shutdown_user = user;
    speaker->shutdown_deadline_ms = uv_now(speaker->context.loop) + timeout_ms;
    strlcpy(speaker->shutdown_text, text ? text : "", sizeof speaker->shutdown_text);
    for (size_t i = 0; i < speaker->peer_count; i++)
        rib_out_clear(speaker->peers[i]->rib_out);
    speaker_flush(speaker);
    uv_timer_start(&speaker->shutdown_timer, shutdown_tick, 0, SHUTDOWN_TICK_MS);
}
