/* The screen of vipgate status. */
#ifndef VIPGATE_CTL_STATUS_H
#define VIPGATE_CTL_STATUS_H

#include "ctl/query.h"
#include "ctl/writer.h"

#include <stdbool.h>

/*
 * Writes what both daemons have said: of each list how many there are in which state, then what is wrong, and then the
 * rest as far as the screen goes. What a daemon that does not answer (BGP, HEALTH) would have said is left out: "none"
 * would be wrong. As JSON all of it is written.
 */
void status_write(struct writer *writer, const struct collection *answers, bool bgp, bool health);

#endif
