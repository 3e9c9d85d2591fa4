#include "tests/unit/healthd/harness.h"

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
    struct harness harness;

    harness_open(&harness, "\"file\":{\"path\":\"%s%s\",\"expect\":\"%s\"}", path, present ? "" : ".not", what);
    assert_result(harness_run(&harness), outcome, reason, path);
    harness_close(&harness);
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
    struct harness harness;

    harness_open(&harness, "\"file\":{\"path\":\"%s/switch\"}", path);
    assert_int_equal(harness_run(&harness)->reason, REASON_MISSING);
    harness_close(&harness);
}

static void test_trouble_here_is_unable(void **state)
{
    (void)state;
    struct harness harness;
    char name[300];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0'; /* longer than NAME_MAX */
    harness_open(&harness, "\"file\":{\"path\":\"/tmp/%s\"}", name);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_UNABLE);
    harness_close(&harness);
}

static void test_cancel(void **state)
{
    (void)state;
    struct harness harness;

    harness_open(&harness, "\"file\":{\"path\":\"%s\"}", path);
    probe_start(harness.probe);
    probe_time_out(harness.probe, 1);
    assert_int_equal(harness.probe->result.reason, REASON_NO_FILE_SYSTEM);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_OK);
    assert_int_equal(harness.finished, 1);
    harness_close(&harness);
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
