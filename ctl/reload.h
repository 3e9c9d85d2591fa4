/* A reload of all daemons that run, as one transaction. */
#ifndef VIPGATE_CTL_RELOAD_H
#define VIPGATE_CTL_RELOAD_H

#include "ctl/command.h"

#include <stdint.h>

/* Has every daemon prepare, then apply, and tells what that changed. A daemon that has not answered after TIMEOUT_MS
 * refuses for all of them. The exit status; every failure was told. */
int reload_run(const struct invocation *invocation, uint64_t timeout_ms);

#endif
