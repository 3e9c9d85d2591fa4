/* The TLS leaves that several probe kinds share (grouping tls-options of the schema). */
#ifndef VIPGATE_LIB_KINDS_TLS_H
#define VIPGATE_LIB_KINDS_TLS_H

#include "lib/kinds/kind.h"

#include <stdbool.h>
#include <stdint.h>

struct tls_settings {
    const char *ca_file;            /* NULL: the system's */
    const char *name;               /* for SNI and verification: server-name, else the host */
    const char *client_certificate; /* PEM with certificate and key; NULL: none */
    bool verify;
    bool certificate_expiry;   /* certificate_days is to be looked at */
    uint16_t certificate_days; /* FAIL when fewer are left */
};

/* Reads them from the kind's container NODE, for a connection with HOST, without brackets. False after a complaint. */
bool tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const char *host,
                       const struct kind_room *room);

#endif
