/* hold-open of the tcp probe: what a lost connection asks for, and what is made of the answer. */
#include "tests/unit/healthd/harness.h"

/* A listener that the test serves itself: nothing happens that it does not do. */
struct listener {
    int fd;
    uint16_t port;
};

static void listener_open(struct listener *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener->fd, 16), 0);
    assert_int_equal(getsockname(listener->fd, (struct sockaddr *)&address, &length), 0);
    listener->port = ntohs(address.sin_port);
}

static void open_probe(struct harness *harness, const struct listener *listener)
{
    harness_open(harness, "\"tcp\":{\"target\":\"127.0.0.1:%u\",\"hold-open\":true}", listener->port);
}

static void wait_for_look(struct harness *harness, unsigned looks)
{
    HARNESS_UNTIL(harness, harness->looks >= looks);
    assert_int_equal(harness->looks, looks);
}

static void test_a_target_that_dies_is_refused_at_once(void **state)
{
    (void)state;
    struct listener listener;
    struct harness harness;

    listener_open(&listener);
    open_probe(&harness, &listener);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "connected");
    int held = accept(listener.fd, NULL, NULL);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "connected"); /* the held one stays */
    assert_int_equal(harness.looks, 0);

    close(listener.fd);
    close(held);
    wait_for_look(&harness, 1);
    const struct probe_result *result = harness_run(&harness);
    assert_result(result, OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    assert_true(result->decisive);
    assert_false(harness_run(&harness)->decisive); /* the next one's is a failure like any other */
    harness_close(&harness);
}

static void test_a_connection_in_the_queue_of_a_dying_listener_is_no_proof(void **state)
{
    (void)state;
    struct listener listener;
    struct harness harness;

    listener_open(&listener);
    open_probe(&harness, &listener);
    harness_run(&harness);
    int held = accept(listener.fd, NULL, NULL);
    close(held); /* the process dies: this first */
    wait_for_look(&harness, 1);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "connected"); /* the listener is still there */
    close(listener.fd);                                                         /* and now it is not */
    wait_for_look(&harness, 2);
    const struct probe_result *result = harness_run(&harness);
    assert_result(result, OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    assert_true(result->decisive);
    harness_close(&harness);
}

static void test_an_idle_connection_closed_costs_one_probe(void **state)
{
    (void)state;
    struct listener listener;
    struct harness harness;

    listener_open(&listener);
    open_probe(&harness, &listener);
    harness_run(&harness);
    for (unsigned i = 1; i <= 3; i++) {
        int held = accept(listener.fd, NULL, NULL);
        send(held, "bye\r\n", 5, MSG_NOSIGNAL);
        close(held);
        wait_for_look(&harness, i);
        const struct probe_result *result = harness_run(&harness);
        assert_result(result, OUTCOME_OK, REASON_NONE, "connected");
    }
    harness_close(&harness);
    close(listener.fd);
}

static void test_a_target_that_closes_all_is_not_looked_at_for_ever(void **state)
{
    (void)state;
    struct listener listener;
    struct harness harness;
    unsigned runs = 1;

    listener_open(&listener);
    open_probe(&harness, &listener);
    harness_run(&harness);
    for (unsigned looks = 0; looks < 8; looks++) {
        close(accept(listener.fd, NULL, NULL));
        wait_for_look(&harness, looks + 1);
        harness_run(&harness);
        runs++;
    }
    assert_int_equal(runs, 9);
    close(accept(listener.fd, NULL, NULL));
    for (int i = 0; i < 20; i++) {
        uv_run(&harness.loop, UV_RUN_NOWAIT);
        poll(NULL, 0, 1);
    }
    assert_int_equal(harness.looks, 8);
    harness_run(&harness); /* the schedule's: looks may be asked for again */
    close(accept(listener.fd, NULL, NULL));
    wait_for_look(&harness, 9);
    harness_close(&harness);
    close(listener.fd);
}

/* ---- with a dialogue ---- */

static int script[2]; /* what the test writes here lets the server's first connection go */

static void say_hello(int fd)
{
    send(fd, "hello", 5, MSG_NOSIGNAL);
}

static struct server dying;
static bool dies;

/* Greets and waits to be told; the next connection is reset, and before that, where it dies, its listener is gone. */
static void serve_hello_once(int fd)
{
    static const struct linger reset = {.l_onoff = 1};
    static unsigned connections;
    char byte;

    if (connections++ % 2 == 0) {
        say_hello(fd);
        assert_int_equal(read(script[0], &byte, 1), 1);
        return;
    }
    if (dies)
        shutdown(dying.fd, SHUT_RDWR);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

/* The result of the look after the first connection was let go. */
static struct probe_result look_at(bool target_dies)
{
    struct harness harness;

    dies = target_dies;
    assert_int_equal(pipe(script), 0);
    server_start(&dying, serve_hello_once);
    harness_open(&harness, "\"tcp\":{\"target\":\"127.0.0.1:%u\",\"hold-open\":true,\"expect\":\"hello\"}", dying.port);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "expected answer");
    assert_int_equal(write(script[1], "", 1), 1);
    wait_for_look(&harness, 1);
    struct probe_result result = *harness_run(&harness);
    assert_int_equal(write(script[1], "", 1), 1);
    harness_close(&harness);
    server_stop(&dying);
    close(script[0]);
    close(script[1]);
    return result;
}

static void test_a_reset_in_the_dialogue_of_a_look_is_no_proof(void **state)
{
    (void)state;
    struct probe_result result = look_at(true);
    assert_result(&result, OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    assert_true(result.decisive);

    result = look_at(false);
    assert_result(&result, OUTCOME_OK, REASON_NONE, "expected answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_target_that_dies_is_refused_at_once),
        cmocka_unit_test(test_a_connection_in_the_queue_of_a_dying_listener_is_no_proof),
        cmocka_unit_test(test_an_idle_connection_closed_costs_one_probe),
        cmocka_unit_test(test_a_target_that_closes_all_is_not_looked_at_for_ever),
        cmocka_unit_test(test_a_reset_in_the_dialogue_of_a_look_is_no_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
