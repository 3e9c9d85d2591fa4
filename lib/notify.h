/* Words to the service manager that started a daemon, as sd_notify(3) has them. */
#ifndef VIPGATE_LIB_NOTIFY_H
#define VIPGATE_LIB_NOTIFY_H

/* Sends STATE, such as "READY=1", to the socket that NOTIFY_SOCKET names. Does nothing where there is none. */
void notify_service_manager(const char *state);

#endif
