/* The helper process with the real kernel: dead file systems, commands, and its own end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/helper/helper.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "tests/unit/healthd/dead_mount.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { DEADLINE_MS = 20000, DEAD = 6, OUTPUT_MAX = 8192 };

static struct {
    uv_loop_t loop;
    uv_timer_t tick;
    struct watcher *watcher;
    struct helper *helper;
    /* a command */
    struct helper_run run;
    unsigned told[HELPER_ENDED + 1];
    int result;
    int output; /* what it wrote is read from here */
    char text[OUTPUT_MAX];
} stage;

/* A look and how it ended. */
struct question {
    struct helper_look look; /* first */
    unsigned answers;
    int error;
    char text[64];
};

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void no_line(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static int setup(void **state)
{
    (void)state;
    log_set_sink(no_line, NULL);
    memset(&stage, 0, sizeof stage);
    stage.output = -1;
    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 20, 20);
    watcher_new(&stage.watcher, &stage.loop);
    stage.helper = helper_new(&stage.loop, stage.watcher, TEST_HEALTHD);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    helper_free(stage.helper);
    watcher_free(stage.watcher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    if (stage.output >= 0)
        close(stage.output);
    return uv_loop_close(&stage.loop);
}

#define RUN_UNTIL(condition)                                                                                           \
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; !(condition);) {                                      \
        assert_true(clock_monotonic_ms() < deadline);                                                                  \
        uv_run(&stage.loop, UV_RUN_ONCE);                                                                              \
    }

/* ---- files ---- */

static void on_looked(struct helper_look *look, int error, const char *text, size_t size)
{
    struct question *question = (struct question *)look;

    question->answers++;
    question->error = error;
    snprintf(question->text, sizeof question->text, "%.*s", (int)size, text ? text : "");
}

static void ask(struct question *question, const char *directory, const char *name, size_t wanted)
{
    char path[256];

    *question = (struct question){0};
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(helper_look_start(stage.helper, &question->look, path, wanted, on_looked), 0);
}

static void expect(const char *directory, const char *name, int error)
{
    struct question question;

    ask(&question, directory, name, 0);
    RUN_UNTIL(question.answers == 1);
    assert_int_equal(question.error, error);
}

static void test_a_file_is_there_or_not(void **state)
{
    (void)state;
    struct question question;

    expect("/etc", "passwd", 0);
    expect("/etc", "nothing-of-this-name", -ENOENT);
    expect("/etc/passwd", "below", -ENOTDIR);
    ask(&question, "/proc/self", "comm", 5);
    RUN_UNTIL(question.answers == 1);
    assert_string_equal(question.text, "vipga");
    ask(&question, "/etc", "nothing-of-this-name", 5);
    RUN_UNTIL(question.answers == 1);
    assert_int_equal(question.error, -ENOENT);
}

static void test_many_questions_about_one_directory(void **state)
{
    (void)state;
    static struct question questions[300];
    unsigned answers = 0;

    for (size_t i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "nothing-%zu", i / 4);
        ask(&questions[i], "/etc", i % 2 ? "passwd" : name, 0);
    }
    helper_look_cancel(stage.helper, &questions[299].look);
    while (answers < 299) {
        uv_run(&stage.loop, UV_RUN_ONCE);
        answers = 0;
        for (size_t i = 0; i < 300; i++)
            answers += questions[i].answers;
    }
    for (size_t i = 0; i < 299; i++)
        assert_int_equal(questions[i].error, i % 2 ? 0 : -ENOENT);
    assert_int_equal(questions[299].answers, 0);
}

/* As at the start of a daemon with as many checks. A cost that grows with those that wait takes minutes here. */
static void test_many_questions_at_once(void **state)
{
    (void)state;
    enum { MANY = 60000 };
    struct question *questions = calloc(MANY, sizeof *questions), other;

    assert_non_null(questions);
    for (size_t i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu", i % 3 ? i : 0);
        ask(&questions[i], i % 2 ? "/nonexistent" : "/etc/passwd", name, 0);
    }
    ask(&other, "/etc", "passwd", 0);
    for (size_t i = 0; i < MANY; i++) {
        if (i % 100)
            helper_look_cancel(stage.helper, &questions[i].look);
    }
    RUN_UNTIL(other.answers == 1);
    assert_int_equal(other.error, 0);
    for (size_t i = 0; i < MANY; i += 100) {
        RUN_UNTIL(questions[i].answers == 1);
        assert_int_equal(questions[i].error, i % 2 ? -ENOENT : -ENOTDIR);
    }
    free(questions);
}

