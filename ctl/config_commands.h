/* The commands that work on a configuration file and no daemon. Each returns the exit status. */
#ifndef VIPGATE_CTL_CONFIG_COMMANDS_H
#define VIPGATE_CTL_CONFIG_COMMANDS_H

#include "lib/conf/conf.h"

/* Prints every finding of FILE to standard error; 0 where none is an error, else 2. HERE: looks for what this machine
 * lacks, too, and 1 where it finds something. */
int config_check(const char *file, bool here);

/* Prints FILE in the encoding TO to standard output, without schema defaults and with its secrets; findings as
 * config_check. */
int config_convert(const char *file, enum conf_encoding to);

#endif
