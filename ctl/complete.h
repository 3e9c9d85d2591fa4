/* Completion for shells: `vipgate --complete WORD ...` prints what may stand at the place of the last word. */
#ifndef VIPGATE_CTL_COMPLETE_H
#define VIPGATE_CTL_COMPLETE_H

void complete_print(int count, char **words);

#endif
