#include "tests/unit/healthd/probes/probe_stage.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
    const char *script;
    enum outcome outcome;
    enum reason reason;
    const char *detail;
} scripts[] = {
    {"exit 0", OUTCOME_OK, REASON_NONE, "exited with 0"},
    {"echo all is well; exit 0", OUTCOME_OK, REASON_NONE, "all is well"},
    {"exit 1", OUTCOME_FAIL, REASON_EXIT_STATUS, "exited with 1"},
    {"echo no disk >&2; exit 125", OUTCOME_FAIL, REASON_EXIT_STATUS, "exited with 125: no disk"},
    {"exit 126", OUTCOME_UNABLE, REASON_EXIT_STATUS, "exited with 126"},
    {"/nonexistent", OUTCOME_UNABLE, REASON_EXIT_STATUS, "exited with 127"},
    {"kill -TERM $$", OUTCOME_UNABLE, REASON_EXIT_STATUS, "signal 15"},
    {"printf 'a\\001b'; exit 3", OUTCOME_FAIL, REASON_EXIT_STATUS, "a?b"},
    {"yes | head -c 300000", OUTCOME_OK, REASON_NONE, ": y"},
    {"yes", OUTCOME_FAIL, REASON_TOO_LARGE, "wrote more than 1 MiB"},
};

static void open_script(struct stage *stage, const char *script)
{
    char json[512];
    size_t at = (size_t)snprintf(json, sizeof json, "{\"command\":\"/bin/sh -c \\\"");

    for (; *script; script++)
        at += (size_t)snprintf(json + at, sizeof json - at, *script == '\\' ? "\\\\" : "%c", *script);
    snprintf(json + at, sizeof json - at, "\\\"\"}");
    stage_open(stage, "exec", json);
}

static void test_exit_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct stage stage;
        open_script(&stage, scripts[i].script);
        const struct probe_result *result = stage_run(&stage);
        if (result->outcome != scripts[i].outcome || result->reason != scripts[i].reason ||
            !strstr(result->detail, scripts[i].detail))
            fail_msg("%s: %s %s", scripts[i].script, outcome_name(result->outcome), result->detail);
        stage_close(&stage);
    }
}

static void test_command_is_not_there(void **state)
{
    (void)state;
    struct stage stage;

    stage_open(&stage, "exec", "{\"command\":\"/nonexistent\"}");
    assert_int_equal(stage_run(&stage)->reason, REASON_NO_COMMAND);
    assert_int_equal(stage.probe->result.outcome, OUTCOME_UNABLE);
    stage_close(&stage);
    stage_open(&stage, "exec", "{\"command\":\"/bin/true\",\"user\":\"nobody-has-this-name\"}");
    assert_int_equal(stage_run(&stage)->reason, REASON_NO_PERMISSION);
    stage_close(&stage);
}

static void test_relative_path_is_refused(void **state)
{
    (void)state;
    char error[256], complaint[512];
    struct arena arena = {0};
    struct ly_ctx *context = model_open(error, sizeof error);

    assert_null(stage_configure(context, &arena, "exec", "{\"command\":\"true\"}", complaint));
    assert_non_null(strstr(complaint, "absolute path"));
    arena_free(&arena);
    ly_ctx_destroy(context);
}

/* What the command started is killed with it: a grandchild that would hold the pipe open is gone. */
static void test_cancel_kills_the_group(void **state)
{
    (void)state;
    struct stage stage;
    char path[] = "/tmp/vipgate-test-exec-XXXXXX", script[128];
    int fd = mkstemp(path);
    int grandchild = 0;
    uint64_t deadline = clock_monotonic_ms() + STAGE_DEADLINE_MS;

    snprintf(script, sizeof script, "sleep 1000 & echo $! > %s; wait", path);
    open_script(&stage, script);
    probe_start(stage.probe);
    while (grandchild == 0) {
        char text[16] = "";
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
        if (pread(fd, text, sizeof text - 1, 0) > 0 && strchr(text, '\n'))
            grandchild = atoi(text);
    }
    probe_time_out(stage.probe, 50);
    assert_int_equal(stage.probe->result.reason, REASON_TIMEOUT);
    assert_non_null(strstr(stage.probe->result.detail, "/bin/sh was still running"));
    stage_close(&stage);
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
        cmocka_unit_test(test_command_is_not_there),
        cmocka_unit_test(test_relative_path_is_refused),
        cmocka_unit_test(test_cancel_kills_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
