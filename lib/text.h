/* Text fit to be shown: what came from outside or was cut to a buffer as valid UTF-8 on one line; errors in words. */
#ifndef VIPGATE_LIB_TEXT_H
#define VIPGATE_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of the UTF-8 character at TEXT (RFC 3629: no overlong form, no surrogate), or 0 where there is none. */
size_t text_utf8_length(const char *text);

/* The same, 0 also for a control character and the noncharacters that YANG strings exclude. */
size_t text_clean_length(const char *text);

/* Whether TEXT is valid UTF-8 without control characters. */
bool text_is_clean(const char *text);

/* Replaces, in place, each octet that is not so with '?'. */
void text_clean(char *text);

/* The ending of a noun after COUNT: "1 check", "2 checks". */
static inline const char *text_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

enum { ERRNO_TEXT_SIZE = 96 };

/* "connection refused": the words for ERROR, an errno or its negative, fit for the middle of a line, in BUFFER, which
 * is returned. */
const char *errno_text(int error, char buffer[static ERRNO_TEXT_SIZE]);

#endif
