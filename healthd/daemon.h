/* The health daemon: its rooms, and how a configuration goes into them. */
#ifndef VIPGATE_HEALTHD_DAEMON_H
#define VIPGATE_HEALTHD_DAEMON_H

#include "healthd/engine/check.h"
#include "healthd/engine/checks.h"
#include "healthd/publish.h"
#include "lib/daemon/daemon.h"

struct healthd {
    struct daemon daemon; /* first: hooks and requests get its address */
    struct check_room room;
    struct checks *checks;
    struct publisher *publisher;
    uv_timer_t pulse;
    uint64_t pulse_ms; /* of the loop's clock: when it was last seen to turn */
};

extern const struct daemon_kind healthd_kind;

#endif
