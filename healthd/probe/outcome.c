#include "healthd/probe/outcome.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static const char *const outcome_names[] = {"ok", "fail", "unable"};

#define REASON_WORD(reason, word) [reason] = word,

static const char *const reason_names[] = {REASON_LIST(REASON_WORD)};

/*
 * The kernel does not say who is at fault, but the error does nearly always. The doubtful one is ENETUNREACH: this
 * machine has no route, or a router sent an ICMP net unreachable, which Linux turns into the same word only for a
 * connection that was under way. Without a route nothing was sent and nothing was learned, so it is UNABLE; a check
 * that stays so becomes unknown after the lease, and its VIPs go. EHOSTUNREACH is no answer to ARP or neighbor
 * discovery, or a router's word on the host: the target's.
 */
static const struct {
    int error;
    enum reason reason;
} errors[] = {
    {ECONNREFUSED, REASON_REFUSED},
    {ETIMEDOUT, REASON_TIMEOUT},
    {ECONNRESET, REASON_RESET},
    {EPIPE, REASON_RESET},
    {ECONNABORTED, REASON_RESET},
    {EHOSTUNREACH, REASON_UNREACHABLE},
    {EHOSTDOWN, REASON_UNREACHABLE},
    {EPROTO, REASON_PROTOCOL},
    {ENOPROTOOPT, REASON_UNREACHABLE}, /* ICMP protocol unreachable */
    {EAGAIN, REASON_REFUSED},          /* connect of a Unix socket: its backlog is full */
    {EMFILE, REASON_NO_RESOURCES},
    {ENFILE, REASON_NO_RESOURCES},
    {ENOBUFS, REASON_NO_RESOURCES},
    {ENOMEM, REASON_NO_RESOURCES},
    {EADDRNOTAVAIL, REASON_NO_RESOURCES}, /* no free local port, or no local address */
    {EADDRINUSE, REASON_NO_RESOURCES},
    {EACCES, REASON_NO_PERMISSION},
    {EPERM, REASON_NO_PERMISSION}, /* a local packet filter, too */
    {ENETUNREACH, REASON_NO_ROUTE},
    {ENETDOWN, REASON_NO_ROUTE},
    {ENONET, REASON_NO_ROUTE},
    {ENODEV, REASON_NO_ROUTE},
    {EAFNOSUPPORT, REASON_NO_ROUTE}, /* the kernel has no IPv6 */
    {ENOENT, REASON_NO_SOCKET},
    {ENOTSOCK, REASON_NO_SOCKET},
};

const char *outcome_name(enum outcome outcome)
{
    return outcome_names[outcome];
}

const char *reason_name(enum reason reason)
{
    return reason_names[reason];
}

enum outcome outcome_of_errno(int error, enum reason *reason)
{
    *reason = REASON_LOCAL;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].error == abs(error))
            *reason = errors[i].reason;
    }
    return *reason < REASON_NO_RESOURCES ? OUTCOME_FAIL : OUTCOME_UNABLE;
}
