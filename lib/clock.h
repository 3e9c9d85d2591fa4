/*
 * Time and durations. Two clocks, never mixed: the monotonic one in milliseconds for timers and ages, the real one in
 * microseconds for what people read. Pure code takes either as an argument and reads neither.
 */
#ifndef VIPGATE_LIB_CLOCK_H
#define VIPGATE_LIB_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 32 };

/* CLOCK_MONOTONIC in milliseconds, and in microseconds. */
uint64_t clock_monotonic_ms(void);
uint64_t clock_monotonic_us(void);

/* CLOCK_REALTIME in microseconds since 1970. */
uint64_t clock_real_us(void);

/* Writes REAL_US as RFC 3339 in UTC with microseconds, "2026-11-20T11:12:13.000001Z", and returns BUFFER. */
const char *clock_format(uint64_t real_us, char buffer[static CLOCK_TEXT_SIZE]);

/* Reads "250ms", "5s", "3m", "1h" into milliseconds. False, and *MS untouched, for anything else. */
bool duration_parse(const char *text, uint64_t *ms);

/* Writes MS in the largest unit that holds it exactly, and returns BUFFER. */
const char *duration_format(uint64_t ms, char buffer[static CLOCK_TEXT_SIZE]);

/* MS with jitter: a value from 75 % to 100 % of it, as RFC 4271 section 10 has it. RANDOM is any random number. */
uint64_t duration_jitter(uint64_t ms, uint32_t random);

#endif
