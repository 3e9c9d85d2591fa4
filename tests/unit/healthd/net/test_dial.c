/* Connecting to a name with several addresses, of which some are silent and some refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/net/dial.h"
#include "lib/clock.h"
#include "tests/unit/healthd/name_server.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

enum { DEADLINE_MS = 10000, ADDRESSES = 4, FILLERS = 8 };

/* 127.0.0.1 to 127.0.0.4, at one port. */
static struct {
    uint16_t port;
    int listeners[ADDRESSES + 1]; /* -1: the address refuses */
    int fillers[ADDRESSES + 1][FILLERS];
} network;

static struct {
    struct name_server server;
    uv_loop_t loop;
    uv_timer_t tick;
    struct probe_room room;
    struct probe probe;
    struct dial dial;
    unsigned connected, failed;
    int error;
} stage;

static struct sockaddr_in address_of(unsigned last)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + last), .sin_port = htons(network.port)};
}

static void listen_on(unsigned last)
{
    struct sockaddr_in address = address_of(last);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &length);
    network.port = ntohs(address.sin_port);
    assert_int_equal(listen(fd, 0), 0);
    network.listeners[last] = fd;
}

/* Its queue is full: nothing more is answered. */
static void silence(unsigned last)
{
    struct sockaddr_in address = address_of(last);

    for (int i = 0; i < FILLERS; i++) {
        network.fillers[last][i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(network.fillers[last][i], (struct sockaddr *)&address, sizeof address);
    }
}

static void stop_filling(unsigned last)
{
    for (int i = 0; i < FILLERS && network.fillers[last][i]; i++) {
        close(network.fillers[last][i]);
        network.fillers[last][i] = 0;
    }
}

static void refuse(unsigned last)
{
    close(network.listeners[last]);
    network.listeners[last] = -1;
}

static void on_connected(struct dial *dial)
{
    stage.connected++;
    assert_true(dial->fd >= 0);
}

static void on_failed(struct dial *dial, int error)
{
    (void)dial;
    stage.failed++;
    stage.error = error;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static int setup(void **state)
{
    char error[256], path[] = "/tmp/vipgate-test-dial-XXXXXX";
    struct endpoint target = {.host = "backend.example.com"};
    static const struct probe_kind kind = {.name = "t"};

    (void)state;
    memset(&network, 0, sizeof network);
    memset(&stage, 0, sizeof stage);
    for (unsigned last = 1; last <= ADDRESSES; last++)
        listen_on(last);
    name_server_start(&stage.server);
    stage.server.a.count = ADDRESSES;
    stage.server.a.ttl = 60;
    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 20, 20);
    stage.room.loop = &stage.loop;
    watcher_new(&stage.room.watcher, &stage.loop);
    close(mkstemp(path));
    name_server_write_file(&stage.server, path);
    struct name_servers_source source = {.path = path, .port = stage.server.port};
    stage.room.resolver = resolver_new(&stage.loop, stage.room.watcher, &source, error, sizeof error);
    unlink(path);
    stage.probe = (struct probe){.kind = &kind, .room = &stage.room, .phase = "", .timeout_ms = 500};
    target.port = network.port;
    if (!dial_init(&stage.dial, &stage.probe, &target, SOCK_STREAM))
        return -1;
    stage.dial.connected = on_connected;
    stage.dial.failed = on_failed;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dial_clear(&stage.dial);
    resolver_free(stage.room.resolver);
    watcher_free(stage.room.watcher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    name_server_stop(&stage.server);
    for (unsigned last = 1; last <= ADDRESSES; last++) {
        if (network.listeners[last] >= 0)
            close(network.listeners[last]);
        stop_filling(last);
    }
    return uv_loop_close(&stage.loop);
}

static void dial(void)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    dial_start(&stage.dial);
    while (!stage.connected && !stage.failed) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
}

static void expect_connected_to(const char *expected)
{
    char text[ADDRESS_TEXT_SIZE];

    assert_int_equal(stage.connected, 1);
    assert_int_equal(stage.failed, 0);
    assert_string_equal(address_format(&stage.dial.address, text), expected);
}

static void test_the_first_that_answers_is_taken(void **state)
{
    (void)state;
    dial();
    expect_connected_to("127.0.0.1");
    assert_null(stage.dial.race);
}

static void test_one_that_refuses_is_passed_over(void **state)
{
    (void)state;
    refuse(1);
    refuse(2);
    dial();
    expect_connected_to("127.0.0.3");
}

/* The kernel asks again after a second; the probe has half of one. */
static void test_silent_ones_do_not_use_up_the_time(void **state)
{
    (void)state;
    silence(1);
    silence(2);
    refuse(3);
    dial();
    expect_connected_to("127.0.0.4");
    assert_null(stage.dial.race);
    assert_true(send(stage.dial.fd, "x", 1, MSG_NOSIGNAL) == 1);
}

static void test_a_silent_one_may_answer_late(void **state)
{
    (void)state;
    silence(1);
    for (unsigned last = 2; last <= ADDRESSES; last++)
        refuse(last);
    dial_start(&stage.dial);
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; stage.dial.next < ADDRESSES;) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
    char text[128];
    dial_describe(&stage.dial, text, sizeof text);
    assert_non_null(strstr(text, "connect 127.0.0.1:"));
    /* Its queue has room again, and the kernel's next attempt gets in. */
    stop_filling(1);
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; !stage.connected;) {
        assert_true(clock_monotonic_ms() < deadline);
        close(accept(network.listeners[1], NULL, NULL));
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
    expect_connected_to("127.0.0.1");
}

