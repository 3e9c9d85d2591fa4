/* All checks of the daemon: by name, in the order of the file, and from one configuration to the next. */
#ifndef VIPGATE_HEALTHD_CHECKS_H
#define VIPGATE_HEALTHD_CHECKS_H

#include "healthd/check.h"
#include "healthd/config.h"

struct checks;

/* The check NAME is no longer configured. */
typedef void checks_removed(const char *name, void *user);

/* No checks yet. ROOM outlives them. */
struct checks *checks_new(struct check_room *room, checks_removed *removed, void *user);
void checks_free(struct checks *checks);

/* Goes over to CONFIG, whose ownership passes here. Checks that are the same in both go on untouched, with their
 * counters; where only times changed, too. Cannot fail, but aborts when out of memory. */
void checks_apply(struct checks *checks, struct config *config);

const struct config *checks_config(const struct checks *checks);

/* NULL where there is none. */
struct check *checks_find(const struct checks *checks, const char *name);

size_t checks_count(const struct checks *checks);

/* The check at INDEX, in the order of the file. */
struct check *checks_at(const struct checks *checks, size_t index);

#endif
