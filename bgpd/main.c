/* vipgate-bgpd: speaks BGP, and announces what is healthy. */
#include "bgpd/command.h"

int main(int argc, char **argv)
{
    static struct bgpd bgpd;

    return daemon_main(&bgpd.daemon, &bgpd_kind, bgpd_commands, argc, argv);
}
