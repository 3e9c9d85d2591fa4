/* The schema, of which every statement is a node: what stands where, of which type, and what that accepts, in words. */
#ifndef VIPGATE_LIB_CONF_SCHEMA_H
#define VIPGATE_LIB_CONF_SCHEMA_H

#include "lib/conf/nearest.h"

#include <libyang/libyang.h>
#include <stdbool.h>

/* The child NAME of the schema node PARENT that can be configured, choices looked through; PARENT NULL: at the top. */
const struct lysc_node *schema_child(const struct lys_module *module, const struct lysc_node *parent, const char *name);

/* The next one after LAST (NULL: the first) of those; to list them. */
const struct lysc_node *schema_next(const struct lys_module *module, const struct lysc_node *parent,
                                    const struct lysc_node *last);

/* Whether SCHEMA is ANCESTOR or within it. */
bool schema_is_in(const struct lysc_node *schema, const struct lysc_node *ancestor);

/* The argument of our extension NAME at SCHEMA; NULL: it does not have it. */
const char *schema_extension(const struct lysc_node *schema, const char *name);

/* The type of a leaf or leaf-list. */
const struct lysc_type *schema_type(const struct lysc_node *schema);

/* The choice that SCHEMA is a case of; NULL: of none. libyang puts a case between them even where the module omits
 * it. */
const struct lysc_node *schema_choice(const struct lysc_node *schema);

/* ---- types ---- */

enum { TYPE_WORDS_SIZE = 400 };

/* Writes what TYPE accepts, such as "a number from 1 to 65535", "one of text, json" or "a duration such as 250ms, 5s",
 * into BUFFER and returns it. A pattern is described by its error-message in the module. TEXT is the value that
 * was refused, or NULL: the length is mentioned only where it is wrong, or where there is nothing else to say. */
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
