#ifndef VIPGATE_BGPD_COMMAND_H
#define VIPGATE_BGPD_COMMAND_H

#include "bgpd/daemon.h"

/* The handler of the control socket; USER is the struct bgpd. */
control_handler bgpd_answer;

#endif
