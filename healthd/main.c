/* vipgate-healthd: probes, and says what is healthy. */
#include "healthd/command.h"
#include "healthd/helper/helper.h"

#include <string.h>

int main(int argc, char **argv)
{
    static struct healthd healthd;

    if (argc == 2 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
        return helper_serve();
    return daemon_main(&healthd.daemon, &healthd_kind, healthd_commands, argc, argv);
}
