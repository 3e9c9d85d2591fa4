/* One end is a transport, the other a plain socket that the test reads and writes. */
#include "bgpd/session/transport.h"

#include "lib/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 5000 };

struct fixture {
    uv_loop_t loop;
    struct transport_lingering lingering;
    struct transport *transport;
    int other;
    unsigned connected, readable, writable, lost;
    char reason[128];
};

static void on_connected(void *user)
{
    ((struct fixture *)user)->connected++;
}

static void on_readable(void *user)
{
    ((struct fixture *)user)->readable++;
}

static void on_writable(void *user)
{
    ((struct fixture *)user)->writable++;
}

static void on_lost(const char *reason, void *user)
{
    struct fixture *fixture = user;
    fixture->lost++;
    strncpy(fixture->reason, reason, sizeof fixture->reason - 1);
}

static const struct transport_handler handler = {on_connected, on_readable, on_writable, on_lost};

static void ignore(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until *COUNTER is at least LEAST. */
static void run_until(struct fixture *f, const unsigned *counter, unsigned least)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    uv_timer_t tick;
    uv_timer_init(&f->loop, &tick);
    uv_timer_start(&tick, ignore, 5, 5);
    while (*counter < least && clock_monotonic_ms() < deadline)
        uv_run(&f->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_true(*counter >= least);
}

static struct transport_context context_of(struct fixture *f)
{
    return (struct transport_context){&f->loop, &f->lingering, &handler, f};
}

/* A listening socket on addresses; its port in *PORT. */
static int listen_anywhere(struct address *address, uint16_t *port)
{
    char error[128];
    assert_true(address_parse(address, "127.0.0.13"));
    int listener = socket_listen(address, 0, false, error, sizeof error);
    assert_true(listener >= 0);
    socket_end(listener, false, port);
    return listener;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    char error[128];
    struct neighbor_config options = {.ttl = 1};
    int listener = listen_anywhere(&options.address, &options.port);
    struct transport_context context = context_of(f);
    f->transport = transport_connect(&context, &options, error, sizeof error);
    assert_non_null(f->transport);
    run_until(f, &f->connected, 1);
    f->other = accept(listener, NULL, NULL);
    assert_true(f->other >= 0);
    close(listener);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    transport_close(f->transport);
    transport_lingering_end(&f->lingering);
    if (f->other >= 0)
        close(f->other);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

static void put(struct transport *transport, const char *text)
{
    uint8_t *room = transport_reserve(transport, strlen(text), false);
    assert_non_null(room);
    memcpy(room, text, strlen(text));
    transport_commit(transport, strlen(text));
}

/* Reads until SIZE octets or the end of the stream are there. */
static size_t read_from_other(struct fixture *f, char *buffer, size_t size)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    size_t have = 0;
    while (have < size && clock_monotonic_ms() < deadline) {
        ssize_t part = read(f->other, buffer + have, size - have);
        if (part == 0)
            break;
        if (part > 0)
            have += (size_t)part;
        uv_run(&f->loop, UV_RUN_NOWAIT);
    }
    return have;
}

static void test_written_at_once_and_acknowledged(void **state)
{
    struct fixture *f = *state;
    char buffer[8] = "";
    put(f->transport, "hello");
    assert_int_equal(transport_offset(f->transport), 5);
    transport_flush(f->transport);
    assert_int_equal(recv(f->other, buffer, sizeof buffer, 0), 5); /* no turn of the loop in between */
    assert_string_equal(buffer, "hello");
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (transport_acknowledged(f->transport) < 5 && clock_monotonic_ms() < deadline)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    assert_int_equal(transport_acknowledged(f->transport), 5);
}

static void test_input_stays_until_consumed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(write(f->other, "abcdef", 6), 6);
    run_until(f, &f->readable, 1);
    struct wire_reader input = transport_input(f->transport);
    assert_int_equal(wire_remaining(&input), 6);
    transport_consume(f->transport, 4);
    input = transport_input(f->transport);
    assert_memory_equal(wire_read_bytes(&input, 2), "ef", 2);
}

/* Fills the kernel's buffers and ours; answers how much ours took. */
static void fill(struct fixture *f)
{
    static char block[4096];
    for (unsigned i = 0; i < 10000; i++) {
        uint8_t *room = transport_reserve(f->transport, sizeof block, false);
        if (!room)
            return;
        memset(room, 'x', sizeof block);
        transport_commit(f->transport, sizeof block);
        transport_flush(f->transport);
    }
    fail_msg("the output has no bound");
}

