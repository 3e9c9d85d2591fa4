/* From one configuration to the next: what a change does not touch is not touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/engine/checks.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "tests/unit/healthd/harness.h"

enum { DEADLINE_MS = 10000 };

static struct {
    uv_loop_t loop;
    uv_timer_t tick;
    struct ly_ctx *context;
    struct check_room room;
    struct checks *checks;
    unsigned changes;
    char removed[128];
} stage;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void on_changed(const struct check *check, void *user)
{
    (void)check;
    (void)user;
    stage.changes++;
}

static void on_removed(const char *name, void *user)
{
    (void)user;
    strcat(strcat(stage.removed, name), " ");
}

static void no_line(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static int setup(void **state)
{
    char error[256];

    (void)state;
    memset(&stage, 0, sizeof stage);
    log_set_sink(no_line, NULL);
    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 50, 50);
    stage.context = model_open(error, sizeof error);
    stage.room.probe.loop = &stage.loop;
    watcher_new(&stage.room.probe.watcher, &stage.loop);
    stage.room.probe.helper = helper_new(&stage.loop, stage.room.probe.watcher, TEST_HEALTHD);
    stage.room.journal = journal_new("healthd");
    stage.room.changed = on_changed;
    stage.room.removed = on_removed;
    stage.checks = checks_new(&stage.room);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    checks_free(stage.checks);
    helper_free(stage.room.probe.helper);
    watcher_free(stage.room.probe.watcher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    journal_free(stage.room.journal);
    ly_ctx_destroy(stage.context);
    return uv_loop_close(&stage.loop);
}

/* A configuration with these checks: the JSON of the list's entries. */
static struct config *read_checks(const char *entries)
{
    struct conf conf = {0};
    char *text;

    assert_true(asprintf(&text, entries[0] ? "{\"vipgate:check\":[%s]}" : "{%s}", entries) > 0);
    assert_int_equal(
        lyd_parse_data_mem(stage.context, text, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE, &conf.tree),
        LY_SUCCESS);
    free(text);
    struct config *config = config_new(&conf);
    assert_non_null(config);
    conf_clear(&conf);
    return config;
}

static void apply(const char *entries)
{
    struct config *config = read_checks(entries);
    enum step step;

    while ((step = checks_prepare(stage.checks, config)) == STEP_MORE)
        ;
    assert_int_equal(step, STEP_DONE);
    config_free(checks_apply(stage.checks));
}

#define RUN_UNTIL(condition)                                                                                           \
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; !(condition);) {                                      \
        assert_true(clock_monotonic_ms() < deadline);                                                                  \
        uv_run(&stage.loop, UV_RUN_ONCE);                                                                              \
    }

/* Files that are there and files that are not make checks that are up and down. */
#define CHECK(name, path, times) "{\"name\":\"" name "\",\"file\":{\"path\":\"" path "\"}," times "}"
#define QUICK                    "\"interval\":\"20ms\",\"rise\":2,\"fall\":2"
#define SLOW                     "\"interval\":\"1h\",\"fast-interval\":\"20ms\",\"rise\":2,\"fall\":2"

static void test_checks_come_in_the_order_of_the_file_and_are_found_by_name(void **state)
{
    (void)state;
    apply(CHECK("b", "/", QUICK) "," CHECK("c", "/", QUICK) "," CHECK("a", "/", QUICK));
    assert_int_equal(checks_count(stage.checks), 3);
    assert_int_equal(stage.changes, 3); /* each is said, without a verdict yet */
    assert_string_equal(checks_at(stage.checks, 0)->config->name, "b");
    assert_string_equal(checks_at(stage.checks, 2)->config->name, "a");
    assert_ptr_equal(checks_find(stage.checks, "c"), checks_at(stage.checks, 1));
    assert_null(checks_find(stage.checks, "d"));
}

static void test_what_a_reload_does_not_touch_goes_on(void **state)
{
    (void)state;
    apply(CHECK("a", "/", QUICK) "," CHECK("b", "/", QUICK));
    struct check *a = checks_find(stage.checks, "a");
    RUN_UNTIL(a->judge.verdict == VERDICT_UP && a->runs >= 4);
    uint32_t runs = a->runs;
    uint64_t since_us = a->since_us, due_ms = a->due_ms;
    stage.changes = 0;

    apply(CHECK("c", "/", QUICK) "," CHECK("a", "/", QUICK));
    assert_ptr_equal(checks_find(stage.checks, "a"), a);
    assert_int_equal(a->runs, runs);
    assert_int_equal(a->since_us, since_us);
    assert_int_equal(a->due_ms, due_ms);
    assert_int_equal(a->judge.verdict, VERDICT_UP);
    assert_int_equal(stage.changes, 1); /* c */
    assert_string_equal(stage.removed, "b ");
    RUN_UNTIL(a->runs > runs); /* with the settings that it keeps */
}

