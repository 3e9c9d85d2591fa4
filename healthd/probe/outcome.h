/*
 * How a probe ends: one of three outcomes, a reason word for programs, and free text for people. Here is decided, once
 * for all probe kinds, which errors of the kernel speak of the target and which of this machine.
 */
#ifndef VIPGATE_HEALTHD_PROBE_OUTCOME_H
#define VIPGATE_HEALTHD_PROBE_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_OK,
    OUTCOME_FAIL,   /* the target is at fault */
    OUTCOME_UNABLE, /* the probe could not be carried out here; says nothing of the target */
};

/* Why, each with its word for programs. */
#define REASON_LIST(R)                                                                                                 \
    R(REASON_NONE, "passed")                                                                                           \
    /* FAIL */                                                                                                         \
    R(REASON_REFUSED, "refused")                 /* connection refused, or the port is unreachable */                  \
    R(REASON_TIMEOUT, "timeout")                 /* no answer within timeout */                                        \
    R(REASON_RESET, "reset")                     /* the peer reset the connection */                                   \
    R(REASON_CLOSED, "closed")                   /* the peer closed too early */                                       \
    R(REASON_UNREACHABLE, "unreachable")         /* no host or network there, as the network says */                   \
    R(REASON_NO_SUCH_NAME, "no-such-name")       /* the name does not exist, or has no address */                      \
    R(REASON_TLS, "tls")                         /* the TLS handshake failed */                                        \
    R(REASON_CERTIFICATE, "certificate")         /* not trusted, for another name, or expires too soon */              \
    R(REASON_PROTOCOL, "protocol")               /* the answer is not what the protocol allows */                      \
    R(REASON_STATUS, "status")                   /* another status than expected */                                    \
    R(REASON_MISMATCH, "mismatch")               /* another content than expected */                                   \
    R(REASON_TOO_LARGE, "too-large")             /* the answer had no end within its bound */                          \
    R(REASON_MISSING, "missing")                 /* what is asked about is not there: a backend, a file, a process */  \
    R(REASON_TOO_FEW, "too-few")                 /* fewer are up than configured */                                    \
    R(REASON_EXIT_STATUS, "exit-status")         /* a command's exit status, or the signal that ended it */            \
    R(REASON_CONNECTION_LOST, "connection-lost") /* a connection held open was lost and could not be made again */     \
    /* UNABLE, from REASON_NO_RESOURCES on */                                                                          \
    R(REASON_NO_RESOURCES, "no-resources")     /* descriptors, ports, buffers, memory or processes ran out here */     \
    R(REASON_NO_PERMISSION, "no-permission")   /* this process may not */                                              \
    R(REASON_NO_ROUTE, "no-route")             /* this machine has no route, or its network is down */                 \
    R(REASON_NO_RESOLVER, "no-resolver")       /* no name server answered */                                           \
    R(REASON_NO_SOCKET, "no-socket")           /* the local socket is not there */                                     \
    R(REASON_NO_COMMAND, "no-command")         /* the program to run is not there, or is none */                       \
    R(REASON_NO_FILE_SYSTEM, "no-file-system") /* a file system does not answer */                                     \
    R(REASON_TOO_COSTLY, "too-costly")         /* an expression takes more steps than it may */                        \
    R(REASON_LOCAL, "local")                   /* another trouble of this machine */

#define REASON_CONSTANT(reason, word) reason,

enum reason { REASON_LIST(REASON_CONSTANT) REASONS };

/* "ok", "fail", "unable". */
const char *outcome_name(enum outcome outcome);

/* The reason's word, such as "refused" or "no-such-name"; "passed" for REASON_NONE. */
const char *reason_name(enum reason reason);

/* What ERROR (an errno of a socket call, or its negative) means: FAIL or UNABLE, and *REASON. An error that the table
 * lacks is UNABLE: what we do not understand is never held against the target. */
enum outcome outcome_of_errno(int error, enum reason *reason);

#endif
