/*
 * Readiness of descriptors, for probes: one epoll instance of our own, itself watched by the loop. A check opens and
 * closes a socket a second, and uv_poll spends five system calls and a deferred close on each; here it is one call to
 * begin and none to end, and a watch is gone the moment it is stopped.
 */
#ifndef VIPGATE_HEALTHD_NET_WATCHER_H
#define VIPGATE_HEALTHD_NET_WATCHER_H

#include <stdint.h>
#include <sys/epoll.h>
#include <uv.h>

struct watcher;
struct watch;

/* EVENTS are those of epoll; EPOLLERR and EPOLLHUP come unasked. */
typedef void watch_ready(struct watch *watch, uint32_t events);

/* Zeroed: not watching. Lives in what it belongs to; may be stopped, restarted or freed in its own callback. */
struct watch {
    watch_ready *ready;
    int fd;
    uint32_t events; /* 0: not watching */
};

/* 0, or a negative errno. Freeing: every watch has stopped; memory goes once the loop has run on. NULL is nothing. */
int watcher_new(struct watcher **watcher, uv_loop_t *loop);
void watcher_free(struct watcher *watcher);

/* Begins to watch FD, or changes what is watched for. 0, or a negative errno. */
int watch_start(struct watcher *watcher, struct watch *watch, int fd, uint32_t events, watch_ready *ready);

/* Stops; the descriptor stays open. */
void watch_stop(struct watcher *watcher, struct watch *watch);

/* Stops, where it watches, and closes FD. */
void watch_close(struct watcher *watcher, struct watch *watch, int fd);

#endif
