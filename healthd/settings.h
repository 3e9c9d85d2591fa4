/* Memory for what a configuration asks for. */
#ifndef VIPGATE_HEALTHD_SETTINGS_H
#define VIPGATE_HEALTHD_SETTINGS_H

#include <stddef.h>

/* calloc that aborts when out of memory: for a configuration, whose size the operator chose. */
void *settings_new(size_t size);

#endif
