/* The screen of vipgate status, and status --check: what is wrong, for monitoring and for whoever was called out of
 * bed.
 */
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

/* ---- status --check ---- */

/* STEERED: not as usual, and somebody wants it so; it is printed and does not count. */
enum condition { CONDITION_RIGHT, CONDITION_STEERED, CONDITION_WRONG };

/* The condition of ENTRY, of a list of the container 'state'. */
enum condition status_condition(const struct json_node *entry);

/* Writes ENTRY, of the list of VIEW, in one line: "check backend is down: connection refused". */
void status_line(FILE *file, const struct view *view, const struct json_node *entry, uint64_t now_us);

/* The command; it also compares what runs with the file. 0: all is right; STATUS_REFUSED: something is wrong;
 * STATUS_UNREACHABLE: no daemon answers. */
int status_check(const struct invocation *invocation);

#endif
