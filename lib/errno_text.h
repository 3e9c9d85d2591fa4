/* The kernel's words for an error. */
#ifndef VIPGATE_LIB_ERRNO_TEXT_H
#define VIPGATE_LIB_ERRNO_TEXT_H

enum { ERRNO_TEXT_SIZE = 96 };

/* "connection refused": the words for ERROR, an errno or its negative, fit for the middle of a line, in BUFFER, which
 * is returned. */
const char *errno_text(int error, char buffer[static ERRNO_TEXT_SIZE]);

#endif
