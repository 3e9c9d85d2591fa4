#include "tests/unit/healthd/harness.h"

#include <signal.h>
#include <sys/wait.h>

static char path[] = "/tmp/vipgate-test-pidfile-XXXXXX";

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

static void write_pidfile(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static pid_t start_process(void)
{
    char text[32];
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        for (;;)
            pause();
    }
    snprintf(text, sizeof text, "%d\n", (int)pid);
    write_pidfile(text);
    return pid;
}

static void open_probe(struct harness *harness)
{
    harness_open(harness, "\"process\":{\"pidfile\":\"%s\"}", path);
}

static void test_exit_is_noticed_from_the_kernel(void **state)
{
    (void)state;
    struct harness harness;
    pid_t pid = start_process();

    open_probe(&harness);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_OK);
    assert_int_equal(harness.looks, 0);
    kill(pid, SIGKILL);
    HARNESS_UNTIL(&harness, harness.looks);

    /* Nobody has reaped it yet: a zombie is not alive. */
    const struct probe_result *result = harness_run(&harness);
    assert_int_equal(result->outcome, OUTCOME_FAIL);
    assert_int_equal(result->reason, REASON_MISSING);
    assert_true(result->decisive);
    waitpid(pid, NULL, 0);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_FAIL);
    harness_close(&harness);
}

static void test_another_process_takes_over(void **state)
{
    (void)state;
    struct harness harness;
    pid_t first = start_process();

    open_probe(&harness);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_OK);
    pid_t second = start_process();
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_OK);
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_FAIL);
    harness_close(&harness);
}

static void test_file_without_a_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "haproxy", "-5", "0", "99999999999999999999"};
    struct harness harness;

    open_probe(&harness);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_pidfile(texts[i]);
        const struct probe_result *result = harness_run(&harness);
        assert_int_equal(result->outcome, OUTCOME_FAIL);
        assert_false(result->decisive);
    }
    unlink(path);
    assert_non_null(strstr(harness_run(&harness)->detail, "no such file"));
    harness_close(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_is_noticed_from_the_kernel),
        cmocka_unit_test(test_another_process_takes_over),
        cmocka_unit_test(test_file_without_a_number),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
