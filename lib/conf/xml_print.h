/* A document as XML. */
#ifndef VIPGATE_LIB_CONF_XML_PRINT_H
#define VIPGATE_LIB_CONF_XML_PRINT_H

#include <libyang/libyang.h>

/* TREE with its siblings, without schema defaults. A carriage return, and a value of white space alone, stand as
 * references (XML 1.0 section 2.11), so that every reader gets back what was there. For the caller to free; NULL when
 * out of memory. */
char *xml_print(const struct lyd_node *tree);

#endif
