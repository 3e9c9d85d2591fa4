#include "healthd/engine/config.h"
#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What was found wrong, one a line. */
static char *complaints_text;

static struct config *read_config(struct ly_ctx *context, const char *json)
{
    struct conf conf = {0};
    size_t size;

    if (lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE, &conf.tree))
        fail_msg("%s", ly_errmsg(context));
    struct config *config = config_new(&conf);
    free(complaints_text);
    FILE *stream = open_memstream(&complaints_text, &size);
    conf_write_diagnostics(&conf, stream);
    fclose(stream);
    conf_clear(&conf);
    return config;
}

static int setup(void **state)
{
    char error[256];

    *state = model_open(error, sizeof error);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

static void test_defaults(void **state)
{
    struct config *config =
        read_config(*state, "{\"vipgate:check\":[{\"name\":\"a\",\"tcp\":{\"target\":\"192.0.2.1:80\"}}]}");

    assert_int_equal(config->lease_ms, 3000);
    assert_int_equal(config->check_count, 1);
    const struct check_config *check = &config->checks[0];
    assert_string_equal(check->name, "a");
    assert_string_equal(check->kind->name, "tcp");
    assert_int_equal(check->interval_ms, 1000);
    assert_int_equal(check->fast_interval_ms, 1000);
    assert_int_equal(check->timeout_ms, 500);
    assert_int_equal(check->judge.rise, 3);
    assert_int_equal(check->judge.fall, 3);
    assert_int_equal(check->judge.hold_down_ms, 0);
    assert_int_equal(check->judge.lease_ms, 3000);
    assert_false(check->judge.damping.enabled);
    config_free(config);
}

static void test_all_that_is_written(void **state)
{
    struct config *config =
        read_config(*state, "{\"vipgate:health\":{\"lease\":\"5s\"},"
                            "\"vipgate:check\":[{\"name\":\"b\",\"file\":{\"path\":\"/x\"}},{\"name\":\"a\","
                            "\"tcp\":{\"target\":\"192.0.2.1:80\"},\"interval\":\"2s\",\"fast-interval\":\"200ms\","
                            "\"timeout\":\"1s\",\"rise\":1,\"fall\":2,\"hold-down\":\"1m\","
                            "\"damping\":{\"half-life\":\"30s\",\"suppress\":2000,\"reuse\":500}}]}");

    assert_int_equal(config->check_count, 2);
    assert_string_equal(config->checks[0].name, "b"); /* the order of the file */
    const struct check_config *check = &config->checks[1];
    assert_int_equal(check->interval_ms, 2000);
    assert_int_equal(check->fast_interval_ms, 200);
    assert_int_equal(check->timeout_ms, 1000);
    assert_int_equal(check->judge.rise, 1);
    assert_int_equal(check->judge.fall, 2);
    assert_int_equal(check->judge.hold_down_ms, 60000);
    assert_int_equal(check->judge.lease_ms, 5000);
    assert_true(check->judge.damping.enabled);
    assert_int_equal(check->judge.damping.half_life_ms, 30000);
    assert_int_equal(check->judge.damping.suppress, 2000);
    assert_int_equal(check->judge.damping.reuse, 500);
    config_free(config);
}

static void test_every_complaint_is_said_and_names_its_check(void **state)
{
    struct config *config =
        read_config(*state, "{\"vipgate:check\":["
                            "{\"name\":\"a\",\"http\":{\"url\":\"http://192.0.2.1/\",\"expect-body\":\"(\"}},"
                            "{\"name\":\"b\",\"tcp\":{\"target\":\"192.0.2.1:80\"}},"
                            "{\"name\":\"c\",\"http\":{\"url\":\"http://192.0.2.1:99999/\"}}]}");

    assert_null(config);
    assert_string_equal(complaints_text, "(configuration):1:1: check a: expect-body is not a regular expression: "
                                         "missing closing parenthesis at character 2\n"
                                         "(configuration):1:1: check c: url: port must be a number from 1 to "
                                         "65535\n");
}

static void test_the_same_probe(void **state)
{
    static const char pattern[] =
        "{\"vipgate:check\":[{\"name\":\"%s\",\"tcp\":{\"target\":\"%s\"%s},\"interval\":\"%s\"}]}";
    static const struct {
        const char *name, *target, *more, *interval;
        bool same;
    } rows[] = {
        {"a", "192.0.2.1:80", "", "1s", true},
        {"a", "192.0.2.1:80", "", "5s", true},                     /* only the times differ */
        {"a", "192.0.2.1:80", ",\"hold-open\":false", "1s", true}, /* the default, written */
        {"a", "192.0.2.1:81", "", "1s", false},
        {"a", "192.0.2.1:80", ",\"send\":\"x\"", "1s", false},
    };
    char json[512];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config *one =
            read_config(*state, "{\"vipgate:check\":[{\"name\":\"a\",\"tcp\":{\"target\":\"192.0.2.1:80\"}}]}");
        snprintf(json, sizeof json, pattern, rows[i].name, rows[i].target, rows[i].more, rows[i].interval);
        struct config *other = read_config(*state, json);
        assert_int_equal(check_config_same_probe(&one->checks[0], &other->checks[0]), rows[i].same);
        config_free(one);
        config_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_that_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_complaint_is_said_and_names_its_check, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_same_probe, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
