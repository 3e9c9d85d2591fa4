#include "healthd/probes/kinds.h"

#include <string.h>

/* clang-format off */
static const struct probe_kind *const kinds[] = {
    &probe_coap,
    &probe_dns,
    &probe_exec,
    &probe_file,
    &probe_grpc,
    &probe_haproxy,
    &probe_http,
    &probe_icmp,
    &probe_process,
    &probe_tcp,
    &probe_udp,
    &probe_websocket,
    NULL,
};
/* clang-format on */

const struct probe_kind *probe_kind_find(const char *name)
{
    const struct probe_kind *const *kind = kinds;

    while (*kind && strcmp((*kind)->name, name) != 0)
        kind++;
    return *kind;
}
