/* vipgate-bgpd: its rooms, and the control socket that looks into them. */
#ifndef VIPGATE_BGPD_DAEMON_H
#define VIPGATE_BGPD_DAEMON_H

#include "bgpd/announce/addresses.h"
#include "bgpd/announce/health.h"
#include "bgpd/announce/vips.h"
#include "bgpd/config/config.h"
#include "bgpd/session/speaker.h"
#include "lib/control/control.h"
#include "lib/control/event_feed.h"
#include "lib/daemon/reload.h"
#include "lib/journal.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct bgpd {
    const char *path; /* of the configuration */
    uv_loop_t *loop;
    struct ly_ctx *context;
    struct bgpd_config *config; /* the running one */
    struct reload *reload;
    uint64_t since_us;
    struct journal *journal;
    struct event_feed *feed;
    struct control_server *control;
    struct addresses *addresses;
    struct health *health;
    struct speaker *speaker;
    struct vips *vips;
    bool stopping;
    control_handler *answer; /* what comes over the control socket; its user is the struct bgpd */
    void (*stopped)(struct bgpd *bgpd);
};

/* What bgpd makes of a configuration, a struct bgpd_config. */
extern const struct load_kind bgpd_load_kind;

/* Opens all rooms and goes to work with LOAD, whose value is taken over. All of BGPD but path, loop, context, answer
 * and stopped is zeroed. False with one line in ERROR; bgpd_close is then still due. */
bool bgpd_start(struct bgpd *bgpd, struct load *load, char *error, size_t size);

/* Promise 7: withdraws everything, sends Cease with REASON, removes the addresses that vipgate added, and calls
 * bgpd->stopped; within a few seconds, whatever neighbours do. Asked twice, it waits for nobody. */
void bgpd_stop(struct bgpd *bgpd, const char *reason);

/* Closes everything; the loop then runs out. */
void bgpd_close(struct bgpd *bgpd);

#endif
