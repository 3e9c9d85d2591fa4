/* Words to the service manager that started a daemon, systemd or `vipgate run`, as sd_notify(3) has them. */
#ifndef VIPGATE_LIB_NOTIFY_H
#define VIPGATE_LIB_NOTIFY_H

#include <uv.h>

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that they are for this process alone
 * and none that it starts. */
void notify_open(void);

/* Sends STATE, such as "READY=1". Does nothing where NOTIFY_SOCKET named no socket. */
void notify_service_manager(const char *state);

/* Sends signs of life while LOOP turns, four in the time after which the manager takes the daemon for hung. Nothing
 * where it asked for none. */
void notify_alive_start(uv_loop_t *loop);

/* Lets the loop end. */
void notify_alive_stop(void);

#endif
