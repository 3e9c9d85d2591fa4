#include "lib/model.h"

#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CHECK "check[name='a']/"

static void test_values_of_an_entry(void **state)
{
    struct lyd_node *top = new_state();
    const struct lyd_node *check;

    (void)state;
    add_value(top, CHECK "verdict", "up");
    add_value(top, CHECK "runs", "7");
    check = model_child(top, "check");
    assert_string_equal(model_text(check, "verdict"), "up");
    assert_null(model_text(check, "kind"));
    assert_null(model_text(NULL, "kind"));
    assert_int_equal(model_number(check, "runs", 0), 7);
    assert_int_equal(model_number(check, "failures", 5), 5);
    assert_true(model_boolean(check, "kind", true));
    assert_int_equal(model_duration_ms(check, "kind", 250), 250);
    assert_int_equal(model_count(lyd_child(top), "check"), 1);
    assert_null(model_sibling(top, "check"));
    lyd_free_all(top);
}

/* What was refused is one line, fit to be shown. */
static void test_error(void **state)
{
    struct lyd_node *tree = NULL;
    char text[256];

    (void)state;
    assert_int_not_equal(
        lyd_parse_data_mem(context, "{\"vipgate:x\\n\":1}", LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree),
        0);
    model_error(context, text, sizeof text);
    assert_true(strlen(text) > 0);
    assert_null(strchr(text, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values_of_an_entry), cmocka_unit_test(test_error)};

    return cmocka_run_group_tests(tests, context_open, context_close);
}
