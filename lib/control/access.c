#include "lib/control/access.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct control_owner control_owner_here(void)
{
    const struct group *group = getgrnam(CONTROL_GROUP);

    return (struct control_owner){.uid = geteuid(), .group = group ? group->gr_gid : (gid_t)-1};
}

bool control_owner_allows(const struct control_owner *owner, uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
    if (uid == 0 || uid == owner->uid)
        return true;
    if (owner->group == (gid_t)-1)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == owner->group)
            return true;
    }
    return gid == owner->group;
}

/* SO_PEERGROUPS gives the groups that the process had when it connected. A look into the group database would ask for
 * those of the user's name, and could block a daemon on a directory server. */
static gid_t *peer_groups(int fd, size_t *count)
{
    socklen_t size = 64 * sizeof(gid_t);
    gid_t *groups = malloc(size);

    if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0 && errno == ERANGE) {
        free(groups);
        groups = malloc(size);
        if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
            size = 0;
    }
    *count = groups ? size / sizeof(gid_t) : 0;
    return groups;
}

bool control_peer_allowed(const struct control_owner *owner, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    size_t count;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    gid_t *groups = peer_groups(fd, &count);
    bool allowed = control_owner_allows(owner, peer.uid, peer.gid, groups, count);
    free(groups);
    return allowed;
}

bool control_peer_is_root(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

bool control_address(const char *directory, const char *name, struct sockaddr_un *address, char *error, size_t size)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%s/%s.sock", directory, name);

    if (length > 0 && (size_t)length < sizeof address->sun_path)
        return true;
    snprintf(error, size, "%s/%s.sock: longer than the %zu bytes a socket's path may have; choose a shorter directory",
             directory, name, sizeof address->sun_path - 1);
    return false;
}

static bool make_directory(const char *path, char *error, size_t size)
{
    char copy[sizeof(struct sockaddr_un)];

    snprintf(copy, sizeof copy, "%s", path);
    const char *directory = dirname(copy);
    mode_t mask = umask(0022);
    int result = mkdir(directory, 0755);
    int reason = errno;
    umask(mask);
    if (result == 0 || reason == EEXIST)
        return true;
    snprintf(error, size, "cannot make the directory %s: %s; make it, or set 'control { directory PATH; }'", directory,
             strerror(reason));
    return false;
}

static bool is_answered(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* EAGAIN: somebody listens, and is behind with accepting. */
    bool answered = fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return answered;
}

/* Makes the path free for bind(). */
static bool clear_path(const struct sockaddr_un *address, char *error, size_t size)
{
    const char *path = address->sun_path;
    struct stat status;

    if (lstat(path, &status) < 0)
        return true; /* where it is more than its absence, bind() says so */
    if (!S_ISSOCK(status.st_mode)) {
        snprintf(error, size, "%s is there and is not a socket; remove it", path);
        return false;
    }
    if (is_answered(address)) {
        snprintf(error, size,
                 "another daemon answers on %s; stop it, or set 'control { directory PATH; }' to another directory",
                 path);
        return false;
    }
    if (unlink(path) < 0 && errno != ENOENT) {
        snprintf(error, size, "cannot remove the stale socket %s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

int control_bind(const struct sockaddr_un *address, const struct control_owner *owner, char *error, size_t size)
{
    const char *path = address->sun_path;

    if (!make_directory(path, error, size) || !clear_path(address, error, size))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        snprintf(error, size, "cannot make a socket: %s", strerror(errno));
        return -1;
    }
    mode_t mask = umask(0177); /* nobody else may connect before the group is set */
    int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int reason = errno;
    umask(mask);
    if (bound < 0) {
        snprintf(error, size, "cannot bind %s: %s; the directory must be writable for this daemon", path,
                 strerror(reason));
        close(fd);
        return -1;
    }
    /* Without the right to give it to the group it stays with its owner alone, which is the safe side. */
    if (owner->group == (gid_t)-1 || chown(path, (uid_t)-1, owner->group) == 0)
        chmod(path, 0660);
    return fd;
}
