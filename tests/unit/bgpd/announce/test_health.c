/* The link against a publisher in the same loop, over a real socket. */
#include "bgpd/announce/health.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The short lease is for tests that wait for its end: under the long one, nothing runs out on a busy machine. */
enum { LONG_LEASE = 60 * 1000, LEASE = 400, DEADLINE = 20 * 1000 };

struct publisher {
    uv_pipe_t server;
    uv_pipe_t *client; /* NULL: none; the next may come before the last is closed */
    bool listening;
    unsigned accepted;
};

struct fixture {
    uv_loop_t loop;
    uv_timer_t tick; /* wakes the loop so that conditions are looked at */
    char directory[64], path[96];
    struct publisher publisher;
    struct journal *journal;
    struct health *health;
    unsigned changes;
};

static char logged[512]; /* the last line */

static void on_log(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    snprintf(logged, sizeof logged, "%s", line);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void on_change(void *user)
{
    ((struct fixture *)user)->changes++;
}

static void on_accept(uv_stream_t *server, int status)
{
    struct publisher *publisher = server->data;

    assert_int_equal(status, 0);
    assert_null(publisher->client);
    publisher->client = calloc(1, sizeof *publisher->client);
    assert_non_null(publisher->client);
    uv_pipe_init(server->loop, publisher->client, 0);
    assert_int_equal(uv_accept(server, (uv_stream_t *)publisher->client), 0);
    publisher->accepted++;
}

static void publisher_listen(struct fixture *fixture)
{
    struct publisher *publisher = &fixture->publisher;

    uv_pipe_init(&fixture->loop, &publisher->server, 0);
    publisher->server.data = publisher;
    unlink(fixture->path);
    assert_int_equal(uv_pipe_bind(&publisher->server, fixture->path), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&publisher->server, 4, on_accept), 0);
    publisher->listening = true;
}

static void on_closed(uv_handle_t *client)
{
    free(client);
}

static void publisher_hang_up(struct fixture *fixture)
{
    if (!fixture->publisher.client)
        return;
    uv_close((uv_handle_t *)fixture->publisher.client, on_closed);
    fixture->publisher.client = NULL;
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

static void send_octets(struct fixture *fixture, const void *octets, size_t size)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)octets, (unsigned)size);

    assert_int_equal(uv_try_write((uv_stream_t *)fixture->publisher.client, &buffer, 1), (int)size);
}

static void publish(struct fixture *fixture, const struct verdict_message *messages, size_t count)
{
    uint8_t octets[VERDICT_FRAME_MAX];

    for (size_t i = 0; i < count; i++)
        send_octets(fixture, octets, verdict_encode(octets, &messages[i]));
}

static void publish_snapshot(struct fixture *fixture, enum verdict verdict)
{
    const struct verdict_message messages[] = {
        {.type = VERDICT_HELLO, .version = VERDICT_VERSION},
        {.type = VERDICT_CHANGE, .name = "a", .verdict = verdict, .reason = "said so"},
        {.type = VERDICT_SNAPSHOT_END},
    };

    publish(fixture, messages, 3);
}

static enum check_standing standing(struct fixture *fixture)
{
    struct check_view view;

    verdict_table_view(health_verdicts(fixture->health), "a", &view);
    return view.standing;
}

static enum health_link link_now(struct fixture *fixture)
{
    return verdict_table_link(health_verdicts(fixture->health));
}

static void shorten_lease(struct fixture *fixture)
{
    verdict_table_set_lease(health_verdicts(fixture->health), LEASE);
    health_rearm(fixture->health);
}

#define RUN_UNTIL(fixture, condition)                                                                                  \
    do {                                                                                                               \
        uint64_t until_ms = clock_monotonic_ms() + DEADLINE;                                                           \
        while (!(condition)) {                                                                                         \
            assert_true(clock_monotonic_ms() < until_ms);                                                              \
            uv_run(&(fixture)->loop, UV_RUN_ONCE);                                                                     \
        }                                                                                                              \
    } while (0)

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    log_set_sink(on_log, NULL);
    strcpy(fixture->directory, "/tmp/test_health.XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof fixture->path, "%s/verdict.sock", fixture->directory);
    uv_loop_init(&fixture->loop);
    uv_timer_init(&fixture->loop, &fixture->tick);
    uv_timer_start(&fixture->tick, on_tick, 5, 5);
    fixture->journal = journal_new("bgpd");
    fixture->health = health_open(&fixture->loop, fixture->journal, fixture->directory, LONG_LEASE, on_change, fixture);
    assert_non_null(fixture->health);
    assert_true(verdict_table_expect(health_verdicts(fixture->health), "a", 60000, clock_monotonic_ms()));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    health_close(fixture->health);
    publisher_hang_up(fixture);
    if (fixture->publisher.listening)
        uv_close((uv_handle_t *)&fixture->publisher.server, NULL);
    uv_close((uv_handle_t *)&fixture->tick, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    journal_free(fixture->journal);
    unlink(fixture->path);
    rmdir(fixture->directory);
    free(fixture);
    return 0;
}

static void test_daemon_that_comes_later(void **state)
{
    struct fixture *fixture = *state;

    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    publisher_listen(fixture);
    RUN_UNTIL(fixture, fixture->publisher.client);
    publish_snapshot(fixture, VERDICT_UP);
    RUN_UNTIL(fixture, fixture->changes > 0);
    assert_int_equal(fixture->changes, 1);
    assert_int_equal(standing(fixture), CHECK_UP);
    assert_string_equal(journal_latest(fixture->journal, "health", "healthd")->to, "connected");
}

/* No timer is waited for: turns of the loop are all it takes. */
static void test_socket_that_appears_is_known_at_once(void **state)
{
    struct fixture *fixture = *state;

    shorten_lease(fixture);
    RUN_UNTIL(fixture, link_now(fixture) == HEALTH_EXPIRED);
    publisher_listen(fixture);
    for (int turn = 0; turn < 4; turn++)
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_true(fixture->publisher.client);
}

static void test_frames_cut_anywhere(void **state)
{
    struct fixture *fixture = *state;
    static const struct verdict_message messages[] = {
        {.type = VERDICT_HELLO, .version = VERDICT_VERSION},
        {.type = VERDICT_CHANGE, .name = "a", .verdict = VERDICT_DOWN},
        {.type = VERDICT_SNAPSHOT_END},
    };
    uint8_t octets[2 * VERDICT_FRAME_MAX];
    size_t size = 0;

    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        size += verdict_encode(octets + size, &messages[i]);
    publisher_listen(fixture);
    RUN_UNTIL(fixture, fixture->publisher.client);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(standing(fixture), CHECK_PENDING);
        send_octets(fixture, &octets[i], 1);
        uv_run(&fixture->loop, UV_RUN_ONCE);
    }
    RUN_UNTIL(fixture, standing(fixture) == CHECK_DOWN);
}

