/* What healthd shows of itself, as nodes of the schema's container `state`. */
#ifndef VIPGATE_HEALTHD_STATE_H
#define VIPGATE_HEALTHD_STATE_H

#include "healthd/engine/check.h"

#include <libyang/libyang.h>

/* Appends CHECK to the list check of STATE. */
void state_append_check(struct lyd_node *state, const struct check *check);

#endif
