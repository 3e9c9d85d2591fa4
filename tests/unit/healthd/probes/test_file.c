#include "tests/unit/healthd/probes/probe_stage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/vipgate-test-file-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void expect(const char *what, bool present, enum outcome outcome, enum reason reason)
{
    struct stage stage;
    char json[256];

    snprintf(json, sizeof json, "{\"path\":\"%s%s\",\"expect\":\"%s\"}", path, present ? "" : ".not", what);
    stage_open(&stage, "file", json);
    const struct probe_result *result = stage_run(&stage);
    assert_int_equal(result->outcome, outcome);
    assert_int_equal(result->reason, reason);
    assert_non_null(strstr(result->detail, path));
    stage_close(&stage);
}

static void test_presence(void **state)
{
    (void)state;
    expect("present", true, OUTCOME_OK, REASON_NONE);
    expect("present", false, OUTCOME_FAIL, REASON_MISSING);
    expect("absent", false, OUTCOME_OK, REASON_NONE);
    expect("absent", true, OUTCOME_FAIL, REASON_MISMATCH);
}

static void test_a_path_through_a_file_is_absent(void **state)
{
    (void)state;
    struct stage stage;
    char json[256];

    snprintf(json, sizeof json, "{\"path\":\"%s/switch\"}", path);
    stage_open(&stage, "file", json);
    assert_int_equal(stage_run(&stage)->reason, REASON_MISSING);
    stage_close(&stage);
}

static void test_trouble_here_is_unable(void **state)
{
    (void)state;
    struct stage stage;
    char json[1200], name[300];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0'; /* longer than NAME_MAX */
    snprintf(json, sizeof json, "{\"path\":\"/tmp/%s\"}", name);
    stage_open(&stage, "file", json);
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_UNABLE);
    stage_close(&stage);
}

static void test_cancel(void **state)
{
    (void)state;
    struct stage stage;
    char json[256];

    snprintf(json, sizeof json, "{\"path\":\"%s\"}", path);
    stage_open(&stage, "file", json);
    probe_start(stage.probe);
    probe_time_out(stage.probe, 1);
    assert_int_equal(stage.probe->result.reason, REASON_NO_FILE_SYSTEM);
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_OK);
    assert_int_equal(stage.finished, 1);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_a_path_through_a_file_is_absent),
        cmocka_unit_test(test_trouble_here_is_unable),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
