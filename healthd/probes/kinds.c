#include "healthd/probes/kinds.h"

#include <string.h>

#define PROBE_POINTER(name) &probe_##name,
static const struct probe_kind *const kinds[] = {KINDS(PROBE_POINTER) NULL};

const struct probe_kind *probe_kind_find(const char *name)
{
    const struct probe_kind *const *kind = kinds;

    while (*kind && strcmp((*kind)->name, name) != 0)
        kind++;
    return *kind;
}
