#include "lib/control/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANOTHER "set 'control { directory PATH; }' to another"

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

int control_directory_open(const char *path, const struct control_owner *owner, char *error, size_t size)
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
