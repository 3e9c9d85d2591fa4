#include "bgpd/session/md5_drops.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNTERS "/proc/net/netstat"

enum { COUNTERS_SIZE = 16 * 1024, AGE_MS = 100 };

/* The next word of a line, or false at its end. */
static bool next_word(const char **cursor, const char **word, size_t *length)
{
    *word = *cursor + strspn(*cursor, " ");
    *length = strcspn(*word, " \n");
    *cursor = *word + *length;
    return *length > 0;
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

/* A line of names, and below it one of their values. */
bool md5_drops_parse(const char *text, struct md5_drops *drops)
{
    const char *names = strstr(text, "TcpExt:"), *values = names ? strstr(names + 1, "TcpExt:") : NULL;
    const char *name, *value;
    size_t name_length, value_length;
    unsigned found = 0;

    while (values && next_word(&names, &name, &name_length) && next_word(&values, &value, &value_length)) {
        uint64_t *counter = is_word(name, name_length, "TCPMD5NotFound")     ? &drops->missing
                            : is_word(name, name_length, "TCPMD5Unexpected") ? &drops->unexpected
                            : is_word(name, name_length, "TCPMD5Failure")    ? &drops->wrong
                                                                             : NULL;
        if (!counter)
            continue;
        *counter = strtoull(value, NULL, 10);
        found++;
    }
    return found == 3;
}

struct md5_drops md5_drops_read(uint64_t now_ms)
{
    static char text[COUNTERS_SIZE];
    static struct md5_drops drops;
    static uint64_t read_ms;

    if (read_ms && now_ms - read_ms < AGE_MS)
        return drops;
    int fd = open(COUNTERS, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[size > 0 ? size : 0] = '\0';
    read_ms = now_ms;
    if (!md5_drops_parse(text, &drops))
        drops = (struct md5_drops){0};
    return drops;
}
