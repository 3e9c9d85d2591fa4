/* The health daemon: its rooms, and the control socket that looks into them. */
#ifndef VIPGATE_HEALTHD_DAEMON_H
#define VIPGATE_HEALTHD_DAEMON_H

#include "healthd/engine/check.h"
#include "healthd/engine/checks.h"
#include "healthd/publish.h"
#include "lib/control/control.h"
#include "lib/control/event_feed.h"
#include "lib/daemon/reload.h"

#include <libyang/libyang.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct daemon {
    const char *path; /* of the configuration */
    uv_loop_t *loop;
    struct ly_ctx *context;
    uint64_t since_us;
    struct check_room room;
    struct checks *checks;
    struct journal *journal;
    struct publisher *publisher;
    struct event_feed *feed;
    struct reload *reload;
    struct control_server *control;
    control_handler *answer; /* what comes over it; its user is the struct daemon */
    uv_timer_t pulse;
    uint64_t pulse_ms; /* of the loop's clock: when it was last seen to turn */
};

/* What healthd makes of a configuration, a struct config. */
extern const struct load_kind daemon_load_kind;

/* Opens the sockets in the directory of LOAD and starts its checks; its value is taken over. All of DAEMON but path,
 * loop, context and answer is zeroed. False with one line in ERROR; daemon_stop is then still due. */
bool daemon_start(struct daemon *daemon, struct load *load, char *error, size_t size);

/* Closes everything; the loop then runs out. */
void daemon_stop(struct daemon *daemon);

#endif
