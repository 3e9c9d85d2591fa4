#include "lib/kinds/curl_lines.h"

#include <stdio.h>
#include <string.h>

void curl_lines_add(struct curl_slist **list, const char *line, const struct kind_room *room)
{
    struct curl_slist *last = arena_alloc(room->arena, sizeof *last);

    if (!last)
        return;
    last->data = arena_text(room->arena, line, strlen(line));
    while (*list)
        list = &(*list)->next;
    if (last->data)
        *list = last;
}

void curl_lines_connect_to(struct curl_slist **list, const struct endpoint *target, const struct kind_room *room)
{
    char text[ENDPOINT_TEXT_SIZE], line[ENDPOINT_TEXT_SIZE + 2];

    endpoint_format(target, text, sizeof text);
    snprintf(line, sizeof line, "::%s", text);
    curl_lines_add(list, line, room);
}