static void test_new_times_keep_verdict_and_counters(void **state)
{
    (void)state;
    apply(CHECK("a", "/", SLOW));
    struct check *a = checks_find(stage.checks, "a");
    RUN_UNTIL(a->judge.verdict == VERDICT_UP);
    uint32_t runs = a->runs;

    apply(CHECK("a", "/", QUICK));
    assert_ptr_equal(checks_find(stage.checks, "a"), a);
    assert_int_equal(a->judge.verdict, VERDICT_UP);
    assert_int_equal(a->judge.successes, 2);
    RUN_UNTIL(a->runs == runs + 1); /* the hour is not waited for */
}

static void test_a_new_target_is_probed_at_once_and_the_verdict_stands_until_it_has_spoken(void **state)
{
    (void)state;
    apply(CHECK("a", "/", SLOW));
    struct check *a = checks_find(stage.checks, "a");
    RUN_UNTIL(a->judge.verdict == VERDICT_UP);

    apply(CHECK("a", "/nonexistent", SLOW));
    assert_ptr_equal(checks_find(stage.checks, "a"), a);
    assert_int_equal(a->judge.verdict, VERDICT_UP);
    assert_int_equal(a->judge.successes, 0);
    RUN_UNTIL(a->judge.failures == 1);
    assert_int_equal(a->judge.verdict, VERDICT_UP);
    RUN_UNTIL(a->judge.verdict == VERDICT_DOWN);
}

static void test_to_nothing_and_back(void **state)
{
    (void)state;
    apply(CHECK("a", "/", QUICK) "," CHECK("b", "/", QUICK));
    apply("");
    assert_int_equal(checks_count(stage.checks), 0);
    assert_string_equal(stage.removed, "a b ");
    apply(CHECK("a", "/", QUICK));
    RUN_UNTIL(checks_find(stage.checks, "a")->judge.verdict == VERDICT_UP);
}

/* Many checks are prepared in pieces. Until they are applied nothing has changed; given up half-way, too. */
static void test_prepared_in_pieces(void **state)
{
    enum { COUNT = 600 };
    static char entries[COUNT * 80];
    size_t length = 0;
    unsigned pieces = 1;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        length +=
            (size_t)snprintf(entries + length, sizeof entries - length,
                             "%s{\"name\":\"c%d\",\"file\":{\"path\":\"/\"},\"interval\":\"1h\"}", i ? "," : "", i);
    apply(CHECK("c7", "/nonexistent", SLOW) "," CHECK("d", "/", SLOW));
    struct check *check = checks_find(stage.checks, "c7");
    stage.changes = 0;

    struct config *config = read_checks(entries);
    assert_int_equal(checks_prepare(stage.checks, config), STEP_MORE);
    checks_abandon(stage.checks);
    while (checks_prepare(stage.checks, config) == STEP_MORE)
        pieces++;
    checks_abandon(stage.checks);
    config_free(config);
    assert_in_range(pieces, 2, 10);
    assert_int_equal(checks_count(stage.checks), 2);
    assert_int_equal(stage.changes, 0);
    assert_string_equal(stage.removed, "");

    apply(entries);
    assert_int_equal(checks_count(stage.checks), COUNT);
    assert_ptr_equal(checks_find(stage.checks, "c7"), check);
    assert_ptr_equal(checks_at(stage.checks, 7), check);
    assert_string_equal(check->config->probe_text, checks_find(stage.checks, "c8")->config->probe_text);
    assert_string_equal(stage.removed, "d ");
    assert_int_equal(stage.changes, COUNT - 1);
}

int main(void)
{
#define CHECKS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CHECKS_TEST(test_checks_come_in_the_order_of_the_file_and_are_found_by_name),
        CHECKS_TEST(test_what_a_reload_does_not_touch_goes_on),
        CHECKS_TEST(test_new_times_keep_verdict_and_counters),
        CHECKS_TEST(test_a_new_target_is_probed_at_once_and_the_verdict_stands_until_it_has_spoken),
        CHECKS_TEST(test_to_nothing_and_back),
        CHECKS_TEST(test_prepared_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
