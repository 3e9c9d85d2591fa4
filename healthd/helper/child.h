/* What the helper's children do: a command each, or looking at files. They may wait for as long as it takes. */
#ifndef VIPGATE_HEALTHD_HELPER_CHILD_H
#define VIPGATE_HEALTHD_HELPER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The helper's sockets, both close-on-exec. */
struct child_room {
    int orders, looks;
    pid_t parent;
};

/* A command to run. */
struct child_task {
    uint32_t id;
    const char *user; /* "": as we are */
    char **words;     /* NULL-terminated, into the message */
    int output;
};

/* Reads the user and COUNT words between TEXT and END. False where they are not there, or memory is not. Undo with
 * child_task_clear in either case. */
bool child_task_read(struct child_task *task, size_t count, char *text, const char *end);
void child_task_clear(struct child_task *task);

/* Becomes the command, or says why not. */
_Noreturn void child_run(const struct child_room *room, const struct child_task *task);

/* Answers the questions of room->looks until there are no more. */
_Noreturn void child_look(const struct child_room *room);

#endif