/* More of them than a pool of threads would usually have; each is asked twice. */
static void test_a_dead_file_system_hurts_only_itself(void **state)
{
    (void)state;
    struct dead_mount mounts[DEAD];
    struct question stuck[DEAD], behind[DEAD];

    for (int i = 0; i < DEAD; i++) {
        if (!dead_mount_open(&mounts[i]))
            skip();
        ask(&stuck[i], mounts[i].path, "switch", 0);
        ask(&behind[i], mounts[i].path, "other", 0);
    }
    for (int i = 0; i < 50; i++)
        expect("/etc", "passwd", 0);
    for (int i = 0; i < DEAD; i++) {
        assert_int_equal(stuck[i].answers + behind[i].answers, 0);
        helper_look_cancel(stage.helper, &stuck[i].look);
        helper_look_cancel(stage.helper, &behind[i].look);
    }
    expect("/etc", "passwd", 0);

    /* It comes back: what is asked then is answered. */
    ask(&stuck[0], mounts[0].path, "switch", 0);
    close(mounts[0].fd);
    RUN_UNTIL(stuck[0].answers == 1);
    assert_true(stuck[0].error != 0);
    mounts[0].fd = -1;
    for (int i = 0; i < DEAD; i++)
        dead_mount_close(&mounts[i]);
}

static void test_nobody_waits_for_it_at_the_end(void **state)
{
    (void)state;
    struct dead_mount mount_point;
    struct question stuck;

    if (!dead_mount_open(&mount_point))
        skip();
    ask(&stuck, mount_point.path, "switch", 0);
    expect("/etc", "passwd", 0);
    teardown(NULL);
    dead_mount_close(&mount_point);
    assert_int_equal(stuck.answers, 0);
    setup(NULL);
}

/* ---- commands ---- */

static void on_told(struct helper_run *run, enum helper_news news, int result)
{
    (void)run;
    stage.told[news]++;
    stage.result = result;
}

static void start(const char *user, const char *program, const char *option, const char *script)
{
    char *command[] = {(char *)program, (char *)option, (char *)script, NULL};
    int ends[2];

    memset(stage.told, 0, sizeof stage.told);
    if (stage.output >= 0)
        close(stage.output);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    stage.output = ends[0];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    assert_int_equal(helper_run_start(stage.helper, &stage.run, command, user, ends[1], on_told), 0);
    close(ends[1]);
}

/* Runs SCRIPT to its end: what it wrote. */
static const char *written_by(const char *user, const char *script)
{
    start(user, "/bin/sh", "-c", script);
    RUN_UNTIL(stage.told[HELPER_ENDED] + stage.told[HELPER_NOT_RUN] + stage.told[HELPER_NO_USER]);
    ssize_t size = read(stage.output, stage.text, sizeof stage.text - 1);
    stage.text[size > 0 ? size : 0] = '\0';
    return stage.text;
}

static void test_a_command_and_its_status(void **state)
{
    (void)state;
    assert_string_equal(written_by(NULL, "echo out; echo err >&2; exit 3"), "out\nerr\n");
    assert_int_equal(stage.told[HELPER_RUNNING], 1);
    assert_int_equal(stage.told[HELPER_ENDED], 1);
    assert_int_equal(WEXITSTATUS(stage.result), 3);
}

