/* What each row of the command table does. Each answers with the exit status. */
#ifndef VIPGATE_CTL_HANDLERS_H
#define VIPGATE_CTL_HANDLERS_H

#include "ctl/command.h"

typedef int command_handler(const struct invocation *invocation);

command_handler handle_run;
command_handler handle_config_check, handle_config_convert;
command_handler handle_status, handle_why;
command_handler handle_show_list, handle_show_entry; /* of the command's view */
command_handler handle_show_received, handle_show_events, handle_show_config;
command_handler handle_check_run, handle_neighbor, handle_reload, handle_version;

/* --complete WORD ...: prints what may stand at the place of the last word. */
void complete(int count, char **words);

#endif
