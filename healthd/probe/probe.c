#include "healthd/probe/probe.h"

#include "lib/clock.h"
#include "lib/kinds/kind.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct probe *probe_new(const struct probe_kind *kind, const void *settings, struct probe_room *room)
{
    struct probe *probe = calloc(1, kind->size);

    if (!probe)
        return NULL;
    probe->kind = kind;
    probe->settings = settings;
    probe->room = room;
    if (!kind->init || kind->init(probe))
        return probe;
    probe_free(probe);
    return NULL;
}

const char *probe_target(const struct probe *probe)
{
    return ((const struct kind_settings *)probe->settings)->target;
}

static void end_phase(struct probe *probe, uint64_t now_us)
{
    struct probe_result *result = &probe->result;

    if (probe->phase[0] && result->phase_count < PROBE_PHASES_MAX)
        result->phases[result->phase_count++] =
            (struct probe_phase){.name = probe->phase, .duration_us = (uint32_t)(now_us - probe->phase_started_us)};
    probe->phase_started_us = now_us;
}

void probe_phase(struct probe *probe, const char *name)
{
    end_phase(probe, clock_monotonic_us());
    probe->phase = name;
}

void probe_start(struct probe *probe)
{
    probe->result = (struct probe_result){.outcome = OUTCOME_UNABLE, .reason = REASON_LOCAL};
    probe->started_us = probe->phase_started_us = clock_monotonic_us();
    probe->phase = PROBE_PHASE_UNNAMED;
    probe->kind->start(probe);
}

static void conclude(struct probe *probe)
{
    uint64_t now_us = clock_monotonic_us();

    end_phase(probe, now_us);
    probe->phase = NULL;
    text_clean(probe->result.detail); /* it may quote the target, and was cut to fit */
    probe->result.latency_us = (uint32_t)(now_us - probe->started_us);
}

void probe_finish(struct probe *probe)
{
    conclude(probe);
    probe->finished(probe, probe->user);
}

void probe_end(struct probe *probe, enum outcome outcome, enum reason reason, const char *format, ...)
{
    struct probe_result *result = &probe->result;
    va_list arguments;

    result->outcome = outcome;
    result->reason = reason;
    result->healthy_percent = outcome == OUTCOME_OK ? 100 : 0;
    va_start(arguments, format);
    vsnprintf(result->detail, sizeof result->detail, format, arguments);
    va_end(arguments);
    probe_finish(probe);
}

void probe_errno(struct probe *probe, int error, const char *format, ...)
{
    char what[PROBE_DETAIL_SIZE], words[ERRNO_TEXT_SIZE];
    enum reason reason;
    enum outcome outcome = outcome_of_errno(error, &reason);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    probe_end(probe, outcome, reason, "%s: %s", what, errno_text(error, words));
}

void probe_look(struct probe *probe)
{
    probe->look(probe, probe->user);
}

/* What it means that time ran out in PHASE. What is of ours and does not answer says nothing of the target. */
static enum reason reason_of_silence(const char *phase)
{
    if (strcmp(phase, PROBE_PHASE_RESOLVE) == 0)
        return REASON_NO_RESOLVER;
    if (strcmp(phase, PROBE_PHASE_FILE) == 0)
        return REASON_NO_FILE_SYSTEM;
    return strcmp(phase, PROBE_PHASE_PREPARE) == 0 ? REASON_LOCAL : REASON_TIMEOUT;
}

void probe_time_out(struct probe *probe, uint64_t timeout_ms)
{
    struct probe_result *result = &probe->result;
    enum reason reason = reason_of_silence(probe->phase);
    char at[PROBE_DETAIL_SIZE], bound[CLOCK_TEXT_SIZE];

    probe->kind->at(probe, at, sizeof at);
    probe->kind->cancel(probe);
    result->outcome = reason == REASON_TIMEOUT ? OUTCOME_FAIL : OUTCOME_UNABLE;
    result->reason = reason;
    snprintf(result->detail, sizeof result->detail, "no answer within %s: ", duration_format(timeout_ms, bound));
    strlcat(result->detail, at, sizeof result->detail);
    conclude(probe);
}

void probe_cancel(struct probe *probe)
{
    if (probe->phase)
        probe->kind->cancel(probe);
    probe->phase = NULL;
}

void probe_free(struct probe *probe)
{
    if (!probe)
        return;
    probe_cancel(probe);
    if (probe->kind->clear)
        probe->kind->clear(probe);
    free(probe);
}