static void test_output_is_bounded_and_goes_on(void **state)
{
    struct fixture *f = *state;
    fill(f);
    struct transport_facts facts;
    transport_facts(f->transport, &facts);
    assert_in_range(facts.queued, 1, TRANSPORT_OUTPUT_MAX - TRANSPORT_URGENT_ROOM);
    assert_non_null(transport_reserve(f->transport, 21, true)); /* a NOTIFICATION still fits */

    uint64_t total = transport_offset(f->transport);
    char *buffer = malloc(total);
    assert_int_equal(read_from_other(f, buffer, total), total);
    free(buffer);
    assert_true(f->writable >= 1);
    assert_non_null(transport_reserve(f->transport, 4096, false));
}

/* What one has not sent yet stays its own when another begins to write. */
static void test_two_that_write(void **state)
{
    struct fixture *f = *state, *second;
    assert_int_equal(setup((void **)&second), 0);
    fill(f);
    put(second->transport, "hello");
    transport_flush(second->transport);
    uint64_t total = transport_offset(f->transport);
    char *buffer = malloc(total), hello[5];
    assert_int_equal(read_from_other(f, buffer, total), total);
    for (uint64_t i = 0; i < total; i++) {
        if (buffer[i] != 'x')
            fail_msg("octet %llu is the other's", (unsigned long long)i);
    }
    free(buffer);
    assert_int_equal(read_from_other(second, hello, 5), 5);
    assert_memory_equal(hello, "hello", 5);
    teardown((void **)&second);
}

/* What the kernel takes in pieces is moved to the front of the buffer as room is needed, and arrives in order. */
static void test_output_is_compacted(void **state)
{
    struct fixture *f = *state;
    static uint8_t received[4 << 20];
    uint64_t sent = 0, got = 0;
    for (unsigned round = 0; round < 60; round++) {
        uint8_t *room;
        while (sent + 3000 < sizeof received && (room = transport_reserve(f->transport, 3000, false))) {
            for (unsigned i = 0; i < 3000; i++)
                room[i] = (uint8_t)((sent + i) % 251);
            transport_commit(f->transport, 3000);
            transport_flush(f->transport);
            sent += 3000;
        }
        got += read_from_other(f, (char *)received + got, sent - got > 40000 ? 40000 : sent - got);
    }
    got += read_from_other(f, (char *)received + got, sent - got);
    assert_int_equal(got, sent);
    assert_true(sent > 8 * TRANSPORT_OUTPUT_MAX);
    for (uint64_t i = 0; i < got; i++) {
        if (received[i] != i % 251)
            fail_msg("octet %llu is not what was sent", (unsigned long long)i);
    }
}

static void test_close_delivers_what_was_sent(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(write(f->other, "unread", 6), 6); /* must not make the kernel send a reset */
    put(f->transport, "goodbye");
    transport_close(f->transport);
    f->transport = NULL;
    char buffer[16];
    assert_int_equal(read_from_other(f, buffer, sizeof buffer), 7);
    assert_memory_equal(buffer, "goodbye", 7);
    assert_int_equal(f->lingering.count, 1);
    close(f->other);
    f->other = -1;
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (f->lingering.count > 0 && clock_monotonic_ms() < deadline)
        uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(f->lingering.count, 0);
}

static void test_the_other_end_closes(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(write(f->other, "last", 4), 4);
    close(f->other);
    f->other = -1;
    run_until(f, &f->lost, 1);
    assert_int_equal(f->readable, 1); /* what came before the end was told before */
    assert_string_equal(f->reason, "connection closed by the neighbor");
}

static void test_the_other_end_resets(void **state)
{
    struct fixture *f = *state;
    socket_reset(f->other);
    f->other = -1;
    run_until(f, &f->lost, 1);
    assert_string_equal(f->reason, "connection failed: connection reset by peer");
}

/* Octets, and a reset right behind them: both are told. */
static void test_the_other_end_says_a_word_and_resets(void **state)
{
    struct fixture *f = *state;
    put(f->transport, "unread");
    transport_flush(f->transport);
    assert_int_equal(write(f->other, "last", 4), 4);
    socket_reset(f->other);
    f->other = -1;
    run_until(f, &f->lost, 1);
    assert_int_equal(f->readable, 1);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct neighbor_config options = {.ttl = 1};
    char error[128], expected[128], text[ADDRESS_TEXT_SIZE];
    close(listen_anywhere(&options.address, &options.port));
    transport_close(f->transport);
    struct transport_context context = context_of(f);
    f->transport = transport_connect(&context, &options, error, sizeof error);
    assert_non_null(f->transport);
    run_until(f, &f->lost, 1);
    snprintf(expected, sizeof expected, "connect to %s port %u: connection refused",
             address_format(&options.address, text), options.port);
    assert_string_equal(f->reason, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_written_at_once_and_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_input_stays_until_consumed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_output_is_bounded_and_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_that_write, setup, teardown),
        cmocka_unit_test_setup_teardown(test_output_is_compacted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_delivers_what_was_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_other_end_closes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_other_end_resets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_other_end_says_a_word_and_resets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
