/* What all streams of a daemon share: the line in which they wait for their turns, and TLS. */
#ifndef VIPGATE_HEALTHD_NET_STREAMS_H
#define VIPGATE_HEALTHD_NET_STREAMS_H

#include "healthd/net/tls.h"
#include "healthd/net/turns.h"
#include "lib/kinds/tls.h"

struct streams {
    struct turns *turns;
    struct tls *tls; /* NULL until the first stream through TLS */
};

/* NULL when out of memory. Freeing: every stream has been cleared. NULL is nothing. */
struct streams *streams_new(uv_loop_t *loop);
void streams_free(struct streams *streams);

/* The context for SETTINGS; NULL when out of memory. */
struct tls_context *streams_tls_context(struct streams *streams, uv_loop_t *loop, const struct tls_settings *settings);

#endif
