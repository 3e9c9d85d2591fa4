/*
 * What the kernel has dropped because of TCP MD5 (RFC 2385) in this network namespace, from any neighbor: the sockets
 * hear nothing of it, and a wrong password looks like silence.
 */
#ifndef VIPGATE_BGPD_SESSION_MD5_DROPS_H
#define VIPGATE_BGPD_SESSION_MD5_DROPS_H

#include <stdbool.h>
#include <stdint.h>

/* Segments without the expected signature, with an unexpected one, with an invalid one. */
struct md5_drops {
    uint64_t missing, unexpected, wrong;
};

/* The counters of /proc/net/netstat at NOW_MS or at most a tenth of a second before: many neighbors ask at once. All
 * zero where they cannot be read. */
struct md5_drops md5_drops_read(uint64_t now_ms);

/* TEXT as /proc/net/netstat has it. False where the counters are not all there. */
bool md5_drops_parse(const char *text, struct md5_drops *drops);

#endif
