#include "lib/control/access.h"

#include <bsd/string.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANOTHER "set 'control { directory PATH; }' to another"

/* ---- who ---- */

struct control_owner control_owner_here(void)
{
    static bool asked; /* once: where the group is missing, systemd's part of it alone takes a hundred system calls */
    static gid_t group = (gid_t)-1;

    if (!asked) {
        const struct group *found = getgrnam(CONTROL_GROUP);
        group = found ? found->gr_gid : group;
        asked = true;
    }
    return (struct control_owner){.uid = geteuid(), .group = group};
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

static bool peer_of(int fd, struct ucred *peer)
{
    socklen_t size = sizeof *peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0;
}

bool control_peer_allowed(const struct control_owner *owner, int fd)
{
    struct ucred peer;
    size_t count;

    if (!peer_of(fd, &peer))
        return false;
    gid_t *groups = peer_groups(fd, &count);
    bool allowed = control_owner_allows(owner, peer.uid, peer.gid, groups, count);
    free(groups);
    return allowed;
}

bool control_peer_is_root(int fd)
{
    struct ucred peer;

    return peer_of(fd, &peer) && peer.uid == 0;
}

bool control_peer_trusted(int fd, uid_t also, char *error, size_t size)
{
    struct ucred peer = {.uid = (uid_t)-1};

    if (peer_of(fd, &peer) && (peer.uid == 0 || peer.uid == geteuid() || (also != (uid_t)-1 && peer.uid == also)))
        return true;
    snprintf(error, size, "its listener is uid %d, neither root nor this user", (int)peer.uid);
    return false;
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

/* ---- the directory ---- */

static bool make(const char *path, char *error, size_t size)
{
    mode_t mask = umask(0022);
    int result = mkdir(path, 0755);
    int reason = errno;

    umask(mask);
    if (result == 0 || reason == EEXIST)
        return true;
    snprintf(error, size, "cannot create the directory %s: %s; create it, or " ANOTHER, path, strerror(reason));
    return false;
}

static bool is_ours(const struct stat *status, const struct control_owner *owner)
{
    return status->st_uid == 0 || status->st_uid == owner->uid;
}

/* For its group to write is as good as for its owner where the group is theirs. */
static bool is_closed(const struct stat *status, const struct control_owner *owner)
{
    bool groups = status->st_gid == 0 || status->st_gid == getegid() || status->st_gid == owner->group;

    return !(status->st_mode & S_IWOTH) && (!(status->st_mode & S_IWGRP) || groups);
}

static bool is_safe(const char *path, const struct stat *status, const struct control_owner *owner, char *error,
                    size_t size)
{
    if (!is_ours(status, owner))
        snprintf(error, size, "%s is owned by uid %u, who could impersonate a daemon: chown it to uid %u, or " ANOTHER,
                 path, (unsigned)status->st_uid, (unsigned)owner->uid);
    else if (!is_closed(status, owner))
        snprintf(error, size, "%s is writable by others, who could impersonate a daemon: chmod go-w %s, or " ANOTHER,
                 path, path);
    else
        return true;
    return false;
}

/* Opens PATH, which is made (0755) where it is missing, for the *at() calls alone. It must be a directory of OWNER or
 * of root and no link, and only they and their groups may write to it: whoever may write there could put up a socket of
 * its own and pose as a daemon. -1 with the reason and remedy in ERROR. */
static int open_directory(const char *path, const struct control_owner *owner, char *error, size_t size)
{
    struct stat status;

    if (!make(path, error, size))
        return -1;
    int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        bool link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
        snprintf(error, size, "%s: %s; " ANOTHER, path,
                 link ? "a symbolic link, which is not followed" : strerror(errno));
    } else if (is_safe(path, &status, owner, error, size)) {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- the socket ---- */

static bool is_answered(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    /* EAGAIN: somebody listens, and is behind with accepting. */
    bool answered = fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return answered;
}

/* Makes the place of the socket ADDRESS, NAME in DIRECTORY, free for bind(). */
static bool clear_place(const struct sockaddr_un *address, int directory, const char *name, char *error, size_t size)
{
    const char *path = address->sun_path;
    struct stat status;

    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return true; /* where it is more than its absence, bind() says so */
    if (!S_ISSOCK(status.st_mode)) {
        snprintf(error, size, "%s exists and is not a socket; remove it", path);
        return false;
    }
    if (is_answered(address)) {
        snprintf(error, size,
                 "another daemon answers on %s; stop it, or set 'control { directory PATH; }' to another directory",
                 path);
        return false;
    }
    if (unlinkat(directory, name, 0) < 0 && errno != ENOENT) {
        snprintf(error, size, "cannot remove the stale socket %s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static bool give_to_group(int directory, const char *name, gid_t group)
{
    return group == (gid_t)-1 || fchownat(directory, name, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW) == 0;
}

static int bind_in(int directory, const struct sockaddr_un *address, const struct control_owner *owner, char *error,
                   size_t size)
{
    const char *path = address->sun_path, *name = strrchr(path, '/') + 1;

    if (!clear_place(address, directory, name, error, size))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        snprintf(error, size, "cannot create a socket: %s", strerror(errno));
        return -1;
    }
    mode_t mask = umask(0117); /* nobody can connect before somebody listens */
    int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int reason = errno;
    umask(mask);
    if (bound == 0) {
        /* Without the right to do so it keeps a group that its mode lets in and that is refused by who it is. */
        give_to_group(directory, name, owner->group);
        return fd;
    }
    snprintf(error, size, "cannot bind %s: %s; the directory must be writable for this daemon", path, strerror(reason));
    close(fd);
    return -1;
}

int control_bind(const struct sockaddr_un *address, const struct control_owner *owner, char *error, size_t size)
{
    char path[sizeof address->sun_path];

    strlcpy(path, address->sun_path, sizeof path);
    int directory = open_directory(dirname(path), owner, error, size);
    if (directory < 0)
        return -1;
    int fd = bind_in(directory, address, owner, error, size);
    close(directory);
    return fd;
}
