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
    enum outcome outcome;
    enum reason reason;
} errors[] = {
    {ECONNREFUSED, OUTCOME_FAIL, REASON_REFUSED},
    {ETIMEDOUT, OUTCOME_FAIL, REASON_TIMEOUT},
    {ECONNRESET, OUTCOME_FAIL, REASON_RESET},
    {EPIPE, OUTCOME_FAIL, REASON_RESET},
    {ECONNABORTED, OUTCOME_FAIL, REASON_RESET},
    {EHOSTUNREACH, OUTCOME_FAIL, REASON_UNREACHABLE},
    {EHOSTDOWN, OUTCOME_FAIL, REASON_UNREACHABLE},
    {EPROTO, OUTCOME_FAIL, REASON_PROTOCOL},
    {ENOPROTOOPT, OUTCOME_FAIL, REASON_UNREACHABLE}, /* ICMP protocol unreachable */
    {EAGAIN, OUTCOME_FAIL, REASON_REFUSED},          /* connect of a Unix socket: its backlog is full */
    {EMFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
    {ENFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
    {ENOBUFS, OUTCOME_UNABLE, REASON_NO_RESOURCES},
    {ENOMEM, OUTCOME_UNABLE, REASON_NO_RESOURCES},
    {EADDRNOTAVAIL, OUTCOME_UNABLE, REASON_NO_RESOURCES}, /* no free local port, or no local address */
    {EADDRINUSE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
    {EACCES, OUTCOME_UNABLE, REASON_NO_PERMISSION},
    {EPERM, OUTCOME_UNABLE, REASON_NO_PERMISSION}, /* a local packet filter, too */
    {ENETUNREACH, OUTCOME_UNABLE, REASON_NO_ROUTE},
    {ENETDOWN, OUTCOME_UNABLE, REASON_NO_ROUTE},
    {ENONET, OUTCOME_UNABLE, REASON_NO_ROUTE},
    {ENODEV, OUTCOME_UNABLE, REASON_NO_ROUTE},
    {EAFNOSUPPORT, OUTCOME_UNABLE, REASON_NO_ROUTE}, /* the kernel has no IPv6 */
    {ENOENT, OUTCOME_UNABLE, REASON_NO_SOCKET},
    {ENOTSOCK, OUTCOME_UNABLE, REASON_NO_SOCKET},
};

const char *outcome_name(enum outcome outcome)
{
    return outcome_names[outcome];
}

const char *reason_name(enum reason reason)
{
    return reason_names[reason];
}

void outcome_of_errno(int error, enum outcome *outcome, enum reason *reason)
{
    *outcome = OUTCOME_UNABLE;
    *reason = REASON_LOCAL;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].error == abs(error)) {
            *outcome = errors[i].outcome;
            *reason = errors[i].reason;
        }
    }
}
