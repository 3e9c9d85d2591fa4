/* vipgate-bgpd: its rooms, and the control socket that looks into them. */
#ifndef VIPGATE_BGPD_DAEMON_H
#define VIPGATE_BGPD_DAEMON_H

#include "bgpd/announce/health.h"
#include "bgpd/announce/loopback.h"
#include "bgpd/announce/vips.h"
#include "bgpd/config.h"
#include "bgpd/session/speaker.h"
#include "lib/control/control.h"
#include "lib/control/event_feed.h"
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
    struct lyd_node *tree;      /* the running configuration: as a document, */
    struct bgpd_config *config; /* and as a value */
    uint64_t since_us;
    struct journal *journal;
    struct event_feed *feed;
    struct control_server *control;
    struct loopback *loopback;
    struct health *health;
    struct speaker *speaker;
    struct vips *vips;
    bool stopping;
    control_handler *answer; /* what comes over the control socket; its user is the struct bgpd */
    void (*stopped)(struct bgpd *bgpd);
};

/* A configuration that was read. */
struct bgpd_load {
    struct lyd_node *tree; /* NULL where there were errors */
    struct bgpd_config *config;
    char *lines; /* one for each finding, errors and warnings; empty: none */
};

/* Reads the configuration at PATH. Release what is not taken over with bgpd_load_clear. */
struct bgpd_load bgpd_load(const struct ly_ctx *context, const char *path);
void bgpd_load_clear(struct bgpd_load *load);

/* Opens all rooms and goes to work with LOAD, which is taken over. All of BGPD but path, loop, context,
 * answer and stopped is zeroed. False with one line in ERROR; bgpd_close is then still due. */
bool bgpd_start(struct bgpd *bgpd, struct bgpd_load *load, char *error, size_t size);

/* Reads the configuration again and goes over to it, wholly or not at all; then what is wrong is in *LINES, which the
 * caller frees. */
enum reload_result bgpd_reload(struct bgpd *bgpd, char **lines);

/* Promise 7: withdraws everything, sends Cease with REASON, removes the addresses that vipgate added, and calls
 * bgpd->stopped; within a few seconds, whatever neighbours do. Asked twice, it waits for nobody. */
void bgpd_stop(struct bgpd *bgpd, const char *reason);

/* Closes everything; the loop then runs out. */
void bgpd_close(struct bgpd *bgpd);

#endif
