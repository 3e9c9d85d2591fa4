/* All checks of the daemon: by name, in the order of the file, and from one configuration to the next. */
#ifndef VIPGATE_HEALTHD_ENGINE_CHECKS_H
#define VIPGATE_HEALTHD_ENGINE_CHECKS_H

#include "healthd/engine/check.h"
#include "healthd/engine/config.h"
#include "lib/daemon/load.h"

struct checks;

/* No checks yet. ROOM outlives them. NULL when out of memory. */
struct checks *checks_new(struct check_room *room);
void checks_free(struct checks *checks);

/*
 * Going over to CONFIG, wholly or not at all. checks_prepare makes all that can fail and touches no check that runs: a
 * few hundred checks in each call. It fails when out of memory, and nothing is then prepared. checks_apply takes the
 * CONFIG that was prepared over: checks that are the same in both go on untouched, with their counters; where only
 * times changed, too. It returns the configuration before, NULL for none, which the caller frees. checks_abandon
 * forgets what was prepared, but CONFIG.
 */
enum step checks_prepare(struct checks *checks, struct config *config);
struct config *checks_apply(struct checks *checks);
void checks_abandon(struct checks *checks);

const struct config *checks_config(const struct checks *checks);

/* NULL where there is none. */
struct check *checks_find(const struct checks *checks, const char *name);

size_t checks_count(const struct checks *checks);

/* The check at INDEX, in the order of the file. */
struct check *checks_at(const struct checks *checks, size_t index);

#endif
