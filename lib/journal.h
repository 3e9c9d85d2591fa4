/*
 * The event journal: the last JOURNAL_SIZE events of one daemon, in memory, oldest overwritten first. Each change of
 * what is announced, of a verdict or of a session has one event with its cause.
 */
#ifndef VIPGATE_LIB_JOURNAL_H
#define VIPGATE_LIB_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_SIZE = 1024 };

struct event {
    uint64_t number;  /* 1, 2, 3 … in the order of being added */
    uint64_t time_us; /* real time */
    char kind[16];    /* "session", "check", "vip", "health", "config", "daemon" */
    char subject[80]; /* the neighbor, check or prefix */
    char from[24];    /* state left; empty where there is none */
    char to[24];      /* state entered */
    char cause[256];
};

struct journal;

/* Called for each event as it is added. */
typedef void journal_listener(const struct event *event, void *user);

/* DAEMON names the daemon in show events; it must outlive the journal. NULL when out of memory. */
struct journal *journal_new(const char *daemon);
void journal_free(struct journal *journal);
const char *journal_daemon(const struct journal *journal);

/* Adds an event at the real time TIME_US and logs it at info. */
void journal_add(struct journal *journal, uint64_t time_us, const char *kind, const char *subject, const char *from,
                 const char *to, const char *cause_format, ...) __attribute__((format(printf, 7, 8)));

/* The event after number AFTER that is still held (0: the oldest), or NULL. Valid until the next journal_add. */
const struct event *journal_next(const struct journal *journal, uint64_t after);

/* The number of the newest event; 0: there was none. */
uint64_t journal_newest(const struct journal *journal);

/* The newest event with this KIND and SUBJECT, or NULL. */
const struct event *journal_latest(const struct journal *journal, const char *kind, const char *subject);

/* One listener, for --follow; NULL: none. */
void journal_listen(struct journal *journal, journal_listener *listener, void *user);

#endif
