#include "tests/unit/healthd/harness.h"

#include <signal.h>

static const struct {
    struct expected expected;
    const char *script;
} scripts[] = {
    {{"well", OUTCOME_OK, REASON_NONE, "exited with 0"}, "exit 0"},
    {{"well, with a word", OUTCOME_OK, REASON_NONE, "all is well"}, "echo all is well; exit 0"},
    {{"the least failure", OUTCOME_FAIL, REASON_EXIT_STATUS, "exited with 1"}, "exit 1"},
    {{"the greatest failure", OUTCOME_FAIL, REASON_EXIT_STATUS, "exited with 125: no disk"},
     "echo no disk >&2; exit 125"},
    {{"could not be run", OUTCOME_UNABLE, REASON_EXIT_STATUS, "exited with 126"}, "exit 126"},
    {{"not found by the shell", OUTCOME_UNABLE, REASON_EXIT_STATUS, "exited with 127"}, "/nonexistent"},
    {{"signal", OUTCOME_UNABLE, REASON_EXIT_STATUS, "signal 15"}, "kill -TERM $$"},
    {{"control character", OUTCOME_FAIL, REASON_EXIT_STATUS, "a?b"}, "printf 'a\\001b'; exit 3"},
    {{"much output", OUTCOME_OK, REASON_NONE, ": y"}, "yes | head -c 300000"},
    {{"output without end", OUTCOME_FAIL, REASON_TOO_LARGE, "wrote more than 1 MiB"}, "yes"},
};

static void open_script(struct harness *harness, const char *script)
{
    char text[512];
    size_t at = 0;

    for (; *script; script++)
        at += (size_t)snprintf(text + at, sizeof text - at, *script == '\\' ? "\\\\" : "%c", *script);
    harness_open(harness, "\"exec\":{\"command\":\"/bin/sh -c \\\"%s\\\"\"}", text);
}

static void test_exit_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct harness harness;
        open_script(&harness, scripts[i].script);
        assert_expected(harness_run(&harness), &scripts[i].expected);
        harness_close(&harness);
    }
}

static void test_commands_that_cannot_be_run(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        const char *members;
    } rows[] = {
        {{"no command", OUTCOME_UNABLE, REASON_NO_COMMAND, "run /nonexistent: no such file or directory"},
         "\"command\":\"/nonexistent\""},
        {{"no user", OUTCOME_UNABLE, REASON_NO_PERMISSION, "no user \"nobody-has-this-name\""},
         "\"command\":\"/bin/true\",\"user\":\"nobody-has-this-name\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct harness harness;
        harness_open(&harness, "\"exec\":{%s}", rows[i].members);
        assert_expected(harness_run(&harness), &rows[i].expected);
        harness_close(&harness);
    }
}

static void test_relative_path_is_refused(void **state)
{
    (void)state;
    char complaint[512];

    harness_refuse("\"exec\":{\"command\":\"true\"}", complaint);
    assert_non_null(strstr(complaint, "absolute path"));
}

/* The number on the whole line that FD holds; 0: there is none yet. */
static int read_number(int fd)
{
    char text[16] = "";

    return pread(fd, text, sizeof text - 1, 0) > 0 && strchr(text, '\n') ? atoi(text) : 0;
}

/* What the command started is killed with it: a grandchild that would hold the pipe open is gone. */
static void test_cancel_kills_the_group(void **state)
{
    (void)state;
    struct harness harness;
    char path[] = "/tmp/vipgate-test-exec-XXXXXX", script[128];
    int fd = mkstemp(path);
    int grandchild = 0;
    uint64_t deadline = clock_monotonic_ms() + HARNESS_DEADLINE_MS;

    snprintf(script, sizeof script, "sleep 1000 & echo $! > %s; wait", path);
    open_script(&harness, script);
    probe_start(harness.probe);
    /* The command can be quicker than the word that it runs. */
    HARNESS_UNTIL(&harness,
                  (grandchild = read_number(fd)) != 0 && strcmp(harness.probe->phase, PROBE_PHASE_PREPARE) != 0);
    probe_time_out(harness.probe, 50);
    assert_int_equal(harness.probe->result.reason, REASON_TIMEOUT);
    assert_non_null(strstr(harness.probe->result.detail, "/bin/sh was still running"));
    harness_close(&harness);
    while (kill(grandchild, 0) == 0) {
        /* A zombie of whoever reaps orphans here counts as gone. */
        char status[64], line[256] = "";
        snprintf(status, sizeof status, "/proc/%d/stat", grandchild);
        FILE *file = fopen(status, "r");
        bool read = file && fgets(line, sizeof line, file);
        if (file)
            fclose(file);
        if (!read || strstr(line, ") Z "))
            break;
        assert_true(clock_monotonic_ms() < deadline);
    }
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_commands_that_cannot_be_run),
        cmocka_unit_test(test_relative_path_is_refused),
        cmocka_unit_test(test_cancel_kills_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
