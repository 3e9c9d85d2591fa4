/*
 * One check at work: its probe, its judge and its times.
 *
 *     due --> probe_start … probe_finish --> finish: count, judge, publish, tell, next due
 *              \_ deadline: timeout ________/
 *
 * Every run, however it began and ended, comes through one function. Runs of one check never overlap, and
 * its schedule does not drift: the next run is due one interval after this one was due, not after it ended, and at the
 * check's own place in the interval (healthd/engine/schedule.h).
 */
#ifndef VIPGATE_HEALTHD_ENGINE_CHECK_H
#define VIPGATE_HEALTHD_ENGINE_CHECK_H

#include "healthd/engine/config.h"
#include "healthd/engine/judge.h"
#include "healthd/probe/probe.h"
#include "lib/journal.h"
#include "lib/verdict.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct check;

/* What all checks share. */
struct check_room {
    struct probe_room probe;
    struct journal *journal;
    void (*changed)(const struct check *check, void *user); /* its verdict, first_pending or healthy_percent is new */
    void (*removed)(const char *name, void *user);          /* the check NAME is no longer configured */
    void *user;
};

/* A caller that waits for the end of one run; lives in the caller. */
struct check_run {
    void (*finished)(struct check_run *run, const struct check *check); /* NULL: the check is no longer configured */
    LIST_ENTRY(check_run) link;
    struct check *check; /* NULL: not waiting */
};

struct check {
    struct check_config *config;
    struct check_room *room;
    struct probe *probe;
    struct judge judge;
    uint32_t runs;
    uint64_t since_us;     /* real time of the verdict's last change */
    uint64_t last_time_us; /* real time of the last run's end; 0: none yet */
    struct probe_result last;
    char cause[VERDICT_REASON_SIZE]; /* of the verdict */
    /* the rest is the check's own */
    uv_timer_t run_timer;   /* the next run, or the deadline of this one */
    uv_timer_t judge_timer; /* when time alone changes the verdict */
    uint32_t seed;          /* of its place in the schedule */
    uint64_t first_run_ms;  /* where it begins, and begins again */
    uint64_t due_ms;        /* of the loop's clock: when the run under way was, or the next is, due */
    uint64_t started_ms;
    bool running;
    bool overdue;   /* the run under way is past its timeout, and the loop has yet to look for its answer */
    bool scheduled; /* the run under way is one of the schedule's */
    bool settled;   /* the second run has been scheduled, at the check's place */
    bool again;     /* something happened while a run was under way */
    bool suppressed;
    LIST_HEAD(, check_run) waiting;
    unsigned open_handles;
};

/* A check with CONFIG, which outlives it, and which nothing happens to before check_start. NULL when out of memory. */
struct check *check_new(struct check_room *room, struct check_config *config);

/* Begins to probe, as one of COUNT: the first run is due soon. */
void check_start(struct check *check, size_t count);

/* Ends it. Memory is freed once the loop has run on. Whoever waits for a run is told that the check is gone. */
void check_free(struct check *check);

/* A probe with CONFIG's settings to give to check_reconfigure; NULL when out of memory. */
struct probe *check_probe_new(struct check *check, const struct check_config *config);

/* Takes over CONFIG and PROBE, which runs soon; counts then restart, but the verdict stands until the new probe
 * changes it. PROBE NULL: the old one stays. */
void check_reconfigure(struct check *check, struct check_config *config, struct probe *probe);

/* What was known is too old to be trusted, for the reason WHY: the first verdict is pending as at the start, the run
 * under way means nothing, and the next one is due now. Damping remembers. */
void check_begin_again(struct check *check, const char *why);

/* Probes now, outside the schedule, or joins the run under way; tells RUN when that has ended. */
void check_run_now(struct check *check, struct check_run *run);

/* RUN will not be told. */
void check_run_cancel(struct check_run *run);

/* What the verdict stream says of it. */
void check_message(const struct check *check, struct verdict_message *message);

#endif
