/* What a socket does not take at once goes later, in order and within a bound. */
#include "healthd/net/outbox.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int ends[2];
static struct outbox outbox;

static int open_ends(void **state)
{
    (void)state;
    outbox = (struct outbox){0};
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
}

static int close_ends(void **state)
{
    (void)state;
    outbox_clear(&outbox);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void expect_received(const char *expected)
{
    char text[64] = "";

    assert_int_equal(recv(ends[1], text, sizeof text - 1, 0), strlen(expected));
    assert_string_equal(text, expected);
}

static void test_what_waits_goes_first(void **state)
{
    (void)state;
    assert_int_equal(outbox_put(&outbox, "PROXY ", 6), 0);
    assert_int_equal(outbox_put(&outbox, "", 0), 0);
    assert_int_equal(outbox_send(&outbox, ends[0], "GET", 3), 0);
    assert_int_equal(recv(ends[1], &(char){0}, 1, 0), -1);
    assert_int_equal(outbox_flush(&outbox, ends[0]), 0);
    expect_received("PROXY GET");
    assert_int_equal(outbox.size, 0);
    assert_int_equal(outbox_send(&outbox, ends[0], "at once", 7), 0);
    assert_int_equal(outbox.size, 0);
    expect_received("at once");
}

/* More than the socket's buffer holds: every octet arrives, and in its place. */
static void test_a_full_socket(void **state)
{
    enum { SIZE = OUTBOX_MAX };
    uint8_t *sent = malloc(SIZE), *received = malloc(SIZE);
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (uint8_t)(i * 7 >> 3);
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &(int){8192}, sizeof(int));
    assert_int_equal(outbox_send(&outbox, ends[0], sent, SIZE), 0);
    assert_true(outbox.size > 0);
    while (size < SIZE) {
        ssize_t count = recv(ends[1], received + size, SIZE - size, 0);
        assert_true(count > 0);
        size += (size_t)count;
        assert_int_equal(outbox_flush(&outbox, ends[0]), 0);
    }
    assert_memory_equal(received, sent, SIZE);
    assert_int_equal(outbox.size, 0);
    free(sent);
    free(received);
}

static void test_the_bound(void **state)
{
    static const uint8_t octets[OUTBOX_MAX];

    (void)state;
    assert_int_equal(outbox_put(&outbox, octets, OUTBOX_MAX), 0);
    assert_int_equal(outbox_put(&outbox, octets, 1), -ENOBUFS);
    assert_int_equal(outbox.size, OUTBOX_MAX);
    outbox_clear(&outbox);
    assert_null(outbox.bytes);
    assert_int_equal(outbox_put(&outbox, octets, 1), 0);
}

static void test_nobody_reads(void **state)
{
    (void)state;
    assert_int_equal(outbox_put(&outbox, "x", 1), 0);
    shutdown(ends[1], SHUT_RDWR);
    assert_int_equal(outbox_flush(&outbox, ends[0]), -EPIPE);
    outbox_clear(&outbox);
    assert_int_equal(outbox_send(&outbox, ends[0], "x", 1), -EPIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_waits_goes_first, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(test_a_full_socket, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(test_the_bound, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(test_nobody_reads, open_ends, close_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
