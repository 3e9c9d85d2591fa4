/*
 * One line per message on standard error, as text or as a JSON object. Library code returns errors and does not log;
 * daemons do. Lines that a peer can cause go through a log_limit. Secrets are never passed in.
 *
 * Logging never waits: lib/log_writer has a thread for that. Where nobody reads standard error, or its disk is full,
 * lines are lost, and the first one after them says how many.
 */
#ifndef VIPGATE_LIB_LOG_H
#define VIPGATE_LIB_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Receives each line, without the newline, in place of standard error. */
typedef void log_sink(enum log_level level, const char *line, void *user);

enum { LOG_FLUSH_MS = 200 };

/* Names the program in every line. DAEMON must outlive the log. Until log_configure: info, text, no site. The program's
 * end waits for lines that are not yet written, LOG_FLUSH_MS at most. */
void log_open(const char *daemon);

/* Applies a configuration; SITE may be NULL. */
void log_configure(enum log_level level, enum log_format format, const char *site);

/* For tests: lines go to SINK; NULL restores standard error. */
void log_set_sink(log_sink *sink, void *user);

/* Logs one line. SUBJECT says whom it is about ("neighbor 192.0.2.1", "vip 203.0.113.9/32"); NULL: the daemon itself.
 * Control characters are escaped in text, and '?' in JSON. */
void log_write(enum log_level level, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The lines of TEXT as they are: the findings in a configuration file. */
void log_lines(const char *text);

#define log_error(subject, ...)   log_write(LOG_LEVEL_ERROR, subject, __VA_ARGS__)
#define log_warning(subject, ...) log_write(LOG_LEVEL_WARNING, subject, __VA_ARGS__)
#define log_info(subject, ...)    log_write(LOG_LEVEL_INFO, subject, __VA_ARGS__)
#define log_debug(subject, ...)   log_write(LOG_LEVEL_DEBUG, subject, __VA_ARGS__)

/* A token bucket for lines that others can cause: BURST lines at once, then one each INTERVAL_MS. Zero-initialised
 * apart from these two. */
struct log_limit {
    uint32_t burst;
    uint32_t interval_ms;
    uint32_t spent;
    uint32_t suppressed;
    uint64_t since_ms;
};

/* Whether a line may be logged at NOW_MS. *SUPPRESSED, where not NULL, is set to how many were not since the last that
 * was, so that the line can say so. */
bool log_limit_allow(struct log_limit *limit, uint64_t now_ms, uint32_t *suppressed);

#endif
