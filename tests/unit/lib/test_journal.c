#include "lib/journal.h"

#include "lib/log.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static char last_line[4096];

static void keep_line(enum log_level level, const char *line, void *user)
{
    (void)user;
    assert_int_equal(level, LOG_LEVEL_INFO);
    strlcpy(last_line, line, sizeof last_line);
}

static int setup(void **state)
{
    log_set_sink(keep_line, NULL);
    *state = journal_new("bgpd");
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    journal_free(*state);
    log_set_sink(NULL, NULL);
    return 0;
}

static void test_order_and_latest(void **state)
{
    struct journal *journal = *state;

    assert_null(journal_next(journal, 0));
    assert_null(journal_latest(journal, "vip", "203.0.113.9/32"));
    journal_add(journal, 10, "vip", "203.0.113.9/32", "pending", "announced", "check %s is up", "web");
    journal_add(journal, 20, "check", "web", NULL, NULL, "probed");
    journal_add(journal, 30, "vip", "203.0.113.9/32", "announced", "withdrawn", "check web is down");

    const struct event *event = journal_next(journal, 0);
    assert_int_equal(event->number, 1);
    assert_int_equal(event->time_us, 10);
    assert_string_equal(event->cause, "check web is up");
    event = journal_next(journal, event->number);
    assert_string_equal(event->kind, "check");
    assert_string_equal(event->from, "");
    event = journal_next(journal, event->number);
    assert_null(journal_next(journal, event->number));
    assert_ptr_equal(event, journal_latest(journal, "vip", "203.0.113.9/32"));
    assert_string_equal(journal_daemon(journal), "bgpd");
}

static void test_the_oldest_is_overwritten(void **state)
{
    struct journal *journal = *state;
    for (int i = 1; i <= JOURNAL_SIZE + 5; i++)
        journal_add(journal, (uint64_t)i, "check", "web", "up", "down", "number %d", i);

    uint64_t count = 0, number = 0;
    for (const struct event *event; (event = journal_next(journal, number)); count++) {
        assert_int_equal(event->number, number ? number + 1 : 6);
        assert_int_equal(event->time_us, event->number);
        number = event->number;
    }
    assert_int_equal(count, JOURNAL_SIZE);
    assert_null(journal_latest(journal, "check", "other"));
}

static void test_each_event_is_logged(void **state)
{
    struct journal *journal = *state;

    journal_add(journal, 1, "session", "192.0.2.4", "open-confirm", "established", "KEEPALIVE received");
    assert_non_null(strstr(last_line, "neighbor 192.0.2.4: open-confirm -> established: KEEPALIVE received"));
    journal_add(journal, 2, "daemon", "", "", "started", "%s", "");
    assert_non_null(strstr(last_line, "daemon: started"));
}

static void test_text_of_others_is_made_harmless(void **state)
{
    struct journal *journal = *state;
    char long_text[400];
    memset(long_text, 'x', sizeof long_text);
    for (size_t i = 0; i + 1 < sizeof long_text; i += 2)
        memcpy(long_text + i, "\xc3\xa9", 2);
    long_text[sizeof long_text - 1] = '\0';

    journal_add(journal, 1, "session", "192.0.2.4", NULL, "idle", "x%s", long_text);
    assert_true(text_is_clean(journal_next(journal, 0)->cause));
    journal_add(journal, 2, "session", "192.0.2.4", NULL, "idle", "the neighbor says \"\x1b[2J\xff\"");
    assert_string_equal(journal_next(journal, 1)->cause, "the neighbor says \"?[2J?\"");
}

static void count_event(const struct event *event, void *user)
{
    *(uint64_t *)user += event->number;
}

static void test_listener(void **state)
{
    struct journal *journal = *state;
    uint64_t sum = 0;

    journal_listen(journal, count_event, &sum);
    journal_add(journal, 1, "check", "web", "up", "down", "a");
    journal_add(journal, 2, "check", "web", "down", "up", "b");
    journal_listen(journal, NULL, NULL);
    journal_add(journal, 3, "check", "web", "up", "down", "c");
    assert_int_equal(sum, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order_and_latest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_oldest_is_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_event_is_logged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_of_others_is_made_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listener, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
