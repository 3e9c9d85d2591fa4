/*
 * healthd's configuration as a value: plain structs made from the validated tree. Pure: no I/O, no clock. A reload
 * builds a new one and compares; healthd/engine/checks.c takes over what stands.
 */
#ifndef VIPGATE_HEALTHD_ENGINE_CONFIG_H
#define VIPGATE_HEALTHD_ENGINE_CONFIG_H

#include "healthd/engine/judge.h"
#include "healthd/probe/probe.h"
#include "lib/arena.h"
#include "lib/conf/conf.h"
#include "lib/kinds/kind.h"

#include <stddef.h>
#include <stdint.h>

struct check_config {
    char name[VERDICT_NAME_SIZE];
    const struct kind *kind;
    const struct probe_kind *probe; /* how it is run */
    struct arena arena;             /* of the settings */
    void *settings;                 /* the kind's own */
    uint64_t interval_ms;
    uint64_t fast_interval_ms; /* while a change of verdict is pending */
    uint64_t timeout_ms;
    struct judge_config judge;
    const char *probe_text; /* the kind and its settings, defaults included, as they were written */
};

struct config {
    struct arena arena; /* of the texts */
    uint64_t lease_ms;
    size_t check_count;
    struct check_config *checks;   /* in the order of the file */
    struct check_config **by_name; /* the same, sorted */
};

/* Makes a configuration of CONF, which was found sound; nothing in it points into CONF. What only a probe kind can
 * judge and finds wrong is added to CONF's errors, and so is memory that ran out; NULL then. */
struct config *config_new(struct conf *conf);
void config_free(struct config *config);

/* Whether the probes of A and B are the same: the same kind with the same settings. */
bool check_config_same_probe(const struct check_config *a, const struct check_config *b);

#endif
