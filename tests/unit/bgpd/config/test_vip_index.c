#include "bgpd/config/vip_index.h"

#include "bgpd/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    arena = (struct arena){0};
    return 0;
}

/* The index of VIPs 203.0.113.9, .8, … whose gates name the checks of one word each: "ab" names a and b; "A" names a,
 * to be waited for twice as long. */
static struct vip_index index_of(const char *const *gates, size_t count)
{
    struct vip_config *vips = arena_alloc(&arena, count * sizeof *vips);
    struct vip_index index;

    for (size_t i = 0; i < count; i++) {
        size_t checks = strlen(gates[i]);
        struct gate_check *gate = arena_alloc(&arena, checks * sizeof *gate);
        for (size_t k = 0; k < checks; k++) {
            char name = (char)(gates[i][k] | 0x20);
            gate[k] = (struct gate_check){arena_text(&arena, &name, 1), gates[i][k] == name ? 100 : 200};
        }
        vips[i].gate.checks = gate;
        vips[i].gate.check_count = checks;
        assert_true(prefix_parse(&vips[i].prefix, "203.0.113.0/32"));
        vips[i].prefix.octets[3] = (uint8_t)(9 - i);
    }
    assert_true(vip_index_build(&index, &arena, vips, count));
    return index;
}

static void test_prefixes_are_sorted(void **state)
{
    const struct vip_index index = index_of((const char *const[]){"", "", ""}, 3);
    size_t count;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(index.prefixes[i].octets[3], 7 + i);
        assert_int_equal(index.positions[i], 2 - i);
    }
    assert_int_equal(index.reference_count, 0);
    assert_null(vip_index_check(&index, "a", &count));
}

static void test_a_check_leads_to_its_vips(void **state)
{
    const struct vip_index index = index_of((const char *const[]){"c", "ba", "", "ac"}, 4);
    size_t count;
    const struct vip_reference *references = vip_index_check(&index, "a", &count);

    (void)state;
    assert_int_equal(count, 2);
    assert_int_equal(references[0].vip, 1);
    assert_int_equal(references[1].vip, 3);
    assert_int_equal(references[0].check->first_verdict_ms, 100);
    assert_int_equal(vip_index_check(&index, "b", &count)->vip, 1);
    assert_int_equal(count, 1);
    assert_int_equal(vip_index_check(&index, "c", &count)->vip, 0);
    assert_int_equal(count, 2);
    assert_null(vip_index_check(&index, "d", &count));
    assert_int_equal(count, 0);
}

static void test_difference(void **state)
{
    static const struct {
        const char *old, *new, *said; /* as "-gone +added" */
    } rows[] = {
        {"", "", ""},         {"ab", "ab", ""},     {"ab", "", "-a-b"},          {"", "ab", "+a+b"},
        {"ac", "bc", "-a+b"}, {"abc", "aBc", "+b"}, {"bd", "ace", "+a-b+c-d+e"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct vip_index old = index_of(&rows[i].old, 1), new = index_of(&rows[i].new, 1);
        struct vip_index_diff diff = {.old = &old, .new = &new};
        char said[64] = "";
        while (vip_index_diff_next(&diff)) {
            assert_true(!diff.added != !diff.removed);
            size_t used = strlen(said);
            snprintf(said + used, sizeof said - used, diff.added ? "+%s" : "-%s",
                     diff.added ? diff.added->name : diff.removed);
        }
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("from '%s' to '%s': '%s' instead of '%s'", rows[i].old, rows[i].new, said, rows[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_prefixes_are_sorted, teardown),
        cmocka_unit_test_teardown(test_a_check_leads_to_its_vips, teardown),
        cmocka_unit_test_teardown(test_difference, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
