#include "ctl/handlers.h"

int handle_version(const struct invocation *invocation)
{
    (void)invocation;
    puts("vipgate " VIPGATE_VERSION);
    return STATUS_DONE;
}
