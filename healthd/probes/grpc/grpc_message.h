/*
 * The two messages of the standard health service (grpc/health/v1/health.proto), in the frame of gRPC over HTTP/2: a
 * flag of one octet, a length of four, a protobuf message. Pure.
 */
#ifndef VIPGATE_HEALTHD_PROBES_GRPC_GRPC_MESSAGE_H
#define VIPGATE_HEALTHD_PROBES_GRPC_GRPC_MESSAGE_H

#include "lib/wire.h"

#include <stddef.h>
#include <stdint.h>

enum grpc_serving { GRPC_UNKNOWN, GRPC_SERVING, GRPC_NOT_SERVING, GRPC_SERVICE_UNKNOWN };

/* Appends a HealthCheckRequest for SERVICE, framed. */
void grpc_write_request(struct wire_writer *writer, const char *service);

/* Reads a framed HealthCheckResponse. NULL, or what is wrong, as a static string. */
const char *grpc_read_response(const uint8_t *data, size_t size, enum grpc_serving *serving);

/* "SERVING", …; "unknown status" for a number that the proto lacks. */
const char *grpc_serving_name(enum grpc_serving serving);

/* The name of a grpc-status, 0 to 16: "UNIMPLEMENTED". */
const char *grpc_status_name(long status);

#endif
