/* A tree of the schema in the text form. */
#ifndef VIPGATE_LIB_CONF_TEXT_PRINT_H
#define VIPGATE_LIB_CONF_TEXT_PRINT_H

#include <libyang/libyang.h>

/* TREE with its siblings, without schema defaults, in the order of the schema; text_read reads the same tree from it.
 * The caller frees the text; NULL when out of memory. */
char *text_print(const struct lyd_node *tree);

#endif
