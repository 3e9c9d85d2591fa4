/* The lists of lines that libcurl takes: headers, and where to connect. Settings are made at start-up or reload, where
 * memory that is out ends the program; see settings.h. */
#ifndef VIPGATE_HEALTHD_PROBES_CURL_LINES_H
#define VIPGATE_HEALTHD_PROBES_CURL_LINES_H

#include "healthd/endpoint.h"

#include <curl/curl.h>

/* Adds a copy of LINE to *LIST, which curl_slist_free_all releases. */
void curl_lines_add(struct curl_slist **list, const char *line);

/* Adds the line for CURLOPT_CONNECT_TO that leads to TARGET, whatever the URL says. */
void curl_lines_connect_to(struct curl_slist **list, const struct endpoint *target);

#endif
