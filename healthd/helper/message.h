/*
 * What the daemon and its helper say to each other, one message a packet. Both ends are the same program, so these are
 * plain structs; texts follow.
 */
#ifndef VIPGATE_HEALTHD_HELPER_MESSAGE_H
#define VIPGATE_HEALTHD_HELPER_MESSAGE_H

#include <stdint.h>

enum { HELPER_MESSAGE_MAX = 64 * 1024, HELPER_TEXT_MAX = 64 };

/* The helper's standard input and output. */
enum { HELPER_ORDERS = 0, HELPER_LOOKS = 1 };

enum helper_order {
    HELPER_LOOK, /* over HELPER_LOOKS: asks whether a file is there, or reads WANTED bytes of it; a path follows,
                    without a NUL */
    HELPER_RUN,  /* runs a command; a user, or nothing, and COUNT words follow, each with its NUL, and a descriptor */
    HELPER_KILL, /* and all that it started */
    HELPER_MORE, /* another process that looks at files */
};

struct helper_request {
    uint32_t id;
    uint16_t order; /* enum helper_order */
    uint16_t count;
    uint32_t wanted;
};

enum helper_news {
    HELPER_LOOKED,  /* and SIZE bytes that were read */
    HELPER_RUNNING, /* the command is about to begin */
    HELPER_NO_USER, /* RESULT is 0 where there is no such user */
    HELPER_NOT_RUN,
    HELPER_ENDED, /* RESULT is the status of wait(2) */
};

struct helper_reply {
    uint32_t id;
    uint32_t news;  /* enum helper_news */
    int32_t result; /* 0 or a negative errno, where nothing else is said */
    uint32_t size;
    char text[HELPER_TEXT_MAX];
};

#endif
