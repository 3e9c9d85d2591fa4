#include "lib/log.h"

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/log_writer.h"

#include <bsd/string.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 1024, LINE_SIZE = LOG_WRITER_LINE_SIZE };

static struct {
    const char *daemon;
    char site[64];
    enum log_level level;
    enum log_format format;
    log_sink *sink;
    void *user;
    struct log_writer *writer; /* NULL: not opened; lines go straight to standard error */
    pthread_mutex_t mutex;     /* the writer's thread formats a line of its own */
} log_state = {.daemon = "vipgate", .level = LOG_LEVEL_INFO, .mutex = PTHREAD_MUTEX_INITIALIZER};

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_configure(enum log_level level, enum log_format format, const char *site)
{
    pthread_mutex_lock(&log_state.mutex);
    log_state.level = level;
    log_state.format = format;
    strlcpy(log_state.site, site ? site : "", sizeof log_state.site);
    pthread_mutex_unlock(&log_state.mutex);
}

void log_set_sink(log_sink *sink, void *user)
{
    log_state.sink = sink;
    log_state.user = user;
}

/* False when out of memory. */
static bool format_json(char *line, size_t size, enum log_level level, const char *subject, const char *message)
{
    struct json json = {0};

    json_begin(&json, NULL);
    json_time(&json, "time", clock_real_us());
    json_text(&json, "level", level_names[level]);
    json_text(&json, "daemon", log_state.daemon);
    json_text_if_any(&json, "site", log_state.site);
    json_text(&json, "subject", subject);
    json_text(&json, "message", message);
    json_finish(&json);
    bool fits = !json.failed && json.length < size;
    if (fits)
        snprintf(line, size, "%.*s", (int)json.length, json.text);
    free(json.text);
    return fits;
}

/* Appends TEXT so that it stays on one line. */
static void append_escaped(char *line, size_t size, const char *text)
{
    size_t at = strlen(line);

    for (; *text && at + 5 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            at += (size_t)snprintf(line + at, size - at, "\\x%02x", c);
        else
            line[at++] = (char)c;
    }
    line[at] = '\0';
}

static void format_text(char *line, size_t size, enum log_level level, const char *subject, const char *message)
{
    char time[CLOCK_TEXT_SIZE];

    snprintf(line, size, "%s %s%s%s %s: ", clock_format(clock_real_us(), time), log_state.daemon,
             log_state.site[0] ? "@" : "", log_state.site, level_names[level]);
    if (subject) {
        append_escaped(line, size, subject);
        strlcat(line, ": ", size);
    }
    append_escaped(line, size, message);
}

/* Without its newline, and with room for it. */
static void format_line(char line[static LINE_SIZE], enum log_level level, const char *subject, const char *message)
{
    pthread_mutex_lock(&log_state.mutex);
    if (log_state.format != LOG_FORMAT_JSON || !format_json(line, LINE_SIZE - 1, level, subject, message))
        format_text(line, LINE_SIZE - 1, level, subject, message);
    pthread_mutex_unlock(&log_state.mutex);
}

static size_t say_lost(uint64_t count, int error, char *line, size_t size)
{
    char message[MESSAGE_SIZE];

    snprintf(message, sizeof message, "%" PRIu64 " log line%s lost: %s", count, count == 1 ? "" : "s",
             error ? strerror(-error) : "nobody read them");
    format_line(line, LOG_LEVEL_WARNING, NULL, message);
    return strlcat(line, "\n", size);
}

static void flush_at_exit(void)
{
    log_writer_flush(log_state.writer, LOG_FLUSH_MS);
}

void log_open(const char *daemon)
{
    log_state.daemon = daemon;
    if (log_state.writer)
        return;
    log_state.writer = log_writer_new(STDERR_FILENO, say_lost);
    if (log_state.writer)
        atexit(flush_at_exit);
}

/* One write a line, so that lines of both daemons do not mix in one pipe. */
static void put_line(const char *line, size_t size)
{
    if (log_state.writer) {
        log_writer_put(log_state.writer, line, size);
    } else {
        ssize_t written = write(STDERR_FILENO, line, size);
        (void)written;
    }
}

void log_write(enum log_level level, const char *subject, const char *format, ...)
{
    char message[MESSAGE_SIZE], line[LINE_SIZE];
    va_list arguments;

    if (level > log_state.level)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    format_line(line, level, subject, message);
    if (log_state.sink)
        log_state.sink(level, line, log_state.user);
    else
        put_line(line, strlcat(line, "\n", sizeof line));
}

void log_lines(const char *text)
{
    char line[LINE_SIZE];

    while (*text) {
        size_t size = strcspn(text, "\n");
        put_line(line, (size_t)snprintf(line, sizeof line, "%.*s\n", (int)(size < LINE_SIZE - 2 ? size : LINE_SIZE - 2),
                                        text));
        text += size + (text[size] == '\n');
    }
}

bool log_limit_allow(struct log_limit *limit, uint64_t now_ms, uint32_t *suppressed)
{
    uint64_t refilled = limit->interval_ms ? (now_ms - limit->since_ms) / limit->interval_ms : UINT32_MAX;

    if (refilled > 0) {
        limit->spent = refilled < limit->spent ? limit->spent - (uint32_t)refilled : 0;
        limit->since_ms = now_ms;
    }
    if (limit->spent >= limit->burst) {
        limit->suppressed++;
        return false;
    }
    limit->spent++;
    if (suppressed)
        *suppressed = limit->suppressed;
    limit->suppressed = 0;
    return true;
}
