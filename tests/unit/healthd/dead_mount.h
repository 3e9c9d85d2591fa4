/*
 * For tests: a file system that does not answer, as NFS without its server. It is FUSE whose server never reads; it
 * takes root, or the right to mount. cmocka.h must have been included before.
 */
#ifndef VIPGATE_TESTS_HEALTHD_DEAD_MOUNT_H
#define VIPGATE_TESTS_HEALTHD_DEAD_MOUNT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

struct dead_mount {
    char path[64];
    int fd;
};

/* False where this machine does not let us. */
static inline bool dead_mount_open(struct dead_mount *mount_point)
{
    char options[96], template[] = "/tmp/vipgate-test-dead-XXXXXX";

    *mount_point = (struct dead_mount){.fd = open("/dev/fuse", O_RDWR | O_CLOEXEC)};
    if (mount_point->fd < 0 || !mkdtemp(template))
        return false;
    snprintf(mount_point->path, sizeof mount_point->path, "%s", template);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", mount_point->fd);
    if (mount("vipgate-test", mount_point->path, "fuse", MS_NOSUID | MS_NODEV, options) == 0)
        return true;
    rmdir(mount_point->path);
    close(mount_point->fd);
    return false;
}

/* Whoever hangs in it is let go. */
static inline void dead_mount_close(struct dead_mount *mount_point)
{
    close(mount_point->fd);
    umount2(mount_point->path, MNT_DETACH);
    rmdir(mount_point->path);
}

#endif
