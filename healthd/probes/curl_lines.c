#include "healthd/probes/curl_lines.h"

#include <stdio.h>
#include <stdlib.h>

void curl_lines_add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (!longer)
        abort();
    *list = longer;
}

void curl_lines_connect_to(struct curl_slist **list, const struct endpoint *target)
{
    char text[ENDPOINT_TEXT_SIZE], line[ENDPOINT_TEXT_SIZE + 2];

    endpoint_format(target, text, sizeof text);
    snprintf(line, sizeof line, "::%s", text);
    curl_lines_add(list, line);
}