static void test_nothing_of_ours_is_inherited(void **state)
{
    (void)state;
    int leaky = dup(0);

    setenv("VIPGATE_TEST_SECRET", "secret", 1);
    signal(SIGPIPE, SIG_IGN);
    const char *text = written_by(NULL, "env -i /usr/bin/env ls /proc/self/fd; pwd; grep SigIgn /proc/self/status");
    assert_string_equal(text, "0\n1\n2\n3\n/\nSigIgn:\t0000000000000000\n"); /* 3: ls reads the directory */
    text = written_by(NULL, "tr '\\0' '\\n' </proc/$$/environ | sort");
    assert_string_equal(text, "LANG=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
    text = written_by(NULL, "cat <&0; ulimit -n; cut -d' ' -f6,7 /proc/self/stat");
    assert_non_null(strstr(text, "1024\n"));
    assert_non_null(strstr(text, " 0\n")); /* no terminal */
    unsetenv("VIPGATE_TEST_SECRET");
    close(leaky);
}

static void test_another_user(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip();
    assert_string_equal(written_by("nobody", "id -un; id -Gn; echo $USER"), "nobody\nnogroup\nnobody\n");
    written_by("nobody-has-this-name", "true");
    assert_int_equal(stage.told[HELPER_NO_USER], 1);
    assert_int_equal(stage.result, 0);
    assert_int_equal(stage.told[HELPER_RUNNING], 0);
}

static void test_what_cannot_be_run(void **state)
{
    (void)state;
    static const struct {
        const char *program;
        int error;
    } rows[] = {{"/nonexistent", -ENOENT}, {"/etc/passwd", -EACCES}, {"/etc", -EACCES}, {"/etc/passwd/x", -ENOTDIR}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        start(NULL, rows[i].program, NULL, NULL);
        RUN_UNTIL(stage.told[HELPER_NOT_RUN] == 1);
        assert_int_equal(stage.result, rows[i].error);
        assert_int_equal(stage.told[HELPER_ENDED], 0);
    }
}

/* The program is on a dead file system: it is never said to run. */
static void test_a_command_that_cannot_be_found_in_time(void **state)
{
    (void)state;
    struct dead_mount mount_point;
    char program[96];

    if (!dead_mount_open(&mount_point))
        skip();
    snprintf(program, sizeof program, "%s/probe", mount_point.path);
    start(NULL, program, NULL, NULL);
    expect("/etc", "passwd", 0);
    assert_int_equal(stage.told[HELPER_RUNNING], 0);
    helper_run_cancel(stage.helper, &stage.run);
    assert_string_equal(written_by(NULL, "echo fine"), "fine\n");
    dead_mount_close(&mount_point);
}

/* ---- ends ---- */

/* The pid that the command under way writes. */
static pid_t pid_told(void)
{
    char text[32] = "";

    RUN_UNTIL(read(stage.output, text, sizeof text - 1) > 0);
    return (pid_t)atoi(text);
}

/* A zombie of whoever reaps orphans here counts as gone. */
static bool is_gone(pid_t pid)
{
    char path[64], line[256] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    bool there = file && fgets(line, sizeof line, file) && !strstr(line, ") Z ");
    if (file)
        fclose(file);
    return !there;
}

static const char background[] = "sleep 1000 & echo $!; wait";

static void test_a_cancelled_command_goes_with_all_that_it_started(void **state)
{
    (void)state;
    start(NULL, "/bin/sh", "-c", background);
    pid_t pid = pid_told();
    assert_false(is_gone(pid));
    helper_run_cancel(stage.helper, &stage.run);
    RUN_UNTIL(is_gone(pid));
    assert_int_equal(stage.told[HELPER_ENDED], 0);
}

static void test_what_a_command_leaves_behind_goes_with_it(void **state)
{
    (void)state;
    pid_t pid = (pid_t)atoi(written_by(NULL, "sleep 1000 & echo $!"));

    assert_int_equal(stage.told[HELPER_ENDED], 1);
    RUN_UNTIL(is_gone(pid));
}

static void test_commands_end_with_the_daemon(void **state)
{
    (void)state;
    start(NULL, "/bin/sh", "-c", background);
    pid_t pid = pid_told();
    helper_free(stage.helper);
    stage.helper = NULL;
    RUN_UNTIL(is_gone(pid));
}

static void test_commands_end_with_the_helper_and_it_comes_back(void **state)
{
    (void)state;
    struct question question;

    pid_t helper = (pid_t)atoi(written_by(NULL, "echo $PPID"));
    start(NULL, "/bin/sleep", "1000", NULL);
    RUN_UNTIL(stage.told[HELPER_RUNNING] == 1);
    kill(helper, SIGKILL);
    RUN_UNTIL(stage.told[HELPER_NOT_RUN] == 1);
    assert_int_equal(stage.result, -ECANCELED);
    RUN_UNTIL(helper_look_start(stage.helper, &question.look, "/etc/passwd", 0, on_looked) == 0);
    question.answers = 0;
    RUN_UNTIL(question.answers == 1);
    assert_int_equal(question.error, 0);
}

int main(void)
{
#define HELPER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        HELPER_TEST(test_a_file_is_there_or_not),
        HELPER_TEST(test_many_questions_about_one_directory),
        HELPER_TEST(test_many_questions_at_once),
        HELPER_TEST(test_a_dead_file_system_hurts_only_itself),
        HELPER_TEST(test_nobody_waits_for_it_at_the_end),
        HELPER_TEST(test_a_command_and_its_status),
        HELPER_TEST(test_nothing_of_ours_is_inherited),
        HELPER_TEST(test_another_user),
        HELPER_TEST(test_what_cannot_be_run),
        HELPER_TEST(test_a_command_that_cannot_be_found_in_time),
        HELPER_TEST(test_a_cancelled_command_goes_with_all_that_it_started),
        HELPER_TEST(test_what_a_command_leaves_behind_goes_with_it),
        HELPER_TEST(test_commands_end_with_the_daemon),
        HELPER_TEST(test_commands_end_with_the_helper_and_it_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
