/* Walking the schema, of which every statement is a node: what stands where, and of which type. */
#ifndef VIPGATE_LIB_CONF_SCHEMA_H
#define VIPGATE_LIB_CONF_SCHEMA_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* The child NAME of the schema node PARENT that can be configured, choices looked through; PARENT NULL: at the top. */
const struct lysc_node *schema_child(const struct lys_module *module, const struct lysc_node *parent, const char *name);

/* The next one after LAST (NULL: the first) of those; to list them. */
const struct lysc_node *schema_next(const struct lys_module *module, const struct lysc_node *parent,
                                    const struct lysc_node *last);

/* Whether SCHEMA is ANCESTOR or stands in it. */
bool schema_is_in(const struct lysc_node *schema, const struct lysc_node *ancestor);

/* The argument of our extension NAME at SCHEMA; NULL: it does not have it. */
const char *schema_extension(const struct lysc_node *schema, const char *name);

/* The type of a leaf or leaf-list. */
const struct lysc_type *schema_type(const struct lysc_node *schema);

/* The choice that SCHEMA is a case of; NULL: of none. libyang puts a case between them also where the module leaves it
 * out. */
const struct lysc_node *schema_choice(const struct lysc_node *schema);

#endif
