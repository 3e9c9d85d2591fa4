/*
 * All VIPs: looks at those that a change concerns, sends what came of it in one go (promise 2), and keeps the order of
 * promise 3.
 *
 *     health, addresses, time, configuration -> agenda -> vips_run:
 *         decide these VIPs, add addresses, state routes -> one speaker_flush -> events -> addresses that may go
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_VIPS_H
#define VIPGATE_BGPD_ANNOUNCE_VIPS_H

#include "bgpd/announce/health.h"
#include "bgpd/announce/vip.h"
#include "bgpd/config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct vips;

/* NULL when out of memory. What it is given must outlive it. */
struct vips *vips_new(uv_loop_t *loop, struct health *health, struct addresses *addresses, struct speaker *speaker,
                      struct journal *journal);

/* Memory is freed once the loop has run on. NULL: nothing. */
void vips_free(struct vips *vips);

/*
 * Takes over CONFIG, which must live until the next call, in two steps: prepare allocates all that is needed and
 * changes nothing (false: out of memory); then apply, which cannot fail and runs, or abandon. VIPs that CONFIG does not
 * have are withdrawn, and their addresses removed after that. The speaker has its configuration by then.
 */
bool vips_prepare(struct vips *vips, const struct bgpd_config *config);
void vips_apply(struct vips *vips, const struct bgpd_config *config);
void vips_abandon(struct vips *vips);

/* Something changed: verdicts, or what vips_addresses_changed was told. Everything that follows from it has been sent
 * on return. */
void vips_run(struct vips *vips);

/* ADDRESS changed, whichever its length; or, where that is NULL, INTERFACE; or, where both are, any of them. What could
 * not be added may be possible now. vips_run is still due. */
void vips_addresses_changed(struct vips *vips, const struct prefix *address, const char *interface);

/* A neighbor's session came up or went down, or it was sent what had waited: who has a VIP may be others now. Looks
 * after the loop has turned, and not more often than is good for the loop, however often sessions change. */
void vips_sessions_changed(struct vips *vips);

/* Before the speaker is shut down: says so in the journal, and changes nothing from then on. */
void vips_stop(struct vips *vips);

/* At the very end, when every neighbor knows: removes all addresses that vipgate added (promise 7). */
void vips_remove_addresses(struct vips *vips);

/* In the order of the configuration, those without one left out. NULL at the end. */
const struct vip *vips_at(const struct vips *vips, size_t index);
const struct vip *vips_find(const struct vips *vips, const struct prefix *prefix);

#endif
