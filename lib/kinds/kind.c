#include "lib/kinds/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KIND_ROW(name) {#name, sizeof(struct name##_settings), configure_##name},
static const struct kind kinds[] = {KINDS(KIND_ROW)};

void kind_complain(const struct kind_room *room, const struct lyd_node *node, const char *format, ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    room->complaint(node, message, room->user);
}

const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

const struct lyd_node *kind_node(const struct lyd_node *check)
{
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(check), node)
    {
        if (node->schema->parent->nodetype == LYS_CASE)
            return node;
    }
    return NULL;
}

void *kind_configure(const struct kind *kind, const struct lyd_node *node, const struct kind_room *room)
{
    void *settings = arena_alloc(room->arena, kind->settings_size);
    bool sound = settings && kind->configure(settings, node, room);

    if (room->arena->failed)
        kind_complain(room, node, "out of memory");
    return sound && !room->arena->failed ? settings : NULL;
}
