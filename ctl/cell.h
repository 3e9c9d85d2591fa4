/* From a node of a state document to the text that a person reads. */
#ifndef VIPGATE_CTL_CELL_H
#define VIPGATE_CTL_CELL_H

#include "lib/json_tree.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CELL_SIZE = 4096, AGE_SIZE = 32 };

enum cell_color { COLOR_NONE, COLOR_GOOD, COLOR_BAD, COLOR_UNSURE };

struct cell {
    char text[CELL_SIZE]; /* one line of clean UTF-8; empty: unknown */
    enum cell_color color;
    uint64_t now_us; /* real time, for ages */
};

/* Fills CELL, which is empty, from what lies at PATH ("prefixes/received") under ENTRY. */
typedef void cell_format(struct cell *cell, const struct json_node *entry, const char *path);

cell_format cell_text;    /* the value; a leaf-list as "a, b" */
cell_format cell_state;   /* the value, with the color of its meaning */
cell_format cell_yes;     /* boolean: "yes", "no" */
cell_format cell_percent; /* "50%" */
cell_format cell_age;     /* timestamp: how long ago, "2m13s" */
cell_format cell_seconds; /* seconds: "2m13s" */
cell_format cell_time;    /* timestamp: "2026-11-20 11:12:13.123Z" */
cell_format cell_clock;   /* the same without its year: "11-20 11:12:13.123Z" */
cell_format cell_latency; /* microseconds: "0.42ms", "1.50s" */
cell_format cell_members; /* all leafs of a container: "open 1, update 4" */

/* The first node at PATH under ENTRY, or NULL. */
const struct json_node *cell_node(const struct json_node *entry, const char *path);

/* Appends to the cell's text, cut at a character where it is full. */
void cell_add(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads an RFC 3339 time into microseconds since 1970; 0 where it is none. */
uint64_t time_parse(const char *text);

/* Writes a length of time in its two largest units, "45s", "2m13s", "3h04m", "5d02h", and returns BUFFER. */
const char *age_format(uint64_t seconds, char buffer[static AGE_SIZE]);

/* Columns that TEXT takes on a terminal: its characters. */
size_t text_width(const char *text);

#endif
