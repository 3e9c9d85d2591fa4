/* The health daemon: its rooms, and the control socket that looks into them. */
#ifndef VIPGATE_HEALTHD_DAEMON_H
#define VIPGATE_HEALTHD_DAEMON_H

#include "healthd/check.h"
#include "healthd/checks.h"
#include "healthd/publish.h"
#include "lib/control/control.h"
#include "lib/control/event_feed.h"

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
    struct control_server *control;
    control_handler *answer; /* what comes over it; its user is the struct daemon */
    uv_timer_t pulse;
    uint64_t pulse_ms; /* of the loop's clock: when it was last seen to turn */
};

/* Reads the configuration at PATH. NULL where it has errors. LINES, which the caller frees, has one line for each
 * finding, errors and warnings; NULL where there is none. */
struct config *daemon_load(const struct ly_ctx *context, const char *path, char **lines);

/* Opens the sockets in CONFIG's directory and starts its checks; CONFIG passes here. All of DAEMON but path, loop,
 * context and answer is zeroed. False with one line in ERROR; daemon_stop is then still due. */
bool daemon_start(struct daemon *daemon, struct config *config, char *error, size_t size);

/* Reads the configuration again and goes over to it, or changes nothing; then what is wrong is in *LINES, which the
 * caller frees. */
enum reload_result daemon_reload(struct daemon *daemon, char **lines);

/* Closes everything; the loop then runs out. */
void daemon_stop(struct daemon *daemon);

#endif
