#include "lib/control/event_feed.h"

#include "lib/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct daemon {
    char directory[64];
    uv_loop_t loop;
    struct control_server *server;
    struct journal *journal;
    struct event_feed *feed;
    unsigned followed;
};

static void drop_line(enum log_level level, const char *line, void *user)
{
    (void)level, (void)line, (void)user;
}

static void handle(struct control_request *request, const struct json_node *rpc, void *user)
{
    struct daemon *daemon = user;

    struct json top = control_state();

    uint64_t after = event_feed_begin(daemon->feed, (uint32_t)node_number(rpc, "last", UINT32_MAX));
    event_feed_append(daemon->feed, &top, &after, NULL);
    event_feed_follow(daemon->feed, request, &top, after);
    daemon->followed++;
}

static int setup(void **state)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    char error[512];

    log_set_sink(drop_line, NULL);
    strcpy(daemon->directory, "/tmp/vipgate-test-XXXXXX");
    if (!mkdtemp(daemon->directory) || uv_loop_init(&daemon->loop) < 0)
        return -1;
    daemon->journal = journal_new("healthd");
    daemon->feed = event_feed_new(daemon->journal);
    daemon->server =
        control_server_open(&daemon->loop, daemon->directory, "healthd", handle, daemon, error, sizeof error);
    *state = daemon;
    return daemon->server ? 0 : -1;
}

static int teardown(void **state)
{
    struct daemon *daemon = *state;

    control_server_close(daemon->server);
    event_feed_free(daemon->feed);
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    int leftover = uv_loop_close(&daemon->loop);
    journal_free(daemon->journal);
    leftover |= rmdir(daemon->directory);
    free(daemon);
    log_set_sink(NULL, NULL);
    return leftover;
}

static void test_append(void **state)
{
    struct daemon *daemon = *state;
    static const struct {
        uint32_t last;
        size_t count;
        const char *first;
    } rows[] = {{UINT32_MAX, 3, "event 1"}, {3, 3, "event 1"}, {2, 2, "event 2"}, {1, 1, "event 3"}, {0, 0, NULL}};

    for (int i = 1; i <= 3; i++)
        journal_add(daemon->journal, (uint64_t)i, "check", "web", "up", NULL, "event %d", i);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct json top = control_state();
        struct arena arena = {0};
        size_t count = 0;
        uint64_t after = event_feed_begin(daemon->feed, rows[row].last);
        assert_true(event_feed_append(daemon->feed, &top, &after, NULL));
        json_finish(&top);
        const struct json_node *document = json_parse(&arena, top.text, top.length, NULL);
        NODE_FOR_EACH(event, node_child(document, "vipgate:state"), "event")
        {
            if (count++ == 0)
                assert_string_equal(node_text(event, "cause"), rows[row].first);
            assert_null(node_text(event, "to"));
            assert_string_equal(node_text(event, "daemon"), "healthd");
        }
        assert_int_equal(count, rows[row].count);
        arena_free(&arena);
        free(top.text);
    }
}

static int follow(struct daemon *daemon)
{
    static const char request[] = "{\"vipgate:get\":{\"what\":[\"event\"],\"last\":1,\"follow\":true}}";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t length[4] = {0, 0, 0, sizeof request - 1};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/healthd.sock", daemon->directory);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, length, 4, 0), 4);
    assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
    for (unsigned before = daemon->followed; daemon->followed == before;)
        uv_run(&daemon->loop, UV_RUN_ONCE);
    uv_run(&daemon->loop, UV_RUN_NOWAIT);
    return fd;
}

/* Runs the loop until something came that has CAUSE in it. */
static void expect(struct daemon *daemon, int fd, const char *cause)
{
    char data[512];
    ssize_t size;

    while ((size = recv(fd, data, sizeof data - 1, 0)) < 0)
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
    assert_true(size > 5);
    data[size] = '\0';
    assert_non_null(strstr(data + 5, cause));
}

static void test_follow(void **state)
{
    struct daemon *daemon = *state;

    journal_add(daemon->journal, 1, "check", "web", "up", "down", "before");
    int first = follow(daemon), second = follow(daemon);
    expect(daemon, first, "before");
    expect(daemon, second, "before");
    journal_add(daemon->journal, 2, "check", "web", "down", "up", "during");
    expect(daemon, first, "during");
    expect(daemon, second, "during");
    close(first);
    for (int turn = 0; turn < 5; turn++)
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
    journal_add(daemon->journal, 3, "check", "web", "up", "down", "after");
    expect(daemon, second, "after");
    close(second);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* More events at once than the journal holds: a follower gets those that are there, and is told how many are not. One
 * that does not read hinders nobody. */
static void test_more_events_than_are_held(void **state)
{
    struct daemon *daemon = *state;
    int deaf = follow(daemon), fd = follow(daemon);
    static char data[1024 * 1024];
    size_t used = 0;

    for (int i = 1; i <= JOURNAL_SIZE + 1000; i++)
        journal_add(daemon->journal, (uint64_t)i, "check", "web", "up", "down", "number %d", i);
    while (!strstr(data, "number 2024")) {
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
        ssize_t size = recv(fd, data + used, sizeof data - 1 - used, 0);
        for (ssize_t i = 0; i < size; i++) /* the lengths of the answers are no text */
            data[used + (size_t)i] = data[used + (size_t)i] ? data[used + (size_t)i] : ' ';
        used += size > 0 ? (size_t)size : 0;
    }
    assert_int_equal(occurrences(data, "number "), JOURNAL_SIZE);
    assert_true(occurrences(data, "{\"vipgate:state\":") > 4); /* in pieces */
    assert_int_equal(occurrences(data, "1000 events lost: they came faster than they were read"), 1);
    close(fd);
    close(deaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_append, setup, teardown),
        cmocka_unit_test_setup_teardown(test_follow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_events_than_are_held, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
