#include "healthd/settings.h"

#include <stdlib.h>

void *settings_new(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        abort();
    return memory;
}
