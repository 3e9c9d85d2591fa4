#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t read_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_monotonic_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

uint64_t clock_real_us(void)
{
    return read_us(CLOCK_REALTIME);
}

const char *clock_format(uint64_t real_us, char buffer[static CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(real_us / 1000000);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    size_t length = strftime(buffer, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(buffer + length, CLOCK_TEXT_SIZE - length, ".%06uZ", (unsigned)(real_us % 1000000));
    return buffer;
}

static const struct {
    const char *name;
    uint64_t ms;
} units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

bool duration_parse(const char *text, uint64_t *ms)
{
    char *end;

    if (text[0] < '0' || text[0] > '9' || strlen(text) > 11)
        return false;
    unsigned long long number = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].name) == 0) {
            *ms = number * units[i].ms;
            return true;
        }
    }
    return false;
}

const char *duration_format(uint64_t ms, char buffer[static CLOCK_TEXT_SIZE])
{
    size_t i = 0;

    if (ms == 0)
        return strcpy(buffer, "0s");
    while (ms % units[i].ms != 0)
        i++;
    snprintf(buffer, CLOCK_TEXT_SIZE, "%" PRIu64 "%s", ms / units[i].ms, units[i].name);
    return buffer;
}

uint64_t duration_jitter(uint64_t ms, uint32_t random)
{
    return ms - ms / 4 * (random % 1024) / 1023;
}
