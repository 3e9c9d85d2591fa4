/* The resolver against a name server that does what the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/net/resolve.h"
#include "healthd/net/watcher.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "tests/unit/healthd/name_server.h"

#include <stdlib.h>

enum { DEADLINE_MS = 20000 };

static struct name_server server;

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
    char directory[64], path[96];
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

static void no_line(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static int setup(void **state)
{
    char error[256];

    (void)state;
    log_set_sink(no_line, NULL);
    memset(&stage, 0, sizeof stage);
    name_server_start(&server);
    strcpy(stage.directory, "/tmp/vipgate-test-resolve-XXXXXX");
    assert_non_null(mkdtemp(stage.directory));
    snprintf(stage.path, sizeof stage.path, "%s/resolv.conf", stage.directory);
    name_server_write_file(&server, stage.path);

    uv_loop_init(&stage.loop);
    uv_timer_init(&stage.loop, &stage.tick);
    uv_timer_start(&stage.tick, on_tick, 20, 20);
    watcher_new(&stage.watcher, &stage.loop);
    struct name_servers_source source = {.path = stage.path, .port = server.port};
    stage.resolver = resolver_new(&stage.loop, stage.watcher, &source, error, sizeof error);
    stage.name = name_acquire(stage.resolver, "backend.example.com");
    return stage.name ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    name_release(stage.name);
    resolver_free(stage.resolver);
    watcher_free(stage.watcher);
    uv_close((uv_handle_t *)&stage.tick, NULL);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    name_server_stop(&server);
    unlink(stage.path);
    rmdir(stage.directory);
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

/* EXPECTED: all addresses, a space between two. */
static void expect_addresses_of(const struct name *name, const char *expected)
{
    char text[ADDRESS_TEXT_SIZE], all[1024] = "";
    size_t count;
    const struct address *addresses = name_addresses(name, &count);

    for (size_t i = 0; i < count; i++)
        strcat(strcat(all, i ? " " : ""), address_format(&addresses[i], text));
    assert_string_equal(all, expected);
}

static void expect_address(const char *expected)
{
    expect_addresses_of(stage.name, expected);
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

    assert_int_equal(resolve_start(literal, &stage.query, on_done), RESOLVE_OK);
    name_addresses(literal, &count);
    assert_int_equal(count, 1);
    name_release(literal);
    assert_int_equal(server.a.asked, 0);
}

static void test_an_answer_is_kept_for_its_ttl_then_asked_for_again(void **state)
{
    (void)state;
    assert_int_equal(ask(), RESOLVE_OK);
    expect_address("127.0.0.1");
    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
    assert_int_equal(server.a.asked, 1);

    /* After the TTL a question is answered at once with what is known, and begins the lookup. */
    server.a.first = 2;
    uint64_t expired_ms = clock_monotonic_ms() + 1000;
    RUN_UNTIL(clock_monotonic_ms() > expired_ms);
    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
    expect_address("127.0.0.1");
    size_t count;
    RUN_UNTIL(server.a.asked == 2 && name_addresses(stage.name, &count)[0].octets[3] == 2);
    expect_address("127.0.0.2");
}

static void test_a_silent_server_does_not_take_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(ask(), RESOLVE_OK);
    server.a.code = server.aaaa.code = NAME_SERVER_SERVFAIL;
    uint64_t expired_ms = clock_monotonic_ms() + 1000;
    RUN_UNTIL(clock_monotonic_ms() > expired_ms);
    for (unsigned asked = 2; asked <= 3; asked++) {
        assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
        RUN_UNTIL(server.a.asked >= 2);
        expect_address("127.0.0.1");
    }
}

static void test_no_answer_is_not_no_such_name(void **state)
{
    (void)state;
    server.a.code = server.aaaa.code = NAME_SERVER_SERVFAIL;
    assert_int_equal(ask(), RESOLVE_NO_ANSWER);
    assert_true(strlen(name_error(stage.name)) > 0);
    server.a.code = server.aaaa.code = NAME_SERVER_NXDOMAIN;
    assert_int_equal(ask(), RESOLVE_NO_SUCH_NAME);
    server.a.code = server.aaaa.code = NAME_SERVER_NOERROR;
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

    server.a.code = server.aaaa.code = NAME_SERVER_SILENT;
    assert_int_equal(resolve_start(other, &stage.query, on_done), RESOLVE_LATER);
    resolve_cancel(&stage.query);
    name_release(other);
    assert_ptr_equal(name_acquire(stage.resolver, "BACKEND.example.com"), stage.name); /* names have no case */
    name_release(stage.name);
}

/* ---- two families ---- */

static void test_the_families_take_turns(void **state)
{
    (void)state;
    server.a.count = 3;
    server.aaaa.count = 2;
    assert_int_equal(ask(), RESOLVE_OK);
    expect_address("2001:db8::1 127.0.0.1 2001:db8::2 127.0.0.2 127.0.0.3");
}

