#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_state_document(void **state)
{
    (void)state;
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);
    assert_non_null(context);

    struct lyd_node *top = model_top(context, "state");
    struct lyd_node *check = model_list(top, "check", "backend", NULL);
    model_leaf(check, "verdict", "up");
    model_leaf(check, "kind", NULL);
    model_leaf_number(check, "runs", 7);
    model_leaf_time(check, "since", 1);
    char *json = model_print_json(top);
    assert_non_null(strstr(json, "\"vipgate:state\""));
    assert_non_null(strstr(json, "\"runs\": 7"));
    assert_non_null(strstr(json, "1970-01-01T00:00:00.000001Z"));
    assert_null(strstr(json, "kind"));
    assert_int_equal(model_number(check, "runs", 0), 7);
    assert_int_equal(model_number(check, "failures", 5), 5);
    free(json);
    lyd_free_all(top);
    ly_ctx_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_state_document)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
