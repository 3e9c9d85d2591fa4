#include "bgpd/announce/verdict_table.h"

#include <bsd/string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LEASE = 3000, PATIENCE = 10000 };

static int setup(void **state)
{
    struct verdict_table *checks = verdict_table_new(LEASE, 0);

    assert_non_null(checks);
    assert_true(verdict_table_expect(checks, "a", PATIENCE, 0));
    assert_true(verdict_table_expect(checks, "b", PATIENCE, 0));
    *state = checks;
    return 0;
}

static int teardown(void **state)
{
    verdict_table_free(*state);
    return 0;
}

/* The names of what changed since the last time, one letter each. */
static const char *changed(struct verdict_table *checks)
{
    static char names[16];
    const char *name;
    size_t count = 0;

    while ((name = verdict_table_take_changed(checks)))
        names[count++] = name[0];
    names[count] = '\0';
    return names;
}

static bool say(struct verdict_table *checks, enum verdict_type type, uint64_t now_ms)
{
    changed(checks);
    return verdict_table_message(checks, &(struct verdict_message){.type = type, .version = VERDICT_VERSION}, now_ms);
}

/* WORD: "up", "down", "unknown" (it cannot be carried out), or "first" (its first verdict is still to come). */
static bool say_check(struct verdict_table *checks, const char *name, const char *word, uint64_t now_ms)
{
    struct verdict_message message = {.type = VERDICT_CHANGE, .since_us = 7};

    strlcpy(message.name, name, sizeof message.name);
    message.first_pending = strcmp(word, "first") == 0;
    message.verdict = strcmp(word, "up") == 0 ? VERDICT_UP : strcmp(word, "down") == 0 ? VERDICT_DOWN : VERDICT_UNKNOWN;
    message.healthy_percent = message.verdict == VERDICT_UP ? 100 : 0;
    snprintf(message.reason, sizeof message.reason, "said %s", word);
    changed(checks);
    return verdict_table_message(checks, &message, now_ms);
}

static void snapshot(struct verdict_table *checks, const char *a, const char *b, uint64_t now_ms)
{
    assert_false(say(checks, VERDICT_HELLO, now_ms));
    if (a)
        assert_false(say_check(checks, "a", a, now_ms));
    if (b)
        assert_false(say_check(checks, "b", b, now_ms));
    say(checks, VERDICT_SNAPSHOT_END, now_ms);
}

static enum check_standing standing(const struct verdict_table *checks, const char *name)
{
    struct check_view view;

    verdict_table_view(checks, name, &view);
    assert_string_equal(view.name, name);
    assert_non_null(view.reason);
    return view.standing;
}

static const char *reason(const struct verdict_table *checks, const char *name)
{
    struct check_view view;

    verdict_table_view(checks, name, &view);
    return view.reason;
}

static void test_snapshot_takes_effect_as_a_whole(void **state)
{
    struct verdict_table *checks = *state;
    struct check_view view;

    say(checks, VERDICT_HELLO, 1);
    say_check(checks, "a", "up", 2);
    say_check(checks, "b", "down", 3);
    assert_int_equal(standing(checks, "a"), CHECK_PENDING);
    assert_int_equal(verdict_table_link(checks), HEALTH_LOST);
    assert_true(say(checks, VERDICT_SNAPSHOT_END, 4));
    assert_int_equal(verdict_table_link(checks), HEALTH_CONNECTED);
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    assert_int_equal(standing(checks, "b"), CHECK_DOWN);
    assert_string_equal(reason(checks, "b"), "said down");
    verdict_table_view(checks, "b", &view);
    assert_int_equal(view.since_us, 7);
    /* The same again is no change; a sign of life is none. */
    assert_false(say_check(checks, "b", "down", 5));
    assert_false(say(checks, VERDICT_ALIVE, 6));
    assert_true(say_check(checks, "b", "up", 7));
}

static void test_unable_is_lost_and_first_is_pending(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "unknown", "first", 1);
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_string_equal(reason(checks, "a"), "said unknown");
    assert_int_equal(standing(checks, "b"), CHECK_PENDING);
}

static void test_lease_runs_from_the_last_sign_of_life(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    assert_int_equal(verdict_table_next_ms(checks), 4000);
    say(checks, VERDICT_ALIVE, 2000);
    assert_false(verdict_table_time(checks, 4999));
    assert_true(verdict_table_time(checks, 5000));
    assert_int_equal(verdict_table_link(checks), HEALTH_EXPIRED);
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_string_equal(reason(checks, "a"), "no sign of life from the health daemon for 3s");
    assert_true(verdict_table_next_ms(checks) == UINT64_MAX);
}

static void test_a_lost_connection_leaves_the_lease(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    assert_true(verdict_table_disconnected(checks));
    assert_int_equal(verdict_table_link(checks), HEALTH_LOST);
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    assert_true(verdict_table_time(checks, 4000));
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
}

