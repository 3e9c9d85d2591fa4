/* --watch: the answer drawn again and again. */
#ifndef VIPGATE_CTL_WATCH_H
#define VIPGATE_CTL_WATCH_H

#include "ctl/command.h"

/* Runs the command until a signal ends it with status 0, or its output cannot be written. */
int watch(const struct invocation *invocation);

#endif
