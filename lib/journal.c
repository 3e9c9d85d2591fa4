#include "lib/journal.h"

#include "lib/log.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct journal {
    const char *daemon;
    uint64_t newest; /* number of the newest event; 0: none yet */
    journal_listener *listener;
    void *user;
    struct event events[JOURNAL_SIZE]; /* number N lies at N % JOURNAL_SIZE */
};

struct journal *journal_new(const char *daemon)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (journal)
        journal->daemon = daemon;
    return journal;
}

void journal_free(struct journal *journal)
{
    free(journal);
}

const char *journal_daemon(const struct journal *journal)
{
    return journal->daemon;
}

/* Text of an event may come from a neighbor or be cut by its field, and must still fit a document. */
static void set_text(char *field, size_t size, const char *text)
{
    strlcpy(field, text ? text : "", size);
    text_clean(field);
}

/* A session is its neighbor's: lines about it are found under "neighbor ADDRESS" with all others about it. */
static void log_event(const struct event *event)
{
    char subject[sizeof event->kind + sizeof event->subject + 1];
    const char *whom = strcmp(event->kind, "session") == 0 ? "neighbor" : event->kind;

    snprintf(subject, sizeof subject, "%s%s%s", whom, event->subject[0] ? " " : "", event->subject);
    if (event->from[0] && event->to[0])
        log_info(subject, "%s -> %s%s%s", event->from, event->to, event->cause[0] ? ": " : "", event->cause);
    else
        log_info(subject, "%s%s%s", event->to, event->to[0] && event->cause[0] ? ": " : "", event->cause);
}

void journal_add(struct journal *journal, uint64_t time_us, const char *kind, const char *subject, const char *from,
                 const char *to, const char *cause_format, ...)
{
    char cause[sizeof journal->events->cause];
    va_list arguments;

    va_start(arguments, cause_format);
    vsnprintf(cause, sizeof cause, cause_format, arguments);
    va_end(arguments);

    struct event *event = &journal->events[++journal->newest % JOURNAL_SIZE];
    event->number = journal->newest;
    event->time_us = time_us;
    set_text(event->kind, sizeof event->kind, kind);
    set_text(event->subject, sizeof event->subject, subject);
    set_text(event->from, sizeof event->from, from);
    set_text(event->to, sizeof event->to, to);
    set_text(event->cause, sizeof event->cause, cause);
    log_event(event);
    if (journal->listener)
        journal->listener(event, journal->user);
}

static uint64_t oldest_number(const struct journal *journal)
{
    return journal->newest < JOURNAL_SIZE ? 1 : journal->newest - JOURNAL_SIZE + 1;
}

const struct event *journal_next(const struct journal *journal, uint64_t after)
{
    uint64_t oldest = oldest_number(journal);

    if (after >= journal->newest)
        return NULL;
    return &journal->events[(after < oldest ? oldest : after + 1) % JOURNAL_SIZE];
}

uint64_t journal_newest(const struct journal *journal)
{
    return journal->newest;
}

const struct event *journal_latest(const struct journal *journal, const char *kind, const char *subject)
{
    for (uint64_t number = journal->newest; number >= oldest_number(journal); number--) {
        const struct event *event = &journal->events[number % JOURNAL_SIZE];
        if (strcmp(event->kind, kind) == 0 && strcmp(event->subject, subject) == 0)
            return event;
    }
    return NULL;
}

void journal_listen(struct journal *journal, journal_listener *listener, void *user)
{
    journal->listener = listener;
    journal->user = user;
}
