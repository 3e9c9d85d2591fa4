/* How far work has come that is done in pieces, a piece in one turn of the loop. */
#ifndef VIPGATE_LIB_DAEMON_STEP_H
#define VIPGATE_LIB_DAEMON_STEP_H

enum step { STEP_DONE, STEP_MORE, STEP_FAILED };

#endif
