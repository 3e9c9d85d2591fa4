#include "healthd/http_call.h"

#include "healthd/http_outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool http_call_init(struct http_call *call, struct probe *probe, const struct endpoint *target, http_done *done)
{
    *call = (struct http_call){.probe = probe, .target = target};
    if (target && !(call->name = name_acquire(probe->room->resolver, target->host)))
        return false;
    return http_transfer_init(&call->transfer, done);
}

void http_call_clear(struct http_call *call)
{
    resolve_cancel(&call->query);
    if (call->transfer.easy)
        http_transfer_clear(&call->transfer);
    curl_slist_free_all(call->resolved);
    name_release(call->name);
}

/* Tells libcurl the addresses that we found, so that it never looks for any. It keeps them until it is told others. */
static bool tell_addresses(struct http_call *call)
{
    size_t count, used;
    const struct address *addresses = name_addresses(call->name, &count);
    char line[ENDPOINT_HOST_SIZE + RESOLVE_ADDRESSES_MAX * (ADDRESS_TEXT_SIZE + 3)];

    used = (size_t)snprintf(line, sizeof line, "%s:%u:", call->target->host, call->target->port);
    for (size_t i = 0; i < count; i++) {
        char text[ADDRESS_TEXT_SIZE];
        used += (size_t)snprintf(line + used, sizeof line - used, "%s[%s]", i ? "," : "",
                                 address_format(&addresses[i], text));
    }
    if (call->resolved && strcmp(call->resolved->data, line) == 0)
        return true;
    curl_slist_free_all(call->resolved);
    call->resolved = curl_slist_append(NULL, line);
    return call->resolved && curl_easy_setopt(call->transfer.easy, CURLOPT_RESOLVE, call->resolved) == CURLE_OK;
}

static void begin_transfer(struct http_call *call)
{
    probe_phase(call->probe, PROBE_PHASE_UNNAMED);
    if ((call->name && !name_is_literal(call->name) && !tell_addresses(call)) ||
        !http_transfer_start(&call->transfer, call->probe->room))
        probe_errno(call->probe, ENOMEM, "begin the transfer");
}

static void on_resolved(struct resolve_query *query, enum resolve_result result)
{
    struct http_call *call = (struct http_call *)((char *)query - offsetof(struct http_call, query));
    const char *host = name_host(call->name);

    if (result == RESOLVE_NO_SUCH_NAME)
        probe_fail(call->probe, REASON_NO_SUCH_NAME, "resolve %s: %s", host, name_error(call->name));
    else if (result == RESOLVE_NO_ANSWER)
        probe_unable(call->probe, REASON_NO_RESOLVER, "resolve %s: %s", host, name_error(call->name));
    else
        begin_transfer(call);
}

void http_call_start(struct http_call *call)
{
    if (!call->name)
        return begin_transfer(call);
    enum resolve_result result = resolve_start(call->name, &call->query, on_resolved);
    if (result == RESOLVE_LATER)
        probe_phase(call->probe, PROBE_PHASE_RESOLVE);
    else
        on_resolved(&call->query, result);
}

void http_call_stop(struct http_call *call)
{
    resolve_cancel(&call->query);
    if (call->transfer.engine)
        http_phases(call->transfer.easy, &call->probe->result);
    http_transfer_stop(&call->transfer);
}

void http_call_describe(const struct http_call *call, const char *target, bool tls, char *text, size_t size)
{
    if (call->transfer.engine)
        snprintf(text, size, "%s %s", http_phase(call->transfer.easy, tls), target);
    else
        snprintf(text, size, "resolve %s", call->target ? call->target->host : target);
}
