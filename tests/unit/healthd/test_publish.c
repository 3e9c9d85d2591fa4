#include "healthd/publish.h"
#include "lib/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 10000, CHECKS = 3 };

struct stage {
    char directory[64];
    uv_loop_t loop;
    uv_timer_t tick;
    struct publisher *publisher;
};

static struct stage stage;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static bool snapshot(size_t index, struct verdict_message *message, void *user)
{
    (void)user;
    if (index >= CHECKS)
        return false;
    *message = (struct verdict_message){.type = VERDICT_CHANGE, .verdict = VERDICT_UP, .healthy_percent = 100};
    snprintf(message->name, sizeof message->name, "check-%zu", index);
    return true;
}

static int setup(void **state)
{
    char error[512];

    (void)state;
    strcpy(stage.directory, "/tmp/vipgate-test-XXXXXX");
    assert_non_null(mkdtemp(stage.directory));
    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 20, 20);
    stage.publisher = publisher_open(&stage.loop, stage.directory, snapshot, NULL, error, sizeof error);
    return stage.publisher ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    publisher_close(stage.publisher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&stage.loop) | rmdir(stage.directory); /* the socket is gone */
}

/* A subscriber: its socket and what has come over it. */
struct subscriber {
    int fd;
    uint8_t bytes[64 * 1024];
    size_t size, taken;
};

static void subscribe(struct subscriber *subscriber)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *subscriber = (struct subscriber){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/verdict.sock", stage.directory);
    assert_int_equal(connect(subscriber->fd, (struct sockaddr *)&address, sizeof address), 0);
}

/* The next message; runs the loop until it is there. */
static struct verdict_message next(struct subscriber *subscriber)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    for (;;) {
        struct wire_reader reader =
            wire_reader_of(subscriber->bytes + subscriber->taken, subscriber->size - subscriber->taken);
        struct verdict_message message;
        int got = verdict_decode(&reader, &message);
        assert_true(got >= 0);
        if (got) {
            subscriber->taken += reader.position;
            return message;
        }
        assert_true(clock_monotonic_ms() < deadline);
        ssize_t count =
            recv(subscriber->fd, subscriber->bytes + subscriber->size, sizeof subscriber->bytes - subscriber->size, 0);
        if (count > 0)
            subscriber->size += (size_t)count;
        else
            uv_run(&stage.loop, UV_RUN_ONCE);
    }
}

static void expect_greeting(struct subscriber *subscriber)
{
    struct verdict_message message = next(subscriber);

    assert_int_equal(message.type, VERDICT_HELLO);
    assert_int_equal(message.version, VERDICT_VERSION);
    for (int i = 0; i < CHECKS; i++) {
        char name[16];
        snprintf(name, sizeof name, "check-%d", i);
        message = next(subscriber);
        assert_int_equal(message.type, VERDICT_CHANGE);
        assert_string_equal(message.name, name);
    }
    assert_int_equal(next(subscriber).type, VERDICT_SNAPSHOT_END);
}

static struct verdict_message change(const char *name)
{
    struct verdict_message message = {.type = VERDICT_CHANGE, .verdict = VERDICT_DOWN};

    snprintf(message.name, sizeof message.name, "%s", name);
    return message;
}

static void test_each_subscriber_gets_the_snapshot_then_changes(void **state)
{
    (void)state;
    static struct subscriber one, other;
    struct verdict_message message = change("check-1");

    subscribe(&one);
    expect_greeting(&one);
    publisher_say(stage.publisher, &message);
    subscribe(&other);
    expect_greeting(&other);
    message = change("check-2");
    publisher_say(stage.publisher, &message);
    assert_string_equal(next(&one).name, "check-1");
    assert_string_equal(next(&one).name, "check-2");
    assert_string_equal(next(&other).name, "check-2");
    assert_int_equal(publisher_subscribers(stage.publisher), 2);
    close(one.fd);
    close(other.fd);
}

static void test_a_change_has_left_when_say_returns(void **state)
{
    (void)state;
    static struct subscriber one;
    struct verdict_message message = change("check-1");

    subscribe(&one);
    expect_greeting(&one);
    publisher_say(stage.publisher, &message);
    /* Without another turn of the loop. */
    assert_true(recv(one.fd, one.bytes, sizeof one.bytes, 0) > 0);
    close(one.fd);
}

static void test_signs_of_life(void **state)
{
    (void)state;
    static struct subscriber one;

    publisher_set_lease(stage.publisher, 100);
    subscribe(&one);
    expect_greeting(&one);
    uint64_t from_ms = clock_monotonic_ms();
    for (int i = 0; i < 8; i++)
        assert_int_equal(next(&one).type, VERDICT_ALIVE);
    assert_in_range(clock_monotonic_ms() - from_ms, 150, DEADLINE_MS);
    close(one.fd);
}

static void test_a_subscriber_that_goes_is_forgotten(void **state)
{
    (void)state;
    static struct subscriber one;
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    subscribe(&one);
    expect_greeting(&one);
    close(one.fd);
    while (publisher_subscribers(stage.publisher) > 0 && clock_monotonic_ms() < deadline)
        uv_run(&stage.loop, UV_RUN_ONCE);
    assert_int_equal(publisher_subscribers(stage.publisher), 0);
}

static void test_one_that_does_not_read_is_cut_off_and_holds_up_nobody(void **state)
{
    (void)state;
    static struct subscriber asleep, awake;
    struct verdict_message message = change("check-1");
    unsigned said = 0;

    memset(message.reason, 'r', sizeof message.reason - 1);
    subscribe(&asleep);
    subscribe(&awake);
    expect_greeting(&awake);
    assert_int_equal(publisher_subscribers(stage.publisher), 2);
    while (publisher_subscribers(stage.publisher) == 2 && said < 100000) {
        publisher_say(stage.publisher, &message);
        said++;
        assert_string_equal(next(&awake).name, "check-1");
        if (awake.taken == awake.size)
            awake.taken = awake.size = 0;
    }
    assert_int_equal(publisher_subscribers(stage.publisher), 1);
    assert_in_range(said, 100, 50000);
    close(asleep.fd);
    close(awake.fd);
}

static void test_a_second_daemon_is_refused_with_the_remedy(void **state)
{
    (void)state;
    char error[512] = "";

    assert_null(publisher_open(&stage.loop, stage.directory, snapshot, NULL, error, sizeof error));
    assert_non_null(strstr(error, "another daemon answers on"));
}

int main(void)
{
#define PUBLISH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(test_each_subscriber_gets_the_snapshot_then_changes),
        PUBLISH_TEST(test_a_change_has_left_when_say_returns),
        PUBLISH_TEST(test_signs_of_life),
        PUBLISH_TEST(test_a_subscriber_that_goes_is_forgotten),
        PUBLISH_TEST(test_one_that_does_not_read_is_cut_off_and_holds_up_nobody),
        PUBLISH_TEST(test_a_second_daemon_is_refused_with_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
