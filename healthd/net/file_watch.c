#include "healthd/net/file_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int watch_directory(struct file_watch *file, const char *path)
{
    char directory[PATH_MAX];

    if (!strchr(path, '/'))
        return -EINVAL;
    snprintf(directory, sizeof directory, "%.*s/", (int)(name_in(path) - path), path);
    return inotify_add_watch(file->fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE) < 0 ? -errno : 0;
}

static bool is_about(const struct file_watch *file, const char *name)
{
    return strcmp(name, name_in(file->path)) == 0 || (file->target && strcmp(name, name_in(file->target)) == 0);
}

static void on_events(struct watch *watch, uint32_t events)
{
    struct file_watch *file = (struct file_watch *)watch;
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t size = read(file->fd, bytes, sizeof bytes);
    bool changed = false;

    (void)events;
    for (const char *at = bytes; size > 0 && at < bytes + size;) {
        const struct inotify_event *event = (const struct inotify_event *)at;
        changed |= event->mask & IN_Q_OVERFLOW || (event->len && is_about(file, event->name));
        at += sizeof *event + event->len;
    }
    if (!changed)
        return;
    /* It may be a link, and lead elsewhere from now on. */
    file_watch_stop(file);
    file_watch_start(file, file->watcher, file->path, file->changed);
    file->changed(file);
}

int file_watch_start(struct file_watch *file, struct watcher *watcher, const char *path, file_watch_changed *changed)
{
    *file = (struct file_watch){.watcher = watcher, .path = path, .changed = changed};
    file->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (file->fd < 0)
        return -errno;
    file->target = realpath(path, NULL);
    int error = watch_directory(file, path);
    if (!error && file->target)
        error = watch_directory(file, file->target);
    return error ? error : watch_start(watcher, &file->watch, file->fd, EPOLLIN, on_events);
}

void file_watch_stop(struct file_watch *file)
{
    if (file->fd >= 0)
        watch_close(file->watcher, &file->watch, file->fd);
    file->fd = -1;
    free(file->target);
    file->target = NULL;
}
