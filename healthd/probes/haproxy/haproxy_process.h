/*
 * The process behind a stats socket, so that its death is learned from the kernel and not at the next interval: HAProxy
 * tells its process id (`show info`), and a pidfd tells its exit, by which time its sockets are closed. An idle
 * connection would tell too, but takes one of HAProxy's few, is closed by it every ten seconds, and keeps a process
 * alive that a reload has replaced.
 *
 * Where the id says nothing here (HAProxy in another pid namespace), the schedule alone must do.
 */
#ifndef VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_PROCESS_H
#define VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_PROCESS_H

#include "healthd/net/watcher.h"
#include "healthd/probe/probe.h"

#include <stdbool.h>
#include <sys/types.h>

struct haproxy_process {
    struct watch watch; /* first: the callback gets its address */
    struct probe *probe;
    int pidfd; /* followed; -1: no */
    unsigned runs_until_ask;
    bool exited;     /* and no run has begun since */
    bool after_exit; /* the run under way is the look */
};

void haproxy_process_init(struct haproxy_process *process, struct probe *probe);
void haproxy_process_close(struct haproxy_process *process);

/* Every run begins here. */
void haproxy_process_begin_run(struct haproxy_process *process);

/* Whether this run should ask for the process id. */
bool haproxy_process_is_wanted(struct haproxy_process *process);

/* Follows the process PID; 0: it is not known. */
void haproxy_process_follow(struct haproxy_process *process, pid_t pid);

#endif
