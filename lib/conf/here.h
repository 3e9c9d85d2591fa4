/* What a configuration needs and this machine lacks: files, programs, sockets, interfaces, users. Which leaf names one
 * of them, the schema says with the extension vg:here. This may wait for a file system or a name service: it is for the
 * command line, not for a daemon's loop. */
#ifndef VIPGATE_LIB_CONF_HERE_H
#define VIPGATE_LIB_CONF_HERE_H

#include "lib/conf/conf.h"

/* Adds a warning to CONF for each thing that its tree names and this machine lacks. Returns how many. */
size_t conf_look_here(struct conf *conf);

#endif
