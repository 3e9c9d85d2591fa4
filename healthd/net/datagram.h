/*
 * One question in a datagram and its answer, beneath every probe that speaks over UDP or ICMP:
 *
 *     resolve -> connect -> ask (send) -> wait -> take, until it ends the run
 *
 * The socket is connected, so that the kernel passes on what ICMP says of the target: a port unreachable is the
 * kernel's word that nobody is there.
 */
#ifndef VIPGATE_HEALTHD_NET_DATAGRAM_H
#define VIPGATE_HEALTHD_NET_DATAGRAM_H

#include "healthd/net/dial.h"

struct datagram;

/* What a kind has to say and to hear. */
struct datagram_user {
    const char *what; /* for `at`: "ping to" */
    /* Sends the question. What goes wrong, a negative errno, ends the run; else 0. */
    int (*ask)(struct datagram *datagram);
    /* SIZE octets have come: ends the run with datagram_end, or ignores them. */
    void (*take)(struct datagram *datagram, const uint8_t *bytes, size_t size);
};

/* The first member of the kind's own struct. */
struct datagram {
    struct probe probe; /* first */
    struct dial dial;
    const struct datagram_user *user;
};

/* For the kind's `init`: TARGET outlives it. False when out of memory. */
bool datagram_init(struct probe *probe, const struct endpoint *target, const struct datagram_user *user);

/* The other functions of the kind. */
#define DATAGRAM_PROBE .start = datagram_start, .cancel = datagram_cancel, .at = datagram_at, .clear = datagram_clear
void datagram_start(struct probe *probe);
void datagram_cancel(struct probe *probe);
void datagram_at(const struct probe *probe, char *text, size_t size);
void datagram_clear(struct probe *probe);

/* Sends SIZE octets: 0, or a negative errno. */
int datagram_send(struct datagram *datagram, const void *bytes, size_t size);

/* Ends the run, "ADDRESS: …": with an OK where REASON is REASON_NONE, else with a FAIL. */
void datagram_end(struct datagram *datagram, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
