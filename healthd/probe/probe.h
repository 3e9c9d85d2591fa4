/*
 * A probe: one way of asking a target whether it is well. Each kind is a file or folder in probes/ and a row of
 * KINDS (lib/kinds/kind.h); nothing else knows the kinds apart.
 *
 *     check --start--> probe …events… --probe_finish--> check
 *
 * A check owns one probe for as long as its configuration stands. The probe runs when it is told to and ends each run
 * with exactly one probe_finish, at once or later. It has no timeout of its own: the check cancels a run that takes too
 * long, and says where it was with the kind's `at`. Nothing in a probe may block.
 */
#ifndef VIPGATE_HEALTHD_PROBE_PROBE_H
#define VIPGATE_HEALTHD_PROBE_PROBE_H

#include "healthd/probe/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { PROBE_PHASES_MAX = 6, PROBE_DETAIL_SIZE = 160, PROBE_TARGET_SIZE = 320 };

/* The phases that wait for something here, so that running out of time in them is UNABLE: for a name server; for the
 * file that is probed; for our own files, or for what precedes a command. */
#define PROBE_PHASE_RESOLVE "resolve"
#define PROBE_PHASE_FILE    "file"
#define PROBE_PHASE_PREPARE "prepare"

/* A phase that is not shown: the kind fills in the phases itself. */
#define PROBE_PHASE_UNNAMED ""

struct probe;
struct probe_result;
struct resolver;
struct watcher;
struct helper;
struct turns;
struct tls;

/* What all probes of the daemon share. */
struct probe_room {
    uv_loop_t *loop;
    struct watcher *watcher;   /* readiness of descriptors */
    struct helper *helper;     /* files and commands */
    struct resolver *resolver; /* names */
    struct turns *turns;       /* of those who have had their share */
    struct tls *tls;           /* certificates */
};

struct probe_phase {
    const char *name; /* static: "resolve", "connect", "tls", "send", "wait", "body" … */
    uint32_t duration_us;
};

struct probe_result {
    enum outcome outcome;
    enum reason reason;
    bool decisive;           /* a FAIL that does not wait for fall: the kernel said that the target is gone */
    uint8_t healthy_percent; /* 100 for an OK and 0 for a FAIL, but for kinds that know a fraction */
    uint32_t latency_us;     /* of the whole run */
    uint8_t phase_count;
    struct probe_phase phases[PROBE_PHASES_MAX];
    char detail[PROBE_DETAIL_SIZE]; /* for people: "connect 192.0.2.1:80: connection refused" */
};

struct probe_kind {
    const char *name; /* as in lib/kinds, which made the settings */
    size_t size;      /* of a probe, whose first member is a struct probe */

    /* Sets up what is beyond the common part, zeroed. False when out of memory: `clear` follows. NULL: nothing. */
    bool (*init)(struct probe *probe);

    /* Begins a run. */
    void (*start)(struct probe *probe);

    /* Ends a run without probe_finish, called by the check alone. */
    void (*cancel)(struct probe *probe);

    /* Writes what the run is doing at this moment: "connect 192.0.2.1:80". */
    void (*at)(const struct probe *probe, char *text, size_t size);

    /* Releases what the probe holds; no run is under way. NULL: nothing. */
    void (*clear)(struct probe *probe);
};

/* The common part of every probe. Kinds read settings and room and leave the rest to the functions below. */
struct probe {
    const struct probe_kind *kind;
    const void *settings; /* the kind's own */
    struct probe_room *room;
    void (*finished)(struct probe *probe, void *user);
    void (*look)(struct probe *probe, void *user);
    void *user;
    uint64_t timeout_ms; /* which the check gives a run; 0: not said */
    uint64_t started_us, phase_started_us;
    const char *phase;          /* NULL: no run under way */
    struct probe_result result; /* of the run under way, then of the last one */
};

/* Whom it asks, as an operator would call it. */
const char *probe_target(const struct probe *probe);

/* ---- for kinds ---- */

/* A new phase of the run begins, named by a static string; the one before ends. */
void probe_phase(struct probe *probe, const char *name);

/* End the run. FORMAT writes the detail. They call the check, which may start the next run at once: a kind returns to
 * the loop after them without touching the probe. */
void probe_end(struct probe *probe, enum outcome outcome, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define probe_ok(probe, ...)             probe_end(probe, OUTCOME_OK, REASON_NONE, __VA_ARGS__)
#define probe_fail(probe, reason, ...)   probe_end(probe, OUTCOME_FAIL, reason, __VA_ARGS__)
#define probe_unable(probe, reason, ...) probe_end(probe, OUTCOME_UNABLE, reason, __VA_ARGS__)

/* Ends the run with what ERROR, a negative errno, means, "connect 192.0.2.1:80: connection refused": FORMAT is what was
 * tried. */
void probe_errno(struct probe *probe, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Ends the run with a result that was filled in by hand: outcome, reason, decisive, healthy_percent, detail. */
void probe_finish(struct probe *probe);

/* Between runs or during one: something happened to the target, look now and not at the next interval. Between runs it
 * starts one before it returns. */
void probe_look(struct probe *probe);

/* ---- for the check ---- */

/* A probe of KIND with SETTINGS, which outlive it; NULL when out of memory. */
struct probe *probe_new(const struct probe_kind *kind, const void *settings, struct probe_room *room);

void probe_start(struct probe *probe);

/* Cancels a run that found no end within TIMEOUT_MS and fills the result in; `finished` is not called. */
void probe_time_out(struct probe *probe, uint64_t timeout_ms);

/* Ends the run under way, if any, without a result. */
void probe_cancel(struct probe *probe);

/* Cancels the run under way, if any, and frees the probe. NULL is nothing. */
void probe_free(struct probe *probe);

#endif
