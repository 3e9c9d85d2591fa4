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

enum reason {
    REASON_NONE,
    /* FAIL */
    REASON_REFUSED,         /* connection refused, or the port is unreachable */
    REASON_TIMEOUT,         /* no answer within timeout */
    REASON_RESET,           /* the peer reset the connection */
    REASON_CLOSED,          /* the peer closed too early */
    REASON_UNREACHABLE,     /* no host or network there, as the network says */
    REASON_NO_SUCH_NAME,    /* the name does not exist, or has no address */
    REASON_TLS,             /* the TLS handshake failed */
    REASON_CERTIFICATE,     /* the certificate is not trusted, is for another name, or expires too soon */
    REASON_PROTOCOL,        /* the answer is not what the protocol allows */
    REASON_STATUS,          /* another status than expected */
    REASON_MISMATCH,        /* another content than expected */
    REASON_TOO_LARGE,       /* the answer had no end within its bound */
    REASON_MISSING,         /* what is asked about is not there: a backend, a file, a process */
    REASON_TOO_FEW,         /* fewer are up than configured */
    REASON_EXIT_STATUS,     /* a command's exit status, or the signal that ended it */
    REASON_CONNECTION_LOST, /* a connection held open was lost and could not be made again */
    /* UNABLE */
    REASON_NO_RESOURCES,   /* descriptors, ports, buffers, memory or processes ran out here */
    REASON_NO_PERMISSION,  /* this process may not */
    REASON_NO_ROUTE,       /* this machine has no route, or its network is down */
    REASON_NO_RESOLVER,    /* no name server answered */
    REASON_NO_SOCKET,      /* the local socket is not there */
    REASON_NO_COMMAND,     /* the program to run is not there, or is none */
    REASON_NO_FILE_SYSTEM, /* a file system does not answer */
    REASON_TOO_COSTLY,     /* an expression takes more steps than it may */
    REASON_LOCAL,          /* another trouble of this machine */
    REASONS
};

/* "ok", "fail", "unable". */
const char *outcome_name(enum outcome outcome);

/* The reason's word, such as "refused" or "no-such-name"; "passed" for REASON_NONE. */
const char *reason_name(enum reason reason);

/* What ERROR (an errno of a socket call, or its negative) means. *OUTCOME and *REASON are set; an error that the table
 * lacks is UNABLE: what we do not understand is never held against the target. */
void outcome_of_errno(int error, enum outcome *outcome, enum reason *reason);

#endif
