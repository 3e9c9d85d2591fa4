/* HTTP/2 on a stream: what http2 says goes out, and what is wrong ends the run. */
#ifndef VIPGATE_HEALTHD_NET_HTTP2_STREAM_H
#define VIPGATE_HEALTHD_NET_HTTP2_STREAM_H

#include "healthd/net/http2.h"
#include "healthd/net/stream.h"

/* Puts REQUEST to the other end of STREAM, which is open; *HTTP2 is the caller's to free. False: the run has ended. */
bool http2_begin(struct http2 **http2, struct stream *stream, const struct http2_request *request,
                 const struct http2_reader *reader, void *user);

/* Takes what STREAM brought and answers it. False: the run has ended. Else *STATE is HTTP2_MORE, _COMPLETE or _ENOUGH.
 */
bool http2_exchange(struct http2 *http2, struct stream *stream, const uint8_t *bytes, size_t size,
                    enum http2_state *state);

#endif
