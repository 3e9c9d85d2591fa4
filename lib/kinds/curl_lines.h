/* The lists of lines that libcurl takes: headers, and where to connect. They lie in the arena: not for
 * curl_slist_free_all. */
#ifndef VIPGATE_LIB_KINDS_CURL_LINES_H
#define VIPGATE_LIB_KINDS_CURL_LINES_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

#include <curl/curl.h>

/* Adds a copy of LINE to *LIST. */
void curl_lines_add(struct curl_slist **list, const char *line, const struct kind_room *room);

/* Adds the line for CURLOPT_CONNECT_TO that leads to TARGET, whatever the URL says. */
void curl_lines_connect_to(struct curl_slist **list, const struct endpoint *target, const struct kind_room *room);

#endif
