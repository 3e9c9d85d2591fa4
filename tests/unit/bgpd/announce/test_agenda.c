#include "bgpd/announce/agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ITEMS = 200, NOW = 1000 };

static struct agenda agenda;
static struct agenda_item items[ITEMS];
static unsigned turns;

static int setup(void **state)
{
    (void)state;
    agenda = (struct agenda){0};
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (struct agenda_item){0};
    turns = ITEMS;
    return 0;
}

/* The index of what is taken; -1: nothing. */
static long take(uint64_t now_ms)
{
    const struct agenda_item *item = agenda_take(&agenda, now_ms, &turns);

    return item ? item - items : -1;
}

static void test_marked_come_first_and_once(void **state)
{
    (void)state;
    assert_true(agenda_next_ms(&agenda) == AGENDA_NEVER);
    agenda_set_due(&agenda, &items[0], NOW);
    agenda_set_due(&agenda, &items[2], NOW + 1);
    assert_int_equal(agenda_next_ms(&agenda), NOW);
    agenda_mark(&agenda, &items[2]);
    agenda_mark(&agenda, &items[1]);
    agenda_mark(&agenda, &items[2]);
    assert_int_equal(agenda_next_ms(&agenda), 0);
    assert_int_equal(take(NOW), 2);
    assert_int_equal(take(NOW), 1);
    assert_int_equal(take(NOW - 1), -1);
    assert_int_equal(take(NOW), 0);
    assert_int_equal(take(NOW + 1), -1); /* marked, it was taken off its time too */
    assert_true(agenda_next_ms(&agenda) == AGENDA_NEVER);
}

static void test_in_order_of_time(void **state)
{
    uint64_t last_ms = 0;

    (void)state;
    srandom(4724);
    for (size_t i = 0; i < ITEMS; i++)
        agenda_set_due(&agenda, &items[i], 1 + (uint64_t)random() % 50);
    for (size_t i = 0; i < ITEMS; i += 2)
        agenda_set_due(&agenda, &items[i], i % 4 ? AGENDA_NEVER : 1 + (uint64_t)random() % 50);
    for (size_t i = 0; i < 3 * ITEMS / 4; i++) {
        assert_in_range(agenda_next_ms(&agenda), last_ms, 50);
        last_ms = agenda_next_ms(&agenda);
        assert_int_equal(take(last_ms - 1), -1);
        assert_true(take(last_ms) >= 0);
    }
    assert_int_equal(take(UINT64_MAX - 1), -1);
}

static void test_no_more_than_their_turns(void **state)
{
    (void)state;
    turns = 2;
    for (size_t i = 0; i < 3; i++)
        agenda_wait(&agenda, &items[i]);
    agenda_set_due(&agenda, &items[3], 1);
    assert_int_equal(take(NOW), 3);
    assert_int_equal(take(NOW), 0);
    agenda_mark(&agenda, &items[2]);
    agenda_wait(&agenda, &items[2]); /* it does not wait any more */
    agenda_wait(&agenda, &items[0]); /* again, behind the others */
    assert_int_equal(take(NOW), 2);
    assert_int_equal(take(NOW), 1);
    assert_int_equal(turns, 0);
    assert_int_equal(take(NOW), -1);
    assert_int_equal(agenda_next_ms(&agenda), 0);
    turns = 2;
    assert_int_equal(take(NOW), 0);
    assert_int_equal(turns, 1);
    assert_int_equal(take(NOW), -1);
}

static void test_forgotten(void **state)
{
    (void)state;
    agenda_mark(&agenda, &items[0]);
    agenda_set_due(&agenda, &items[0], 1);
    agenda_forget(&agenda, &items[0]);
    agenda_forget(&agenda, &items[1]);
    assert_int_equal(take(NOW), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_marked_come_first_and_once, setup),
        cmocka_unit_test_setup(test_in_order_of_time, setup),
        cmocka_unit_test_setup(test_no_more_than_their_turns, setup),
        cmocka_unit_test_setup(test_forgotten, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
