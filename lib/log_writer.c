#include "lib/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* More than this is given back after a burst. */
enum { BUFFER_KEPT = 64 * 1024 };

/* The lines that wait lie in BUFFER from START to END. The mutex is held to copy and to count, never to write. */
struct log_writer {
    pthread_mutex_t mutex;
    pthread_cond_t filled, drained;
    int fd;
    log_writer_lost *say_lost;
    char *buffer; /* of LOG_WRITER_MAX; what was never used takes no memory */
    size_t start, end;
    uint64_t lost;
    int error; /* of the write that lost a line; 0: there was no room for it */
    bool has_thread, is_writing;
};

struct log_writer *log_writer_new(int fd, log_writer_lost *lost)
{
    struct log_writer *writer = calloc(1, sizeof *writer);

    pthread_condattr_t attributes;
    char *buffer = mmap(NULL, LOG_WRITER_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (!writer || buffer == MAP_FAILED) {
        free(writer);
        return NULL;
    }
    writer->buffer = buffer;
    writer->fd = fd;
    writer->say_lost = lost;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->filled, &attributes);
    pthread_cond_init(&writer->drained, &attributes);
    pthread_condattr_destroy(&attributes);
    return writer;
}

/* ---- the thread ---- */

/* 0, or the negative errno for which the line is lost. Others may have made the open file non-blocking. */
static int write_all(int fd, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, line, size);
        if (written < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else if (written < 0 && errno != EINTR)
            return -errno;
        else if (written > 0) {
            line += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

static bool is_empty(const struct log_writer *writer)
{
    return writer->start == writer->end;
}

/* A loss because nobody read is reported as soon as somebody does; one because of an error, before the next line. */
static bool must_say_lost(const struct log_writer *writer)
{
    return writer->lost > 0 && (is_empty(writer) ? writer->error == 0 : writer->error != 0);
}

static bool is_drained(const struct log_writer *writer)
{
    return is_empty(writer) && !writer->is_writing && !must_say_lost(writer);
}

static size_t take_line(struct log_writer *writer, char *line)
{
    const char *from = writer->buffer + writer->start;
    size_t size = (size_t)((const char *)memchr(from, '\n', writer->end - writer->start) + 1 - from);

    memcpy(line, from, size);
    writer->start += size;
    if (is_empty(writer)) {
        if (writer->end > BUFFER_KEPT)
            madvise(writer->buffer, LOG_WRITER_MAX, MADV_DONTNEED);
        writer->start = writer->end = 0;
    }
    return size;
}

/* Writes with the mutex released. 0, or a negative errno. */
static int write_released(struct log_writer *writer, const char *line, size_t size)
{
    writer->is_writing = true;
    pthread_mutex_unlock(&writer->mutex);
    int error = write_all(writer->fd, line, size);
    pthread_mutex_lock(&writer->mutex);
    writer->is_writing = false;
    return error;
}

static void tell_lost(struct log_writer *writer)
{
    char line[LOG_WRITER_LINE_SIZE];
    uint64_t lost = writer->lost;
    size_t size = writer->say_lost(lost, writer->error, line, sizeof line);

    writer->lost = 0;
    int error = write_released(writer, line, size);
    if (error != 0) {
        writer->lost += lost;
        writer->error = error;
    }
}

static void write_line(struct log_writer *writer)
{
    char line[LOG_WRITER_LINE_SIZE];
    size_t size = take_line(writer, line);
    int error = write_released(writer, line, size);

    if (error != 0) {
        writer->lost++;
        writer->error = error;
    }
}

static void *write_lines(void *user)
{
    struct log_writer *writer = user;

    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        if (must_say_lost(writer))
            tell_lost(writer);
        if (!is_empty(writer)) {
            write_line(writer);
        } else if (is_drained(writer)) {
            pthread_cond_broadcast(&writer->drained);
            pthread_cond_wait(&writer->filled, &writer->mutex);
        }
    }
    return NULL;
}

/* Signals are for the loop's thread; with SIGPIPE blocked, too, a reader that has gone is no more than an error.
 * Without a thread lines wait until one can be had. */
static void start_thread(struct log_writer *writer)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer->has_thread = pthread_create(&thread, NULL, write_lines, writer) == 0;
    if (writer->has_thread)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- the callers ---- */

/* What waits is moved to the front only where that gains half of the buffer: beside a slow reader a full one would be
 * moved for every line. */
static bool make_room(struct log_writer *writer, size_t size)
{
    if (writer->start >= LOG_WRITER_MAX / 2 && writer->end + size > LOG_WRITER_MAX) {
        memmove(writer->buffer, writer->buffer + writer->start, writer->end - writer->start);
        writer->end -= writer->start;
        writer->start = 0;
    }
    return writer->end + size <= LOG_WRITER_MAX;
}

/* The thread is woken only where it may sleep, and finds the mutex free. */
void log_writer_put(struct log_writer *writer, const char *line, size_t size)
{
    pthread_mutex_lock(&writer->mutex);
    bool sleeps = is_empty(writer) && !writer->is_writing;
    if (!writer->has_thread)
        start_thread(writer);
    if ((writer->lost > 0 && writer->error == 0) || !make_room(writer, size)) {
        writer->error = 0;
        writer->lost++;
    } else {
        memcpy(writer->buffer + writer->end, line, size);
        writer->end += size;
    }
    pthread_mutex_unlock(&writer->mutex);
    if (sleeps)
        pthread_cond_signal(&writer->filled);
}

bool log_writer_flush(struct log_writer *writer, unsigned timeout_ms)
{
    struct timespec until;
    int result = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)timeout_ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&writer->mutex);
    while (!is_drained(writer) && writer->has_thread && result == 0)
        result = pthread_cond_timedwait(&writer->drained, &writer->mutex, &until);
    bool drained = is_drained(writer);
    pthread_mutex_unlock(&writer->mutex);
    return drained;
}
