/*
 * A probe kind as the configuration sees it: the container of the schema and the settings made from it. They are read
 * here and nowhere else, by `vipgate config check` as by the daemons, so that what one accepts the others accept. How a
 * probe of the kind runs is in healthd/probes.
 */
#ifndef VIPGATE_LIB_KINDS_KIND_H
#define VIPGATE_LIB_KINDS_KIND_H

#include "lib/arena.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a kind puts what is wrong in its settings: the node, and one line with the remedy. */
typedef void kind_complaint(const struct lyd_node *node, const char *message, void *user);

/* What the settings of one check are read with. */
struct kind_room {
    struct arena *arena; /* holds all that the settings point to */
    kind_complaint *complaint;
    void *user;
};

void kind_complain(const struct kind_room *room, const struct lyd_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What every kind's settings begin with. */
struct kind_settings {
    const char *target; /* whom the probe asks, as an operator would call it: "192.0.2.1:80", "http://…" */
};

struct kind {
    const char *name; /* the container of the schema */
    size_t settings_size;

    /* Fills in the zeroed SETTINGS from the kind's container NODE; false after at least one complaint. No I/O: that a
     * file is missing is a probe's outcome, not an error of the configuration. Nothing points into NODE afterwards. A
     * copy in the arena is NULL where memory ran out: it is not to be read here. */
    bool (*configure)(void *settings, const struct lyd_node *node, const struct kind_room *room);
};

/* All kinds: NAME is the container of the schema, kind_NAME is here, probe_NAME in healthd. */
#define KINDS(KIND)                                                                                                    \
    KIND(coap)                                                                                                         \
    KIND(dns)                                                                                                          \
    KIND(exec)                                                                                                         \
    KIND(file)                                                                                                         \
    KIND(grpc)                                                                                                         \
    KIND(haproxy)                                                                                                      \
    KIND(http)                                                                                                         \
    KIND(icmp)                                                                                                         \
    KIND(process)                                                                                                      \
    KIND(tcp)                                                                                                          \
    KIND(udp)                                                                                                          \
    KIND(websocket)

#define KIND_DECLARE(name) extern const struct kind kind_##name;
KINDS(KIND_DECLARE)

/* The row of kind NAME, in the file with its struct NAME_settings and its `configure`. */
#define KIND_DEFINE(name) const struct kind kind_##name = {#name, sizeof(struct name##_settings), configure};

/* The kind of that name; NULL where there is none. */
const struct kind *kind_find(const char *name);

/* The kind at INDEX of the table; NULL after the last. */
const struct kind *kind_at(size_t index);

/* The container of CHECK, a list entry, that its choice of probe kinds has; NULL where there is none. */
const struct lyd_node *kind_node(const struct lyd_node *check);

/* The settings in KIND's container NODE; NULL after at least one complaint, also where memory ran out. They live as
 * long as the arena. */
void *kind_configure(const struct kind *kind, const struct lyd_node *node, const struct kind_room *room);

#endif
