/* Strings, numbers and literals of JSON (RFC 8259), each into an argument with its place. */
#ifndef VIPGATE_LIB_CONF_JSON_LEX_H
#define VIPGATE_LIB_CONF_JSON_LEX_H

#include "lib/conf/cursor.h"
#include "lib/conf/statement.h"

struct json_reader {
    struct document *document;
    struct cursor cursor;
    bool failed; /* the syntax is broken, which was reported: nothing more is read */
};

/* Reports what is wrong at PLACE, and stops. */
void json_fail(struct json_reader *reader, struct place place, const char *message);

void json_skip_space(struct json_reader *reader);

/* Skips space and takes BYTE if it is next. */
bool json_take(struct json_reader *reader, char byte);

/* Reads the string whose quote is next; NULL, and reported, where it is none. */
const char *json_string(struct json_reader *reader);

/* Reads a string, number, true, false or null; NULL, and reported, where none is next. */
struct argument *json_scalar(struct json_reader *reader);

#endif
