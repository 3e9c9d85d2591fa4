/* vipgate-bgpd: its rooms, and how a configuration goes into them. */
#ifndef VIPGATE_BGPD_DAEMON_H
#define VIPGATE_BGPD_DAEMON_H

#include "bgpd/announce/addresses.h"
#include "bgpd/announce/health.h"
#include "bgpd/announce/vips.h"
#include "bgpd/config/config.h"
#include "bgpd/session/speaker.h"
#include "lib/daemon/daemon.h"

struct bgpd {
    struct daemon daemon;       /* first: hooks and requests get its address */
    struct bgpd_config *config; /* the running one */
    struct addresses *addresses;
    struct health *health;
    struct speaker *speaker;
    struct vips *vips;
};

extern const struct daemon_kind bgpd_kind;

#endif
