#include "lib/errno_text.h"

#include <bsd/string.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *errno_text(int error, char buffer[static ERRNO_TEXT_SIZE])
{
    char room[ERRNO_TEXT_SIZE];

    strlcpy(buffer, strerror_r(abs(error), room, sizeof room), ERRNO_TEXT_SIZE);
    if (!isupper((unsigned char)buffer[1])) /* but for "RFS …" and its like */
        buffer[0] = (char)tolower((unsigned char)buffer[0]);
    return buffer;
}