static void test_half_an_answer_is_not_no_such_name(void **state)
{
    (void)state;
    server.a.code = NAME_SERVER_SERVFAIL; /* and there is no IPv6 address */
    assert_int_equal(ask(), RESOLVE_NO_ANSWER);
    server.a.code = NAME_SERVER_NOERROR;
    server.a.count = 0;
    server.aaaa.code = NAME_SERVER_SERVFAIL;
    assert_int_equal(ask(), RESOLVE_NO_ANSWER);
    server.aaaa.code = NAME_SERVER_NOERROR;
    assert_int_equal(ask(), RESOLVE_NO_SUCH_NAME);
}

/* Its own TTL, and not that of the other family, says when it is asked for again. */
static void test_a_lost_half_does_not_hide_behind_the_other(void **state)
{
    (void)state;
    server.aaaa.count = 1;
    server.aaaa.ttl = 3600;
    server.a.ttl = 1;
    assert_int_equal(ask(), RESOLVE_OK);
    expect_address("2001:db8::1 127.0.0.1");
    server.a.first = 9;
    RUN_UNTIL(server.a.asked >= 2 || (resolve_start(stage.name, &stage.query, on_done), false));
    RUN_UNTIL(
        (resolve_start(stage.name, &stage.query, on_done), name_addresses(stage.name, &(size_t){0})[1].octets[3] == 9));
    expect_address("2001:db8::1 127.0.0.9");
    assert_int_equal(server.aaaa.asked, 1);
}

static void test_that_there_is_no_ipv6_holds_as_long_as_ipv4_does(void **state)
{
    (void)state;
    server.a.ttl = 3600;
    assert_int_equal(ask(), RESOLVE_OK);
    RUN_UNTIL(server.aaaa.asked == 1);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_OK);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
    assert_int_equal(server.aaaa.asked, 1);
}

static void test_a_silent_half_is_not_waited_for(void **state)
{
    (void)state;
    server.aaaa.code = NAME_SERVER_SILENT;
    assert_int_equal(ask(), RESOLVE_OK);
    expect_address("127.0.0.1");
    assert_int_equal(server.aaaa.asked, 1); /* it has not even been asked for again */
}

/* ---- without a name server ---- */

static void test_localhost_is_loopback(void **state)
{
    (void)state;
    static const char *const names[] = {"localhost", "LocalHost.", "db.localhost"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct name *name = name_acquire(stage.resolver, names[i]);
        assert_int_equal(resolve_start(name, &stage.query, on_done), RESOLVE_OK);
        expect_addresses_of(name, "127.0.0.1 ::1");
        name_release(name);
    }
    assert_int_equal(server.a.asked, 0);
    struct name *other = name_acquire(stage.resolver, "notlocalhost");
    assert_int_equal(resolve_start(other, &stage.query, on_done), RESOLVE_LATER);
    resolve_cancel(&stage.query);
    name_release(other);
}

/* ---- resolv.conf ---- */

static void expect_new_server(void (*replace)(const struct name_server *to))
{
    struct name_server other;

    name_server_start_at(&other, 2, server.port);
    other.a.first = 77;
    server.a.ttl = 3600;
    assert_int_equal(ask(), RESOLVE_OK);
    replace(&other);
    RUN_UNTIL(other.a.asked || (resolve_start(stage.name, &stage.query, on_done), false));
    RUN_UNTIL(name_addresses(stage.name, &(size_t){0})[0].octets[3] == 77);
    name_server_stop(&other);
}

static void write_in_place(const struct name_server *to)
{
    name_server_write_file(to, stage.path);
}

static void rename_over(const struct name_server *to)
{
    char path[128];

    snprintf(path, sizeof path, "%s/new", stage.directory);
    name_server_write_file(to, path);
    rename(path, stage.path);
}

static void test_a_resolv_conf_that_is_written_is_noticed(void **state)
{
    (void)state;
    expect_new_server(write_in_place);
}

static void test_a_resolv_conf_that_is_replaced_is_noticed(void **state)
{
    (void)state;
    expect_new_server(rename_over);
}

static void test_a_lookup_under_way_goes_to_the_new_server(void **state)
{
    (void)state;
    struct name_server other;

    name_server_start_at(&other, 2, server.port);
    other.a.first = 77;
    server.a.code = server.aaaa.code = NAME_SERVER_SILENT;
    assert_int_equal(resolve_start(stage.name, &stage.query, on_done), RESOLVE_LATER);
    write_in_place(&other);
    RUN_UNTIL(stage.told);
    assert_int_equal(stage.result, RESOLVE_OK);
    expect_address("127.0.0.77");
    name_server_stop(&other);
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
        RESOLVE_TEST(test_the_families_take_turns),
        RESOLVE_TEST(test_half_an_answer_is_not_no_such_name),
        RESOLVE_TEST(test_a_lost_half_does_not_hide_behind_the_other),
        RESOLVE_TEST(test_that_there_is_no_ipv6_holds_as_long_as_ipv4_does),
        RESOLVE_TEST(test_a_silent_half_is_not_waited_for),
        RESOLVE_TEST(test_localhost_is_loopback),
        RESOLVE_TEST(test_a_resolv_conf_that_is_written_is_noticed),
        RESOLVE_TEST(test_a_resolv_conf_that_is_replaced_is_noticed),
        RESOLVE_TEST(test_a_lookup_under_way_goes_to_the_new_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
