/*
 * A call with libcurl for a probe: the target's name to addresses by our resolver, never libcurl's, then the transfer.
 * Where there is no address the call ends the probe's run itself, as a dial does.
 */
#ifndef VIPGATE_HEALTHD_HTTP_CALL_H
#define VIPGATE_HEALTHD_HTTP_CALL_H

#include "healthd/http_engine.h"
#include "healthd/resolve.h"
#include "lib/kinds/endpoint.h"

struct http_call {
    struct http_transfer transfer; /* first: its callback gets this address */
    struct probe *probe;
    const struct endpoint *target; /* borrowed; NULL: a Unix socket */
    struct name *name;             /* NULL: a Unix socket */
    struct resolve_query query;
    struct curl_slist *resolved; /* the name's addresses, as libcurl was told */
};

/* Sets CALL up for PROBE; DONE is told of the transfer's end. False when out of memory; undo with http_call_clear in
 * either case. */
bool http_call_init(struct http_call *call, struct probe *probe, const struct endpoint *target, http_done *done);
void http_call_clear(struct http_call *call);

/* Resolves and begins the transfer. */
void http_call_start(struct http_call *call);

/* Ends whatever is under way; the phases that the transfer went through go into the probe's result. */
void http_call_stop(struct http_call *call);

/* What the call is at: "connect 192.0.2.1:80", "resolve NAME". TARGET is what to call the other side. */
void http_call_describe(const struct http_call *call, const char *target, bool tls, char *text, size_t size);

#endif
