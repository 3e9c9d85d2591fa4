/*
 * The verdict stream: what the health daemon says to bgpd over a Unix socket, and the only thing they share. On connect
 * a HELLO, the snapshot of every check, SNAPSHOT_END; then a VERDICT for each change, REMOVED for a check that a reload
 * took away, and ALIVE as a sign of life while nothing changes. One way: the reader sends nothing.
 *
 *     frame = length(2, of what follows) type(1) payload
 */
#ifndef VIPGATE_LIB_VERDICT_H
#define VIPGATE_LIB_VERDICT_H

#include "lib/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict { VERDICT_UNKNOWN, VERDICT_UP, VERDICT_DOWN };

enum verdict_type {
    VERDICT_HELLO = 1,    /* version of the stream */
    VERDICT_CHANGE,       /* one check's verdict; in a snapshot too */
    VERDICT_SNAPSHOT_END, /* every check was said */
    VERDICT_REMOVED,      /* the check is no longer configured */
    VERDICT_ALIVE,        /* sign of life */
};

enum { VERDICT_VERSION = 1, VERDICT_NAME_SIZE = 64, VERDICT_REASON_SIZE = 192, VERDICT_FRAME_MAX = 512 };

struct verdict_message {
    enum verdict_type type;
    uint8_t version;                  /* HELLO */
    char name[VERDICT_NAME_SIZE];     /* CHANGE, REMOVED */
    enum verdict verdict;             /* CHANGE; UNKNOWN while the check has no first verdict, or stays UNABLE */
    bool first_pending;               /* CHANGE: no run has been judged yet, a first verdict is still to come */
    uint8_t healthy_percent;          /* CHANGE: 0 to 100 */
    uint64_t since_us;                /* CHANGE: real time at which the verdict became so */
    char reason[VERDICT_REASON_SIZE]; /* CHANGE: why, in words: "3 failures: connection refused by 192.0.2.1:80" */
};

/* The documented word: "up", "down", "unknown". */
const char *verdict_name(enum verdict verdict);

/* Writes MESSAGE as one frame, and returns its length: there is room for any. */
size_t verdict_encode(uint8_t frame[static VERDICT_FRAME_MAX], const struct verdict_message *message);

enum verdict_read {
    VERDICT_BROKEN = -1, /* the stream is not one: nothing more can be read from it */
    VERDICT_INCOMPLETE,  /* not all of a frame is there yet; nothing was consumed */
    VERDICT_READ,
};

/* Takes one frame off READER. */
enum verdict_read verdict_decode(struct wire_reader *reader, struct verdict_message *message);

#endif
