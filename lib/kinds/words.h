/*
 * A command written as one string, split into words as a shell splits it (POSIX Shell Command Language, section 2.2),
 * with nothing expanded: space, tab and newline part words; within '' every character is itself; within "" a backslash
 * stands before ", \, $ and ` and is itself before any other; outside of both it takes the meaning of what follows.
 */
#ifndef VIPGATE_LIB_KINDS_WORDS_H
#define VIPGATE_LIB_KINDS_WORDS_H

#include "lib/arena.h"

/* Splits TEXT into the NULL-terminated *WORDS, which lie in ARENA. NULL, or what is wrong, as a static string; *WORDS
 * is NULL where memory ran out. */
const char *words_split(struct arena *arena, const char *text, char ***words);

#endif
