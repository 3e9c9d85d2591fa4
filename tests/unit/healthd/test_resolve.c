/* The resolver against a name server that does what the test says. */
#include "healthd/resolve.h"
#include "healthd/watcher.h"
#include "lib/clock.h"
#include "lib/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 20000, HEADER_SIZE = 12, TYPE_A = 1, NXDOMAIN = 3, SERVFAIL = 2 };

/* ---- the name server ---- */

static struct {
    int fd;
    uint16_t port;
    pthread_t thread;
    atomic_int code;   /* of its answers; -1: it is silent */
    atomic_uint last;  /* octet of the address that it gives, 127.0.0.x */
    atomic_uint asked; /* questions for an A record */
} server;

/* Answers the question of SIZE octets in MESSAGE, in place; the size of the answer. */
static size_t answer(uint8_t *message, size_t size)
{
    bool is_a = message[size - 3] == TYPE_A;
    struct wire_writer writer = wire_writer_of(message + size, 64);

    if (is_a)
        server.asked++;
    message[2] |= 0x80;                       /* QR */
    message[3] = 0x80 | (uint8_t)server.code; /* RA, RCODE */
    memset(message + 6, 0, 6);                /* no records, but: */
    if (!is_a || server.code != 0)
        return size;
    message[7] = 1;
    wire_write_u16(&writer, 0xc000 | HEADER_SIZE); /* the name of the question */
    wire_write_u16(&writer, TYPE_A);
    wire_write_u16(&writer, 1); /* IN */
    wire_write_u32(&writer, 1); /* TTL */
    wire_write_u16(&writer, 4);
    wire_write_u32(&writer, 0x7f000000 | server.last);
    return size + writer.position;
}

static void *serve(void *user)
{
    uint8_t message[512];
    struct sockaddr_in client;
    socklen_t length = sizeof client;
    ssize_t size;

    while ((size = recvfrom(server.fd, message, 256, 0, (struct sockaddr *)&client, &length)) > HEADER_SIZE) {
        if (server.code >= 0)
            sendto(server.fd, message, answer(message, (size_t)size), 0, (struct sockaddr *)&client, length);
    }
    return user;
}

/* ---- the resolver ---- */

static struct {
    uv_loop_t loop;
    uv_timer_t tick;
    struct watcher *watcher;
    struct resolver *resolver;
    struct name *name;
    struct resolve_query query;
    bool told;
    enum resolve_result result;
} stage;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void on_done(struct resolve_query *query, enum resolve_result result)
{
    (void)query;
    stage.told = true;
    stage.result = result;
}

static int setup(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    char servers[64], error[256];

    (void)state;
    server.fd = socket(AF_INET, SOCK_DGRAM, 0);
    bind(server.fd, (struct sockaddr *)&address, sizeof address);
    getsockname(server.fd, (struct sockaddr *)&address, &length);
    server.port = ntohs(address.sin_port);
    server.code = 0;
    server.last = 1;
    server.asked = 0;
    pthread_create(&server.thread, NULL, serve, NULL);

    memset(&stage, 0, sizeof stage);
    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 20, 20);
    stage.watcher = watcher_new(&stage.loop);
    snprintf(servers, sizeof servers, "127.0.0.1:%u", server.port);
    stage.resolver = resolver_new(&stage.loop, stage.watcher, servers, error, sizeof error);
    stage.name = name_acquire(stage.resolver, "backend.example.com");
    return stage.name ? 0 : -1;
}

static int teardown(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    (void)state;
    name_release(stage.name);
    resolver_free(stage.resolver);
    watcher_free(stage.watcher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    /* A datagram that is no message ends the server. */
    address.sin_port = htons(server.port);
    sendto(server.fd, "", 1, 0, (struct sockaddr *)&address, sizeof address);
    pthread_join(server.thread, NULL);
    close(server.fd);
    return uv_loop_close(&stage.loop);
}

/* Asks and waits for the answer. */
static enum resolve_result ask(void)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    enum resolve_result result = resolve_start(stage.name, &stage.query, on_done);

    stage.told = false;
    if (result != RESOLVE_LATER)
        return result;
    while (!stage.told) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
    return stage.result;
}

