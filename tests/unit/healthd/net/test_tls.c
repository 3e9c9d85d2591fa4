#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/net/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uv_loop_t loop;
static struct tls *tls;
static char folder[] = "/tmp/vipgate-test-XXXXXX", file[64], pipe_path[64];

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/none.pem", folder);
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    tls = tls_new(&loop);
    return tls ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tls_free(tls);
    uv_run(&loop, UV_RUN_DEFAULT);
    unlink(pipe_path);
    rmdir(folder);
    return uv_loop_close(&loop);
}

static unsigned told;

static void on_ready(struct tls_wait *wait)
{
    (void)wait;
    told++;
}

static void test_those_who_name_the_same_files_share(void **state)
{
    (void)state;
    struct tls_context *one = tls_context_acquire(tls, file, NULL, true);
    struct tls_context *same = tls_context_acquire(tls, file, NULL, true);
    struct tls_context *system = tls_context_acquire(tls, NULL, NULL, true);
    struct tls_context *shown = tls_context_acquire(tls, file, file, true);
    struct tls_context *trusting = tls_context_acquire(tls, file, NULL, false);
    struct tls_context *trusting_all = tls_context_acquire(tls, NULL, NULL, false);

    assert_ptr_equal(one, same);
    assert_ptr_not_equal(one, system);
    assert_ptr_not_equal(one, shown);
    assert_ptr_not_equal(one, trusting);
    assert_ptr_equal(trusting, trusting_all); /* what is not read makes no difference */
    struct tls_context *all[] = {one, same, system, shown, trusting, trusting_all, NULL};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tls_context_release(all[i]); /* while they are being read */
}

/* All who wait are told, but for those who took it back; the words name the file. */
static const char *read_to_the_end(struct tls_context *context)
{
    struct tls_wait first = {0}, second = {0}, cancelled = {0};

    told = 0;
    assert_true(tls_context_await(context, &first, on_ready));
    assert_true(tls_context_await(context, &cancelled, on_ready));
    assert_true(tls_context_await(context, &second, on_ready));
    tls_context_cancel(&cancelled);
    while (told == 0)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(told, 2);
    assert_false(tls_context_await(context, &first, on_ready));
    return tls_context_error(context);
}

static void test_files_that_can_not_be_used(void **state)
{
    (void)state;
    struct tls_context *missing = tls_context_acquire(tls, file, NULL, true);

    const char *words = read_to_the_end(missing);
    assert_non_null(strstr(words, "ca-file /tmp/"));
    assert_non_null(strstr(words, ": no such file or directory"));
    struct tls_context *pipe = tls_context_acquire(tls, NULL, pipe_path, false);
    words = read_to_the_end(pipe);
    assert_non_null(strstr(words, "client-certificate /tmp/"));
    assert_non_null(strstr(words, ": not a regular file"));
    struct tls_context *nothing = tls_context_acquire(tls, NULL, NULL, false);
    assert_null(read_to_the_end(nothing));
    tls_context_release(missing);
    tls_context_release(pipe);
    tls_context_release(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_those_who_name_the_same_files_share),
        cmocka_unit_test(test_files_that_can_not_be_used),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
