/*
 * The verdict stream's sender: DIRECTORY/verdict.sock. Each subscriber gets the snapshot when it connects, then every
 * change in the moment it happens, and a sign of life at least three times a lease. One that does not read is cut off:
 * it will connect again and get a new snapshot.
 */
#ifndef VIPGATE_HEALTHD_PUBLISH_H
#define VIPGATE_HEALTHD_PUBLISH_H

#include "lib/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct publisher;

/* Fills in what the stream says of the check at INDEX; false past the last. */
typedef bool publish_snapshot(size_t index, struct verdict_message *message, void *user);

/* Listens. NULL with the reason and remedy in ERROR. */
struct publisher *publisher_open(uv_loop_t *loop, const char *directory, publish_snapshot *snapshot, void *user,
                                 char *error, size_t size);

/* Closes all and removes the socket. Memory is freed once the loop has run on. NULL: nothing. */
void publisher_close(struct publisher *publisher);

/* Signs of life from now on for LEASE_MS. */
void publisher_set_lease(struct publisher *publisher, uint64_t lease_ms);

/* Says MESSAGE to every subscriber, before it returns where their sockets have room. */
void publisher_say(struct publisher *publisher, const struct verdict_message *message);

size_t publisher_subscribers(const struct publisher *publisher);

#endif