static void test_no_daemon_from_the_start(void **state)
{
    struct verdict_table *checks = *state;

    assert_int_equal(standing(checks, "a"), CHECK_PENDING);
    assert_true(verdict_table_time(checks, LEASE));
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_string_equal(reason(checks, "a"), "no connection to the health daemon for 3s");
    /* It comes late: what it has not judged is awaited from now on. */
    snapshot(checks, "up", "first", 60000);
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    assert_int_equal(standing(checks, "b"), CHECK_PENDING);
    say(checks, VERDICT_ALIVE, 60000 + PATIENCE - 1);
    assert_false(verdict_table_time(checks, 60000 + PATIENCE - 1));
}

static void test_restart_within_the_lease_keeps_verdicts(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "down", 1000);
    verdict_table_disconnected(checks);
    snapshot(checks, "first", "first", 2000);
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    assert_int_equal(standing(checks, "b"), CHECK_DOWN);
    assert_true(say_check(checks, "a", "down", 2500));
    assert_int_equal(standing(checks, "a"), CHECK_DOWN);
    assert_int_equal(standing(checks, "b"), CHECK_DOWN);
}

static void test_restart_after_the_lease_forgets_verdicts(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    verdict_table_disconnected(checks);
    verdict_table_time(checks, 4000);
    /* Half a snapshot brings nothing back. */
    say(checks, VERDICT_HELLO, 5000);
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    verdict_table_disconnected(checks);
    snapshot(checks, "first", "up", 6000);
    assert_int_equal(standing(checks, "a"), CHECK_PENDING);
    assert_int_equal(standing(checks, "b"), CHECK_UP);
}

static void test_a_daemon_that_dies_again_and_again_keeps_nothing_alive(void **state)
{
    struct verdict_table *checks = *state;
    uint64_t now = 1000;

    snapshot(checks, "up", "up", now);
    for (; now < 1000 + PATIENCE + 2000; now += 1000) {
        verdict_table_disconnected(checks);
        snapshot(checks, "first", "first", now);
        verdict_table_time(checks, now);
        assert_int_equal(standing(checks, "a"), now < 1000 + PATIENCE ? CHECK_UP : CHECK_LOST);
    }
    assert_string_equal(reason(checks, "a"), "first verdict overdue");
    assert_true(say_check(checks, "a", "up", now));
    assert_int_equal(standing(checks, "a"), CHECK_UP);
}

static void test_overdue_is_due_when_it_says(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "first", 1000);
    for (uint64_t now = 2000; now < 1000 + PATIENCE; now += 1000)
        say(checks, VERDICT_ALIVE, now);
    assert_int_equal(verdict_table_next_ms(checks), 1000 + PATIENCE);
    assert_false(verdict_table_time(checks, 1000 + PATIENCE - 1));
    assert_true(verdict_table_time(checks, 1000 + PATIENCE));
    assert_int_equal(standing(checks, "b"), CHECK_LOST);
    assert_int_equal(verdict_table_next_ms(checks), 1000 + PATIENCE - 1000 + LEASE);
}

static void test_a_check_that_reload_took_away(void **state)
{
    struct verdict_table *checks = *state;
    struct verdict_message removed = {.type = VERDICT_REMOVED, .name = "a"};

    snapshot(checks, "up", "up", 1000);
    /* Our own reload comes a moment later: no flap until then, but not for ever. */
    assert_true(verdict_table_message(checks, &removed, 1100));
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    for (uint64_t now = 2000; now <= 1100 + PATIENCE; now += 100) {
        say(checks, VERDICT_ALIVE, now);
        verdict_table_time(checks, now);
    }
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_string_equal(reason(checks, "a"), "not known to the health daemon");
    /* Not in a new snapshot: the same. */
    snapshot(checks, NULL, "down", 12000);
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_int_equal(standing(checks, "b"), CHECK_DOWN);
    verdict_table_unexpect(checks, "a");
    assert_int_equal(standing(checks, "a"), CHECK_PENDING);
    assert_int_equal(standing(checks, "b"), CHECK_DOWN);
}

static void test_a_check_that_reload_brings(void **state)
{
    struct verdict_table *checks = *state;

    say(checks, VERDICT_HELLO, 1000);
    say_check(checks, "c", "up", 1000);
    say_check(checks, "b", "down", 1000);
    say(checks, VERDICT_SNAPSHOT_END, 1000);
    verdict_table_unexpect(checks, "a");
    assert_true(verdict_table_expect(checks, "c", PATIENCE, 2000));
    assert_true(verdict_table_expect(checks, "d", 500, 2000));
    /* Said before it was asked for. */
    assert_int_equal(standing(checks, "c"), CHECK_UP);
    assert_int_equal(standing(checks, "d"), CHECK_PENDING);
    assert_int_equal(verdict_table_next_ms(checks), 2500);
    say_check(checks, "d", "down", 2100);
    assert_int_equal(standing(checks, "d"), CHECK_DOWN);
}

