#ifndef VIPGATE_BGPD_COMMAND_H
#define VIPGATE_BGPD_COMMAND_H

#include "bgpd/daemon.h"

/* What bgpd answers on the control socket. */
extern const struct daemon_command bgpd_commands[];

#endif
