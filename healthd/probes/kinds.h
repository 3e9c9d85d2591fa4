/* The probe of each kind, a file or folder beside this. */
#ifndef VIPGATE_HEALTHD_PROBES_KINDS_H
#define VIPGATE_HEALTHD_PROBES_KINDS_H

#include "healthd/probe/probe.h"
#include "lib/kinds/kind.h"

#define PROBE_DECLARE(name) extern const struct probe_kind probe_##name;
KINDS(PROBE_DECLARE)

/* The kind of that name; NULL where there is none. */
const struct probe_kind *probe_kind_find(const char *name);

#endif
