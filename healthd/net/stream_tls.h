/* TLS on a stream: between healthd/net/stream.c and OpenSSL, for nobody else. */
#ifndef VIPGATE_HEALTHD_NET_STREAM_TLS_H
#define VIPGATE_HEALTHD_NET_STREAM_TLS_H

#include "healthd/net/stream.h"

/* The connection stands: begins the handshake. False: the run has ended. */
bool stream_tls_begin(struct stream *stream);

/* SIZE octets have come from the socket, at most STREAM_TURN_SIZE; none: it has closed. False: the run has ended. */
bool stream_tls_take(struct stream *stream, const uint8_t *bytes, size_t size);

/* Puts SIZE octets into records. */
void stream_tls_send(struct stream *stream, const void *bytes, size_t size);

/* Says goodbye, where there is somebody to say it to. */
void stream_tls_close(struct stream *stream);

/* ---- stream.c for stream_tls.c ---- */

/* Octets for the socket, to go with the next stream_flush. */
void stream_put(struct stream *stream, const uint8_t *bytes, size_t size);
void stream_flush(struct stream *stream);

#endif
