/* The directory of the control sockets. Whoever may write there could put up a socket of its own and pose as a daemon.
 */
#ifndef VIPGATE_LIB_CONTROL_DIRECTORY_H
#define VIPGATE_LIB_CONTROL_DIRECTORY_H

#include "lib/control/access.h"

#include <stddef.h>

/* Opens PATH, which is made (0755) where it is missing, for the *at() calls alone. It must be a directory of OWNER or
 * of root and no link, and only they and their groups may write to it. -1 with the reason and remedy in ERROR. */
int control_directory_open(const char *path, const struct control_owner *owner, char *error, size_t size);

#endif