static void expect_address(const char *expected)
{
    char text[ADDRESS_TEXT_SIZE];
    size_t count;
    const struct address *addresses = name_addresses(stage.name, &count);

    assert_int_equal(count, 1);
    assert_string_equal(address_format(&addresses[0], text), expected);
}

/* Runs the loop until CONDITION. */
#define RUN_UNTIL(condition)                                                                                           \
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; !(condition);) {                                      \
        assert_true(clock_monotonic_ms() < deadline);                                                                  \
        uv_run(&stage.loop, UV_RUN_ONCE);                                                                              \
    }

static void test_an_address_is_its_own_answer(void **state)
{
    (void)state;
    struct name *literal = name_acquire(stage.resolver, "2001:db8::1");
    size_t count;

    assert_true(name_is_literal(literal));
    assert_int_equal(resolve_start(literal, &stage.query, on_done), RESOLVE_OK);
    name_addresses(literal, &count);
    assert_int_equal(count, 1);
    name_release(literal);
    assert_int_equal(server.asked, 0);
}

static void test_an_answer_is_kept_for_its_ttl_then_asked_for_again(void **state)
{
    (void)state;
    assert_int_equal(ask(), RESOLVE_OK);
    expect_address("127.0.0.1");
    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
    assert_int_equal(server.asked, 1);

    /* After the TTL a question is answered at once with what is known, and begins the lookup. */
    server.last = 2;
    uint64_t expired_ms = clock_monotonic_ms() + 1000;
    RUN_UNTIL(clock_monotonic_ms() > expired_ms);
    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
    expect_address("127.0.0.1");
    size_t count;
    RUN_UNTIL(server.asked == 2 && name_addresses(stage.name, &count)[0].octets[3] == 2);
    expect_address("127.0.0.2");
}

static void test_a_silent_server_does_not_take_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(ask(), RESOLVE_OK);
    server.code = SERVFAIL;
    uint64_t expired_ms = clock_monotonic_ms() + 1000;
    RUN_UNTIL(clock_monotonic_ms() > expired_ms);
    for (unsigned asked = 2; asked <= 3; asked++) {
        assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
        RUN_UNTIL(server.asked >= 2);
        expect_address("127.0.0.1");
    }
}

static void test_no_answer_is_not_no_such_name(void **state)
{
    (void)state;
    server.code = SERVFAIL;
    assert_int_equal(ask(), RESOLVE_NO_ANSWER);
    assert_true(strlen(name_error(stage.name)) > 0);
    server.code = NXDOMAIN;
    assert_int_equal(ask(), RESOLVE_NO_SUCH_NAME);
    server.code = 0;
    assert_int_equal(ask(), RESOLVE_OK);
}

static void test_a_question_taken_back_is_not_answered_but_the_name_is_known(void **state)
{
    (void)state;
    size_t count = 0;

    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_LATER);
    resolve_cancel(&stage.query);
    RUN_UNTIL((name_addresses(stage.name, &count), count > 0));
    assert_false(stage.told);
}

static void test_a_name_released_during_its_lookup(void **state)
{
    (void)state;
    struct name *other = name_acquire(stage.resolver, "other.example.com");

    server.code = -1;
    assert_int_equal(resolve_start(other, &stage.query, on_done), RESOLVE_LATER);
    resolve_cancel(&stage.query);
    name_release(other);
    assert_ptr_equal(name_acquire(stage.resolver, "BACKEND.example.com"), stage.name); /* names have no case */
    name_release(stage.name);
}

int main(void)
{
#define RESOLVE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        RESOLVE_TEST(test_an_address_is_its_own_answer),
        RESOLVE_TEST(test_an_answer_is_kept_for_its_ttl_then_asked_for_again),
        RESOLVE_TEST(test_a_silent_server_does_not_take_what_is_known),
        RESOLVE_TEST(test_no_answer_is_not_no_such_name),
        RESOLVE_TEST(test_a_question_taken_back_is_not_answered_but_the_name_is_known),
        RESOLVE_TEST(test_a_name_released_during_its_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
