/* Who may use a control socket, and how its path is taken over safely. */
#ifndef VIPGATE_LIB_CONTROL_ACCESS_H
#define VIPGATE_LIB_CONTROL_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

#define CONTROL_GROUP "vipgate"
#define CONTROL_USER  "vipgate" /* whom the daemons may run as, other than root */

/* Whom a socket belongs to. */
struct control_owner {
    uid_t uid;
    gid_t group; /* CONTROL_GROUP; (gid_t)-1 where the system has none */
};

/* This process and the system's CONTROL_GROUP. Asks the name service, which may block: for start-up only. */
struct control_owner control_owner_here(void);

/* Whether a process with these credentials may use it: root, the owner's uid, and members of its group. */
bool control_owner_allows(const struct control_owner *owner, uid_t uid, gid_t gid, const gid_t *groups, size_t count);

/* The same for the process at the other end of the connected socket FD, as the kernel knows it. */
bool control_peer_allowed(const struct control_owner *owner, int fd);

/* Whether that process is root's. */
bool control_peer_is_root(int fd);

/* Whether what the process says that listens at the other end of FD is to be believed: it is root's, of this process'
 * own user, or of the user ALSO ((uid_t)-1: none). False with whose it is in ERROR. */
bool control_peer_trusted(int fd, uid_t also, char *error, size_t size);

/* Writes DIRECTORY/NAME.sock into *ADDRESS. False, with why in ERROR, where it is too long for a socket. */
bool control_address(const char *directory, const char *name, struct sockaddr_un *address, char *error, size_t size);

/* A socket bound to ADDRESS for OWNER, mode 0660 and not yet listening, or -1 with the reason and remedy in ERROR. The
 * directory is made where it is missing, and must be a safe one; a socket that nobody answers
 * on is replaced. */
int control_bind(const struct sockaddr_un *address, const struct control_owner *owner, char *error, size_t size);

#endif
