/* status --check: what is wrong, for monitoring and for whoever was called out of bed. */
#ifndef VIPGATE_CTL_STATUS_CHECK_H
#define VIPGATE_CTL_STATUS_CHECK_H

#include "ctl/command.h"
#include "ctl/views.h"
#include "ctl/writer.h"

/* STEERED: not as usual, and somebody wants it so; it is printed and does not count. */
enum condition { CONDITION_RIGHT, CONDITION_STEERED, CONDITION_WRONG };

/* The condition of ENTRY, of a list of the container 'state'. */
enum condition status_condition(const struct lyd_node *entry);

/* Writes ENTRY, of the list of VIEW, in one line: "check backend is down: connection refused". */
void status_line(FILE *file, const struct view *view, const struct lyd_node *entry, uint64_t now_us);

/* The command; it also compares what runs with the file. 0: all is right; STATUS_REFUSED: something is wrong;
 * STATUS_UNREACHABLE: no daemon answers. */
int status_check(const struct invocation *invocation);

#endif
