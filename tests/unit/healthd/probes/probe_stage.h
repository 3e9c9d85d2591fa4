/*
 * A stage for one probe in a test: a loop of its own, a configuration written as JSON, and runs with a deadline. The
 * probe meets the real kernel; only the check around it is played.
 */
#ifndef VIPGATE_TESTS_PROBE_STAGE_H
#define VIPGATE_TESTS_PROBE_STAGE_H

#include "healthd/helper/helper.h"
#include "healthd/net/resolve.h"
#include "healthd/net/watcher.h"
#include "healthd/probe/kinds.h"
#include "lib/clock.h"
#include "lib/kinds/kind.h"
#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STAGE_DEADLINE_MS = 10000 };

struct stage {
    uv_loop_t loop;
    uv_timer_t tick; /* so that a wait for a deadline does not sleep for ever */
    struct probe_room room;
    struct ly_ctx *context;
    const struct kind *kind;
    struct arena arena;
    void *settings;
    struct probe *probe;
    unsigned finished, looks;
};

static inline void stage_tick(uv_timer_t *timer)
{
    (void)timer;
}

static inline void stage_complain(const struct lyd_node *node, const char *message, void *user)
{
    (void)node;
    snprintf(user, 512, "%s", message);
}

static inline void stage_finished(struct probe *probe, void *user)
{
    (void)probe;
    ((struct stage *)user)->finished++;
}

static inline void stage_look(struct probe *probe, void *user)
{
    (void)probe;
    ((struct stage *)user)->looks++;
}

/* Reads the settings of KIND from JSON, its container's content: NULL with the complaint in COMPLAINT (512 octets). */
static inline void *stage_configure(struct ly_ctx *context, struct arena *arena, const char *kind, const char *json,
                                    char *complaint)
{
    char document[4096];
    struct lyd_node *tree = NULL;
    const struct kind_room room = {.arena = arena, .complaint = stage_complain, .user = complaint};

    snprintf(document, sizeof document, "{\"vipgate:check\":[{\"name\":\"t\",\"%s\":%s}]}", kind, json);
    if (lyd_parse_data_mem(context, document, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree))
        fail_msg("%s: %s", document, ly_errmsg(context));
    const struct lyd_node *check = model_sibling(tree, "check");
    void *settings = kind_configure(kind_find(kind), model_child(check, kind), &room);
    lyd_free_all(tree);
    return settings;
}

static inline void stage_open(struct stage *stage, const char *kind, const char *json)
{
    char error[256], complaint[512] = "";

    *stage = (struct stage){.kind = kind_find(kind)};
    assert_non_null(stage->kind);
    assert_int_equal(uv_loop_init(&stage->loop), 0);
    uv_timer_init(&stage->loop, &stage->tick);
    uv_timer_start(&stage->tick, stage_tick, 20, 20);
    stage->room.loop = &stage->loop;
    stage->room.watcher = watcher_new(&stage->loop);
    stage->room.helper = helper_new(&stage->loop, stage->room.watcher, TEST_HEALTHD);
    stage->room.resolver = resolver_new(&stage->loop, stage->room.watcher, NULL, error, sizeof error);
    assert_non_null(stage->room.resolver);
    stage->context = model_open(error, sizeof error);
    stage->settings = stage_configure(stage->context, &stage->arena, kind, json, complaint);
    if (!stage->settings)
        fail_msg("%s", complaint);
    stage->probe = probe_kind_find(kind)->create(stage->settings, &stage->room);
    assert_non_null(stage->probe);
    stage->probe->finished = stage_finished;
    stage->probe->look = stage_look;
    stage->probe->user = stage;
}

/* Lets the loop go on until *COUNTER is past BEFORE; fails at the deadline. */
static inline void stage_wait(struct stage *stage, const unsigned *counter, unsigned before)
{
    uint64_t deadline = clock_monotonic_ms() + STAGE_DEADLINE_MS;

    while (*counter == before) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage->loop, UV_RUN_ONCE);
    }
}

/* One run to its end. */
static inline const struct probe_result *stage_run(struct stage *stage)
{
    unsigned before = stage->finished;

    probe_start(stage->probe);
    stage_wait(stage, &stage->finished, before);
    return &stage->probe->result;
}

static inline void stage_close(struct stage *stage)
{
    probe_free(stage->probe);
    arena_free(&stage->arena);
    resolver_free(stage->room.resolver);
    helper_free(stage->room.helper);
    watcher_free(stage->room.watcher);
    uv_close((uv_handle_t *)&stage->tick, NULL);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&stage->loop), 0);
    ly_ctx_destroy(stage->context);
}

#endif
