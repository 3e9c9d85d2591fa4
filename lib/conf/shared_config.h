/* The settings that both daemons and the supervisor read from a configuration. */
#ifndef VIPGATE_LIB_CONF_SHARED_CONFIG_H
#define VIPGATE_LIB_CONF_SHARED_CONFIG_H

#include "lib/damping.h"
#include "lib/log.h"

#include <libyang/libyang.h>

/* Texts point into the tree. */
struct shared_config {
    const char *site; /* NULL: none */
    enum log_level log_level;
    enum log_format log_format;
    const char *control_directory;
    uint64_t lease_ms;
};

/* Of TREE, a validated document. */
struct shared_config shared_config_of(const struct lyd_node *tree);

/* The block 'damping' of PARENT, a check or vip; not enabled where it is not written. */
struct damping_config damping_config_of(const struct lyd_node *parent);

#endif
