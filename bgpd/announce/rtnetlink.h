/* What is said to rtnetlink: questions for all that there is, and changes of one address. */
#ifndef VIPGATE_BGPD_ANNOUNCE_RTNETLINK_H
#define VIPGATE_BGPD_ANNOUNCE_RTNETLINK_H

#include "lib/prefix.h"

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

enum { RTNETLINK_PART_SIZE = 32 * 1024 }; /* what the kernel fills at most in one datagram */

/* A socket that does not block, with the news of GROUPS (RTMGRP_…; 0: none); NULL with the reason in ERROR. */
struct mnl_socket *rtnetlink_open(unsigned groups, char *error, size_t size);

/* Asks for all of TYPE, RTM_GETLINK or RTM_GETADDR. 0, or a negative errno. */
int rtnetlink_ask(struct mnl_socket *socket, uint16_t type, unsigned sequence);

/* Adds PREFIX to the interface of this index with vipgate's mark, and with LABEL where that is not empty; removes it.
 * The kernel does it while it is told. 0, or its negative errno. */
int rtnetlink_add(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface,
                  const char *label);
int rtnetlink_remove(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface);

#endif