static void test_when_all_refuse_that_is_said(void **state)
{
    (void)state;
    for (unsigned last = 1; last <= ADDRESSES; last++)
        refuse(last);
    dial();
    assert_int_equal(stage.failed, 1);
    assert_int_equal(stage.error, -ECONNREFUSED);
}

/* Trouble of this machine with another address does not hide what the target said. */
static int open_only_once(int family)
{
    static int opened;

    return opened++ ? -EAFNOSUPPORT : socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void test_the_targets_word_outweighs_our_own_trouble(void **state)
{
    (void)state;
    char text[128];

    refuse(1);
    stage.dial.open = open_only_once;
    dial();
    assert_int_equal(stage.failed, 1);
    assert_int_equal(stage.error, -ECONNREFUSED);
    dial_address(&stage.dial, text, sizeof text);
    assert_non_null(strstr(text, "127.0.0.1:"));
}

static void test_it_can_be_closed_while_some_are_silent(void **state)
{
    (void)state;
    for (unsigned last = 1; last <= ADDRESSES; last++)
        silence(last);
    dial_start(&stage.dial);
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; stage.dial.next < 3;) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
    assert_non_null(stage.dial.race);
    dial_close(&stage.dial);
    assert_int_equal(stage.connected + stage.failed, 0);
}

/* ---- on a network that takes its time, as every remote target's does ---- */

/* Answers on this one come late: once 300 octets are spent, ten are let through in a millisecond. False where this
 * machine does not let us make a network. */
static bool enter_slow_network(void)
{
    return unshare(CLONE_NEWNET) == 0 &&
           system("ip link set lo up && tc qdisc add dev lo root tbf rate 80kbit burst 300 "
                  "latency 5s") == 0;
}

/* Spends what the network lets through at once. */
static void spend(void)
{
    static const char octets[250];
    struct sockaddr_in address = address_of(9);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    sendto(fd, octets, sizeof octets, 0, (struct sockaddr *)&address, sizeof address);
    close(fd);
}

/* Dials until a connection was under way for a turn of the loop, as it is once the name is known. */
static void dial_late(void)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    stage.probe.timeout_ms = DEADLINE_MS; /* so that late is not silent yet */
    for (bool waited = false; !waited;) {
        dial_close(&stage.dial);
        stage.connected = stage.failed = 0;
        spend();
        dial_start(&stage.dial);
        while (!stage.connected && !stage.failed) {
            assert_true(clock_monotonic_ms() < deadline);
            waited |= stage.dial.fd >= 0;
            uv_run(&stage.loop, UV_RUN_ONCE);
        }
    }
}

static void test_it_is_connected_late(void **state)
{
    (void)state;
    dial_late();
    /* Whichever was first: where this machine is slow, the next address is asked before the first has answered. */
    assert_int_equal(stage.connected, 1);
    assert_int_equal(stage.failed, 0);
    assert_true(send(stage.dial.fd, "x", 1, MSG_NOSIGNAL) == 1);
}

static void test_it_is_refused_late_and_the_next_is_tried(void **state)
{
    (void)state;
    refuse(1);
    refuse(2);
    dial_late();
    expect_connected_to("127.0.0.3");
    assert_int_equal(stage.dial.next, 3);
}

static void test_all_refuse_late(void **state)
{
    (void)state;
    for (unsigned last = 1; last <= ADDRESSES; last++)
        refuse(last);
    dial_late();
    assert_int_equal(stage.failed, 1);
    assert_int_equal(stage.error, -ECONNREFUSED);
}

int main(void)
{
#define DIAL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        DIAL_TEST(test_the_first_that_answers_is_taken),
        DIAL_TEST(test_one_that_refuses_is_passed_over),
        DIAL_TEST(test_silent_ones_do_not_use_up_the_time),
        DIAL_TEST(test_a_silent_one_may_answer_late),
        DIAL_TEST(test_when_all_refuse_that_is_said),
        DIAL_TEST(test_the_targets_word_outweighs_our_own_trouble),
        DIAL_TEST(test_it_can_be_closed_while_some_are_silent),
    };
    const struct CMUnitTest late[] = {
        DIAL_TEST(test_it_is_connected_late),
        DIAL_TEST(test_it_is_refused_late_and_the_next_is_tried),
        DIAL_TEST(test_all_refuse_late),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (enter_slow_network())
        failed += cmocka_run_group_tests(late, NULL, NULL);
    else
        print_message("skipped: no network of our own\n");
    return failed;
}
