#ifndef VIPGATE_HEALTHD_COMMAND_H
#define VIPGATE_HEALTHD_COMMAND_H

#include "healthd/daemon.h"

/* The handler of the control socket; USER is the struct daemon. */
control_handler daemon_answer;

#endif
