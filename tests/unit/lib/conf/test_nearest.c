#include "lib/conf/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {
        {"", "", 0},
        {"a", "", 1},
        {"", "abc", 3},
        {"neighbor", "neighbor", 0},
        {"Info", "info", 0},
        {"neigbor", "neighbor", 1},
        {"hold-tiem", "hold-time", 1},
        {"chekc", "check", 1},
        {"kitten", "sitting", 3},
        {"rise", "fall", 4},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void test_words_of_any_length(void **state)
{
    (void)state;
    char long_word[200];

    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    assert_int_equal(nearest_distance(long_word, "a"), sizeof long_word - 1);
    long_word[64] = '\0';
    assert_int_equal(nearest_distance(long_word, long_word), 0);
    assert_int_equal(nearest_distance(long_word, ""), 64);
}

static const char *hint_for(const char *word, const char *const *candidates)
{
    static char hint[80];
    struct nearest nearest = {.to = word};

    for (; *candidates; candidates++)
        nearest_offer(&nearest, *candidates);
    return nearest_hint(&nearest, hint, sizeof hint);
}

static void test_hint(void **state)
{
    (void)state;
    static const char *const words[] = {"rise", "fall", "timeout", "interval", "fast-interval", NULL};

    assert_string_equal(hint_for("timout", words), "; did you mean 'timeout'?");
    assert_string_equal(hint_for("intervall", words), "; did you mean 'interval'?");
    assert_string_equal(hint_for("Rise", words), "; did you mean 'rise'?");
    assert_string_equal(hint_for("frequency", words), "");
    assert_string_equal(hint_for("ri", words), "");
    assert_string_equal(hint_for("", words), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_words_of_any_length),
        cmocka_unit_test(test_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
