/* Reading what several probe kinds configure in the same way. */
#ifndef VIPGATE_HEALTHD_SETTINGS_H
#define VIPGATE_HEALTHD_SETTINGS_H

#include "healthd/endpoint.h"
#include "healthd/probe.h"

/* Reads the leaf NAME of NODE as HOST:PORT. False after a complaint; DEFAULT_PORT as in endpoint_parse. */
bool settings_endpoint(const struct lyd_node *node, const char *name, uint16_t default_port, struct endpoint *endpoint,
                       const struct probe_complaints *complaints);

/* A copy of the leaf's text, or NULL where it is absent. Aborts when out of memory, as all of configuration does. */
char *settings_text(const struct lyd_node *node, const char *name);

/* A copy of TEXT. Aborts when out of memory. */
char *settings_copy(const char *text);

/* Copies of the values of the leaf-list NAME, in order, and their number; NULL where there are none. */
char **settings_texts(const struct lyd_node *node, const char *name, size_t *count);

/* calloc that aborts when out of memory: for a configuration, whose size the operator chose. */
void *settings_new(size_t size);

#endif
