#include "lib/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

static size_t say_lost(uint64_t count, int error, char *line, size_t size)
{
    return (size_t)snprintf(line, size, "%" PRIu64 " lost: %s\n", count, error ? strerror(-error) : "nobody read");
}

static void put(struct log_writer *writer, const char *line)
{
    log_writer_put(writer, line, strlen(line));
}

/* Writers are never freed; here they are reachable, and few. */
static struct log_writer *new_writer(int fd)
{
    static struct log_writer *writers[8];
    static size_t count;

    assert_true(count < sizeof writers / sizeof *writers);
    writers[count] = log_writer_new(fd, say_lost);
    assert_non_null(writers[count]);
    return writers[count++];
}

static void open_pipe(int fds[2])
{
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
}

/* Reads until the line END has come; the lines before it are counted, and must be numbered from 0 on. */
static unsigned read_until(FILE *stream, const char *end)
{
    char line[LOG_WRITER_LINE_SIZE], expected[64];

    for (unsigned count = 0;; count++) {
        assert_non_null(fgets(line, sizeof line, stream));
        if (strcmp(line, end) == 0)
            return count;
        snprintf(expected, sizeof expected, "%u ", count);
        assert_memory_equal(line, expected, strlen(expected));
    }
}

static void test_lines_come_out_in_order(void **state)
{
    int fds[2];

    (void)state;
    open_pipe(fds);
    struct log_writer *writer = new_writer(fds[1]);
    put(writer, "0 one\n");
    put(writer, "1 two\n");
    assert_true(log_writer_flush(writer, PATIENCE_MS));
    put(writer, "end\n");
    FILE *stream = fdopen(fds[0], "r");
    assert_int_equal(read_until(stream, "end\n"), 2);
    fclose(stream);
}

/* Fills WRITER's pipe and then its buffer. How many lines it was given. */
static unsigned put_too_many(struct log_writer *writer)
{
    char line[1024];
    unsigned count = 0;

    for (size_t size = 0; size < LOG_WRITER_MAX + 1024 * 1024; count++) {
        int length = snprintf(line, sizeof line, "%u %0900u\n", count, 0U);
        log_writer_put(writer, line, (size_t)length);
        size += (size_t)length;
    }
    return count;
}

static void test_nobody_reads(void **state)
{
    int fds[2];
    char expected[64];

    (void)state;
    open_pipe(fds);
    struct log_writer *writer = new_writer(fds[1]);
    unsigned given = put_too_many(writer);
    assert_false(log_writer_flush(writer, 1));
    assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);

    FILE *stream = fdopen(fds[0], "r");
    char line[LOG_WRITER_LINE_SIZE];
    unsigned read = 0, lost = 0;
    while (lost == 0 && fgets(line, sizeof line, stream)) {
        snprintf(expected, sizeof expected, "%u ", read);
        if (strncmp(line, expected, strlen(expected)) == 0)
            read++;
        else
            assert_int_equal(sscanf(line, "%u lost: nobody read", &lost), 1);
    }
    assert_int_equal(read + lost, given);
    assert_true(log_writer_flush(writer, PATIENCE_MS));
    put(writer, "end\n");
    assert_int_equal(read_until(stream, "end\n"), 0);
    fclose(stream);
}

/* A disk that is full loses lines, without delay and without end, and tells when it has room again. */
static void test_no_room_on_the_disk(void **state)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), fds[2], fd = dup(full);

    (void)state;
    struct log_writer *writer = new_writer(fd);
    put(writer, "0 one\n");
    put(writer, "1 two\n");
    assert_true(log_writer_flush(writer, PATIENCE_MS));
    open_pipe(fds);
    assert_int_equal(dup2(fds[1], fd), fd);
    put(writer, "after\n");
    FILE *stream = fdopen(fds[0], "r");
    assert_int_equal(read_until(stream, "2 lost: No space left on device\n"), 0);
    assert_int_equal(read_until(stream, "after\n"), 0);
    fclose(stream);
    close(full);
}

static void test_the_reader_has_gone(void **state)
{
    int fds[2];

    (void)state;
    signal(SIGPIPE, SIG_DFL);
    open_pipe(fds);
    close(fds[0]);
    struct log_writer *writer = new_writer(fds[1]);
    put(writer, "0 one\n");
    assert_true(log_writer_flush(writer, PATIENCE_MS));
}

/* The open file is another program's too, which made it so. */
static void test_a_descriptor_that_does_not_block(void **state)
{
    int fds[2];

    (void)state;
    open_pipe(fds);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETPIPE_SZ, 4096);
    struct log_writer *writer = new_writer(fds[1]);
    char line[1024];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "%u %0900u\n", i, 0U);
        put(writer, line);
    }
    put(writer, "end\n");
    FILE *stream = fdopen(fds[0], "r");
    assert_int_equal(read_until(stream, "end\n"), 100);
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_come_out_in_order),
        cmocka_unit_test(test_nobody_reads),
        cmocka_unit_test(test_no_room_on_the_disk),
        cmocka_unit_test(test_the_reader_has_gone),
        cmocka_unit_test(test_a_descriptor_that_does_not_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
