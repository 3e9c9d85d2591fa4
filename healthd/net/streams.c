#include "healthd/net/streams.h"

#include <stdlib.h>

struct streams *streams_new(uv_loop_t *loop)
{
    struct streams *streams = calloc(1, sizeof *streams);

    if (!streams)
        return NULL;
    streams->turns = turns_new(loop);
    if (streams->turns)
        return streams;
    free(streams);
    return NULL;
}

void streams_free(struct streams *streams)
{
    if (!streams)
        return;
    turns_free(streams->turns);
    tls_free(streams->tls);
    free(streams);
}

struct tls_context *streams_tls_context(struct streams *streams, uv_loop_t *loop, const struct tls_settings *settings)
{
    if (!streams->tls)
        streams->tls = tls_new(loop);
    if (!streams->tls)
        return NULL;
    return tls_context_acquire(streams->tls, settings->ca_file, settings->client_certificate, settings->verify);
}
