/*
 * Tells when the file at a path has become another: written and closed, replaced, or a symbolic link to a new place. It
 * watches the directories of the path and of what it leads to (inotify), so that the file itself may come and go.
 */
#ifndef VIPGATE_HEALTHD_NET_FILE_WATCH_H
#define VIPGATE_HEALTHD_NET_FILE_WATCH_H

#include "healthd/net/watcher.h"

struct file_watch;

typedef void file_watch_changed(struct file_watch *file);

struct file_watch {
    struct watch watch; /* first: the callback gets its address */
    struct watcher *watcher;
    file_watch_changed *changed;
    const char *path;
    char *target; /* where PATH leads to; NULL: nowhere */
    int fd;       /* of inotify; -1: not watching */
};

/* Begins to watch PATH, which outlives FILE, for CHANGED. 0, or a negative errno. Undo with file_watch_stop in either
 * case. */
int file_watch_start(struct file_watch *file, struct watcher *watcher, const char *path, file_watch_changed *changed);
void file_watch_stop(struct file_watch *file);

#endif