static void test_silence_while_connected(void **state)
{
    struct fixture *fixture = *state;

    publisher_listen(fixture);
    RUN_UNTIL(fixture, fixture->publisher.client);
    uint64_t said_ms = clock_monotonic_ms();
    publish_snapshot(fixture, VERDICT_UP);
    RUN_UNTIL(fixture, standing(fixture) == CHECK_UP);
    shorten_lease(fixture);
    RUN_UNTIL(fixture, standing(fixture) == CHECK_LOST);
    assert_true(clock_monotonic_ms() - said_ms >= LEASE - 5);
    assert_int_equal(link_now(fixture), HEALTH_EXPIRED);
    /* It is asked anew, by a new connection. */
    publisher_hang_up(fixture);
    RUN_UNTIL(fixture, fixture->publisher.accepted == 2);
    assert_int_equal(standing(fixture), CHECK_LOST);
    publish_snapshot(fixture, VERDICT_DOWN);
    RUN_UNTIL(fixture, standing(fixture) == CHECK_DOWN);
}

static void test_restart_within_the_lease(void **state)
{
    struct fixture *fixture = *state;
    const struct verdict_message fresh[] = {
        {.type = VERDICT_HELLO, .version = VERDICT_VERSION},
        {.type = VERDICT_CHANGE, .name = "a", .first_pending = true},
        {.type = VERDICT_SNAPSHOT_END},
    };

    publisher_listen(fixture);
    RUN_UNTIL(fixture, fixture->publisher.client);
    publish_snapshot(fixture, VERDICT_UP);
    RUN_UNTIL(fixture, standing(fixture) == CHECK_UP);
    publisher_hang_up(fixture);
    RUN_UNTIL(fixture, link_now(fixture) == HEALTH_LOST);
    RUN_UNTIL(fixture, fixture->publisher.client);
    publish(fixture, fresh, 3);
    RUN_UNTIL(fixture, link_now(fixture) == HEALTH_CONNECTED);
    assert_int_equal(standing(fixture), CHECK_UP);
}

static void test_garbage_is_another_connection(void **state)
{
    struct fixture *fixture = *state;
    static const char garbage[] = "HTTP/1.1 200 OK\r\n\r\n";

    publisher_listen(fixture);
    RUN_UNTIL(fixture, fixture->publisher.client);
    send_octets(fixture, garbage, sizeof garbage);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    publisher_hang_up(fixture);
    RUN_UNTIL(fixture, fixture->publisher.accepted == 2);
    /* Verdicts before HELLO are none. */
    publish(fixture, &(struct verdict_message){.type = VERDICT_CHANGE, .name = "a", .verdict = VERDICT_UP}, 1);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    publisher_hang_up(fixture);
    RUN_UNTIL(fixture, fixture->publisher.accepted == 3);
    assert_int_equal(standing(fixture), CHECK_PENDING);
    publish_snapshot(fixture, VERDICT_UP);
    RUN_UNTIL(fixture, standing(fixture) == CHECK_UP);
}

/* A process that is neither root's nor our user's has put up the socket. */
static void test_a_stranger_is_not_believed(void **state)
{
    struct fixture *fixture = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(fixture->directory, 0777), 0);
    assert_int_equal(seteuid(54321), 0);
    publisher_listen(fixture);
    assert_int_equal(seteuid(0), 0);
    logged[0] = '\0';
    RUN_UNTIL(fixture, (publisher_hang_up(fixture), strstr(logged, "uid 54321")));
    assert_non_null(strstr(logged, "neither root nor this user"));
    assert_int_equal(fixture->changes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_daemon_that_comes_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_socket_that_appears_is_known_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_frames_cut_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silence_while_connected, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_within_the_lease, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_is_another_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stranger_is_not_believed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
