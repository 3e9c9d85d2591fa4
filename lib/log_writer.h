/*
 * Takes lines to a descriptor that may block: a pipe that nobody reads, a console, a disk that hangs. A thread of its
 * own waits in write(2); the caller never does, and a line for which there is no room is lost and counted.
 * The descriptor's flags stay as they are: O_NONBLOCK belongs to the open file, which other programs share.
 */
#ifndef VIPGATE_LIB_LOG_WRITER_H
#define VIPGATE_LIB_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What may wait to be written, and the size of a line with its newline. */
enum { LOG_WRITER_MAX = 4 * 1024 * 1024, LOG_WRITER_LINE_SIZE = 4096 };

struct log_writer;

/* Writes into LINE that COUNT lines are lost, newline included, and returns its length. ERROR is the negative errno of
 * the write that failed, 0 where nobody read. Called in the writer's thread. */
typedef size_t log_writer_lost(uint64_t count, int error, char *line, size_t size);

/* For FD, which stays the caller's and must stay open. NULL when out of memory. It is never freed: its thread may wait
 * in write(2) for as long as the process lives. */
struct log_writer *log_writer_new(int fd, log_writer_lost *lost);

/* Leaves LINE of SIZE bytes, which ends with a newline, to be written after those before it. Never waits. Once a line
 * was lost others are, too, until all that wait have been written: then the number is said in their place. */
void log_writer_put(struct log_writer *writer, const char *line, size_t size);

/* Waits until all is written, for TIMEOUT_MS at most. Whether it is. */
bool log_writer_flush(struct log_writer *writer, unsigned timeout_ms);

#endif
