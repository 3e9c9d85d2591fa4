/* Reading what several probe kinds configure in the same way. */
#ifndef VIPGATE_LIB_KINDS_SETTINGS_H
#define VIPGATE_LIB_KINDS_SETTINGS_H

#include "lib/kinds/kind.h"
#include "lib/kinds/url.h"

/* Reads the leaf NAME of NODE as HOST:PORT. False after a complaint; DEFAULT_PORT as in endpoint_parse. */
bool settings_endpoint(const struct lyd_node *node, const char *name, uint16_t default_port, struct endpoint *endpoint,
                       const struct kind_room *room);

/* Text in the arena; NULL where memory ran out. */
const char *settings_format(const struct kind_room *room, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "HOST:PORT" in the arena; NULL where memory ran out. */
const char *settings_endpoint_shown(const struct kind_room *room, const struct endpoint *endpoint);

/* Reads the leaf "url" of NODE into URL; *SECURE: whether its scheme is SECURE_SCHEME, "https:". False after a
 * complaint, which has REMEDY where the URL has credentials: no probe sends them, and a URL is shown. */
bool settings_url(const struct lyd_node *node, const char *secure_scheme, const char *remedy, struct url *url,
                  bool *secure, const struct kind_room *room);

/* What is shown of URL in details and logs, in the arena: all but its query. NULL where memory ran out. */
const char *settings_url_shown(const struct kind_room *room, const char *url);

/* A copy of the leaf's text in the arena; NULL where it is absent, or memory ran out. */
const char *settings_text(const struct kind_room *room, const struct lyd_node *node, const char *name);

/* Copies of the values of the leaf-list NAME, in order and with a NULL behind them, and their number. NULL where memory
 * ran out; the number is then 0. */
char **settings_texts(const struct kind_room *room, const struct lyd_node *node, const char *name, size_t *count);

/* Reads the TLS leaves from the kind's container NODE, for a connection with HOST, without brackets. False after a
 * complaint. */
bool tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const char *host,
                       const struct kind_room *room);

/* How each kind's settings are read: see struct kind. */
#define KIND_DECLARE(name)                                                                                             \
    bool configure_##name(void *settings, const struct lyd_node *node, const struct kind_room *room);
KINDS(KIND_DECLARE)

#endif
