/* Messages to the service manager that started a daemon, systemd or `vipgate run`, in the format of sd_notify(3). */
#ifndef VIPGATE_LIB_DAEMON_NOTIFY_H
#define VIPGATE_LIB_DAEMON_NOTIFY_H

#include <uv.h>

/* Where the environment has this, the manager is `vipgate run`, and its socket is inherited as NOTIFY_FD. */
#define NOTIFY_INHERITED "VIPGATE_NOTIFY"

enum { NOTIFY_FD = 3 };

/* Takes what says where the manager listens and how patient it is (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID) out of
 * the environment, so that it is for this process alone and none that it starts. */
void notify_open(void);

/* Sends STATE, such as "READY=1". Does nothing without a service manager. */
void notify_service_manager(const char *state);

/* Sends signs of life while LOOP turns, four in the time after which the manager takes the daemon for hung. Nothing
 * where it asked for none. */
void notify_alive_start(uv_loop_t *loop);

/* Lets the loop end. */
void notify_alive_stop(void);

#endif
