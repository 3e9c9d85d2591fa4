/* The probe kinds, one a file and one a row of kinds.c. */
#ifndef VIPGATE_HEALTHD_PROBES_KINDS_H
#define VIPGATE_HEALTHD_PROBES_KINDS_H

#include "healthd/probe/probe.h"

extern const struct probe_kind probe_coap;
extern const struct probe_kind probe_dns;
extern const struct probe_kind probe_exec;
extern const struct probe_kind probe_file;
extern const struct probe_kind probe_haproxy;
extern const struct probe_kind probe_http;
extern const struct probe_kind probe_grpc;
extern const struct probe_kind probe_icmp;
extern const struct probe_kind probe_process;
extern const struct probe_kind probe_tcp;
extern const struct probe_kind probe_udp;
extern const struct probe_kind probe_websocket;

/* The kind of that name; NULL where there is none. */
const struct probe_kind *probe_kind_find(const char *name);

#endif
