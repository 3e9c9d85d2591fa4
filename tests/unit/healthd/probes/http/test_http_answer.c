#include "healthd/probes/http/http_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\n"

struct row {
    const char *text;
    bool head;
    enum http_answer_state state; /* when the connection has ended */
    bool early;                   /* it was known before that */
    unsigned status;
    const char *body;
};

static const struct row rows[] = {
    /* RFC 9112 section 4: the status line */
    {OK "Content-Length: 0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 200, ""},
    {"HTTP/1.0 404 \r\nContent-Length: 0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 404, ""},
    {"HTTP/1.1 200\nContent-Length: 0\n\n", false, HTTP_ANSWER_COMPLETE, true, 200, ""},
    {"HTTP/1.1 99 Low\r\n\r\n", false, HTTP_ANSWER_NOT_HTTP, true, 0, ""},
    {"HTTP/1.1 600 High\r\n\r\n", false, HTTP_ANSWER_NOT_HTTP, true, 0, ""},
    {"HTTP/1.1 2000 Long\r\n\r\n", false, HTTP_ANSWER_NOT_HTTP, true, 0, ""},
    {"HTTP/2 200\r\n\r\n", false, HTTP_ANSWER_NOT_HTTP, true, 0, ""},
    {"SSH-2.0-x\r\n", false, HTTP_ANSWER_NOT_HTTP, true, 0, ""},
    {"SSH-2.0-x", false, HTTP_ANSWER_NOT_HTTP, false, 0, ""},
    {"", false, HTTP_ANSWER_EMPTY, false, 0, ""},
    {"HTTP/1.1 20", false, HTTP_ANSWER_CUT, false, 0, ""},
    {OK, false, HTTP_ANSWER_CUT, false, 200, ""},
    {OK "Content-Le", false, HTTP_ANSWER_CUT, false, 200, ""},
    /* section 6.3: the length of the body */
    {OK "Content-Length: 5\r\n\r\nhello", false, HTTP_ANSWER_COMPLETE, true, 200, "hello"},
    {OK "content-length:5 \r\n\r\nhello and more", false, HTTP_ANSWER_COMPLETE, true, 200, "hello"},
    {OK "Content-Length: 5\r\n\r\nhell", false, HTTP_ANSWER_CUT, false, 200, "hell"},
    {OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", false, HTTP_ANSWER_COMPLETE, true, 200, "hello"},
    {OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "Content-Length: -5\r\n\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "Content-Length: five\r\n\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "Content-Length: 99999999999999999999\r\n\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "\r\nuntil the end", false, HTTP_ANSWER_COMPLETE, false, 200, "until the end"},
    {OK "Content-Length: 5\r\n\r\n", true, HTTP_ANSWER_COMPLETE, true, 200, ""}, /* to HEAD */
    {"HTTP/1.1 204 No Content\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 204, ""},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 304, ""},
    /* interim answers come before */
    {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "Content-Length: 2\r\n\r\nok", false, HTTP_ANSWER_COMPLETE, true,
     200, "ok"},
    {"HTTP/1.1 101 Switching Protocols\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 101, ""},
    /* section 7.1: chunks */
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE,
     true, 200, "hello, world"},
    {OK "Content-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n00\r\nX: y\r\n\r\n", false,
     HTTP_ANSWER_COMPLETE, true, 200, "0123456789"},
    {OK "Transfer-Encoding: CHUNKED \t\r\n\r\n2\r\nok\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 200, "ok"},
    {OK "Transfer-Encoding: gzip,chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, true, 200, "ok"},
    /* section 6.3: any other coding at the end lets the body last until the connection ends */
    {OK "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, false, 200, "0\r\n\r\n"},
    {OK "Transfer-Encoding: unchunked\r\n\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, false, 200, "0\r\n\r\n"},
    {OK "Transfer-Encoding: hunked\r\n\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, false, 200, "0\r\n\r\n"},
    {OK "Transfer-Encoding: \r\n\r\n0\r\n\r\n", false, HTTP_ANSWER_COMPLETE, false, 200, "0\r\n\r\n"},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false, HTTP_ANSWER_CUT, false, 200, "hello"},
    {OK "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n", false, HTTP_ANSWER_CUT, false, 200, ""},
    {OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "Transfer-Encoding: chunked\r\n\r\n\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
    {OK "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, "hel"},
    {OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", false, HTTP_ANSWER_MALFORMED, true, 200, ""},
};

static void read_in_pieces(const struct row *row, size_t piece)
{
    char body[HTTP_BODY_MAX];
    struct http_answer answer;
    size_t size = strlen(row->text);

    http_answer_begin(&answer, row->head, body);
    for (size_t at = 0; at < size; at += piece)
        http_answer_feed(&answer, row->text + at, size - at < piece ? size - at : piece);
    bool early = answer.state != HTTP_ANSWER_MORE;
    http_answer_end(&answer);
    if (answer.state != row->state || early != row->early)
        print_error("%s: state %d\n", row->text, answer.state);
    assert_int_equal(answer.state, row->state);
    assert_int_equal(early, row->early);
    if (row->status)
        assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.body_size, strlen(row->body));
    assert_memory_equal(body, row->body, answer.body_size);
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_in_pieces(&rows[i], 1000);
        read_in_pieces(&rows[i], 3);
        read_in_pieces(&rows[i], 1);
    }
}

/* Feeds TEXT again and again until the answer wants no more; how many bytes that took. */
static size_t feed_for_ever(struct http_answer *answer, const char *text)
{
    size_t fed = 0;

    while (answer->state == HTTP_ANSWER_MORE && fed < 10 * 1024 * 1024) {
        http_answer_feed(answer, text, strlen(text));
        fed += strlen(text);
    }
    return fed;
}

static void test_everything_has_a_bound(void **state)
{
    (void)state;
    static const struct {
        const char *head, *again;
        enum http_answer_state state;
        size_t most;
    } endless[] = {
        {"", "no end of a line ", HTTP_ANSWER_NOT_HTTP, 70000},
        {OK, "X: y\r\n", HTTP_ANSWER_LONG, 70000},
        {OK "X: ", "y", HTTP_ANSWER_LONG, 70000},
        {"", "HTTP/1.1 100 Continue\r\n\r\n", HTTP_ANSWER_LONG, 70000},
        {OK "\r\n", "all work and no play\n", HTTP_ANSWER_COMPLETE, 70000},
        {OK "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", HTTP_ANSWER_COMPLETE, 6 * HTTP_BODY_MAX},
        {OK "Transfer-Encoding: chunked\r\n\r\n1", ";x", HTTP_ANSWER_LONG, 70000},
        {OK "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", HTTP_ANSWER_LONG, 70000},
    };

    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        struct http_answer answer;
        http_answer_begin(&answer, false, NULL);
        http_answer_feed(&answer, endless[i].head, strlen(endless[i].head));
        size_t fed = feed_for_ever(&answer, endless[i].again);
        assert_int_equal(answer.state, endless[i].state);
        assert_in_range(fed, 1, endless[i].most);
        assert_in_range(answer.body_size, 0, HTTP_BODY_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers), cmocka_unit_test(test_everything_has_a_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
