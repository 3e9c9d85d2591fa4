#ifndef VIPGATE_HEALTHD_COMMAND_H
#define VIPGATE_HEALTHD_COMMAND_H

#include "healthd/daemon.h"

/* What healthd answers on the control socket. */
extern const struct daemon_command healthd_commands[];

#endif