/* The health daemon reloaded first, and had the new check pending for long when a gate asks for it. */
static void test_waiting_begins_when_a_gate_asks(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    say_check(checks, "c", "first", 1000);
    for (uint64_t now = 2000; now < 60000; now += 1000) {
        say(checks, VERDICT_ALIVE, now);
        verdict_table_time(checks, now);
    }
    assert_true(verdict_table_expect(checks, "c", PATIENCE, 60000));
    assert_int_equal(standing(checks, "c"), CHECK_PENDING);
    assert_false(verdict_table_time(checks, 60001));
    assert_int_equal(standing(checks, "c"), CHECK_PENDING);
}

/* What is awaited anew is awaited from now on, however long ago the gate asked for it. */
static void test_a_restart_begins_waiting_anew(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    for (uint64_t now = 2000; now <= 60000; now += 1000)
        say(checks, VERDICT_ALIVE, now);
    snapshot(checks, "first", "up", 60000);
    say(checks, VERDICT_ALIVE, 60000 + PATIENCE - 1);
    assert_false(verdict_table_time(checks, 60000 + PATIENCE - 1));
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    assert_true(verdict_table_time(checks, 60000 + PATIENCE));
    assert_int_equal(standing(checks, "a"), CHECK_LOST);
    assert_int_equal(standing(checks, "b"), CHECK_UP);
}

static void test_a_snapshot_that_broke_off_leaves_nothing(void **state)
{
    struct verdict_table *checks = *state;

    snapshot(checks, "up", "up", 1000);
    say(checks, VERDICT_HELLO, 2000);
    say_check(checks, "a", "down", 2000);
    verdict_table_disconnected(checks);
    snapshot(checks, NULL, "up", 3000);
    assert_int_equal(standing(checks, "a"), CHECK_UP); /* as before, until its patience is over */
}

static void test_what_changed(void **state)
{
    struct verdict_table *checks = *state;

    assert_string_equal(changed(checks), "");
    snapshot(checks, "up", "first", 1000);
    assert_string_equal(changed(checks), "ab"); /* the health daemon is heard */
    assert_string_equal(changed(checks), "");
    say_check(checks, "a", "up", 1001);
    assert_string_equal(changed(checks), "");
    say_check(checks, "b", "up", 1003);
    assert_string_equal(changed(checks), "b");
    snapshot(checks, "down", "down", 1004);
    assert_string_equal(changed(checks), "ab");
    say_check(checks, "a", "up", 1005);
    changed(checks);
    verdict_table_disconnected(checks);
    assert_string_equal(changed(checks), ""); /* the lease runs */
    snapshot(checks, "first", "down", 2000);
    assert_string_equal(changed(checks), "a");
    for (uint64_t now = 3000; now <= 2000 + PATIENCE; now += 1000) {
        say(checks, VERDICT_ALIVE, now);
        verdict_table_time(checks, now);
    }
    assert_string_equal(changed(checks), "a"); /* overdue */
    assert_true(verdict_table_expect(checks, "a", 2 * PATIENCE, 2000 + PATIENCE));
    assert_string_equal(changed(checks), "a"); /* and no longer */
    assert_int_equal(standing(checks, "a"), CHECK_UP);
    verdict_table_time(checks, 60000);
    assert_string_equal(changed(checks), "ab");
    snapshot(checks, "up", "up", 61000);
    assert_string_equal(changed(checks), "ab");
}

static void test_reserved_and_released(void **state)
{
    struct verdict_table *checks = *state;

    assert_true(verdict_table_reserve(checks, "c", 0));
    assert_true(verdict_table_reserve(checks, "a", 0));
    verdict_table_release(checks, "c");
    verdict_table_release(checks, "a");
    verdict_table_release(checks, "nobody");
    assert_true(verdict_table_next_ms(checks) == LEASE);
    assert_true(verdict_table_expect(checks, "c", 10, 0));
    assert_int_equal(verdict_table_next_ms(checks), 10);
    verdict_table_unexpect(checks, "c");
    verdict_table_unexpect(checks, "c");
    assert_int_equal(verdict_table_next_ms(checks), LEASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_snapshot_takes_effect_as_a_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unable_is_lost_and_first_is_pending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lease_runs_from_the_last_sign_of_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lost_connection_leaves_the_lease, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_daemon_from_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_within_the_lease_keeps_verdicts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_after_the_lease_forgets_verdicts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_daemon_that_dies_again_and_again_keeps_nothing_alive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_overdue_is_due_when_it_says, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_check_that_reload_took_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_check_that_reload_brings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_restart_begins_waiting_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_snapshot_that_broke_off_leaves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reserved_and_released, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waiting_begins_when_a_gate_asks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
