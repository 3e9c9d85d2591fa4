/* What a type of the schema accepts, in words for people. */
#ifndef VIPGATE_LIB_CONF_TYPE_WORDS_H
#define VIPGATE_LIB_CONF_TYPE_WORDS_H

#include "lib/conf/nearest.h"

#include <libyang/libyang.h>
#include <stdbool.h>

enum { TYPE_WORDS_SIZE = 400 };

/* Writes what TYPE accepts, such as "a number from 1 to 65535", "one of text, json" or "a duration such as 250ms, 5s",
 * into BUFFER and returns it. Patterns are told by their error-message in the module. TEXT is the value that was
 * refused, or NULL: its length is spoken of only where it is wrong, or where there is nothing else to say. */
const char *type_words(const struct lysc_type *type, const char *text, char buffer[static TYPE_WORDS_SIZE]);

/* Offers the names of TYPE's enumerations. */
void type_offer_names(const struct lysc_type *type, struct nearest *nearest);

/* Whether TEXT is one of the names of TYPE's enumerations. */
bool type_has_name(const struct lysc_type *type, const char *text);

/* Whether TYPE is a prefix of ietf-inet-types. */
bool type_is_prefix(const struct lysc_type *type);

/* How RFC 7951 writes a value. */
enum json_form { JSON_FORM_STRING, JSON_FORM_NUMBER, JSON_FORM_LITERAL };

/* Whether values of TYPE, or of a member of it, are written in FORM. */
bool type_takes_form(const struct lysc_type *type, enum json_form form);

#endif
