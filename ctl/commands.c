/* The command table. A new command is one row here and its handler. */
#include "ctl/command.h"
#include "ctl/handlers.h"
#include "ctl/query.h"
#include "ctl/views.h"

#include <string.h>

int handle_version(const struct invocation *invocation)
{
    (void)invocation;
    puts("vipgate " VIPGATE_VERSION);
    return STATUS_DONE;
}

int handle_neighbor(const struct invocation *invocation)
{
    const char *action = command_argument(invocation, "up|down|reset|refresh");
    const char *message = command_argument(invocation, "--message");
    const struct member members[] = {{"remote-address", command_argument(invocation, "ADDRESS"), false},
                                     {"action", action, false},
                                     {"message", message, false}};

    if (message && strcmp(action, "down") != 0 && strcmp(action, "reset") != 0) {
        complain("unexpected --message: '%s' sends the neighbor no text; 'down' and 'reset' do", action);
        return STATUS_USAGE;
    }
    return query(invocation, "bgpd", request_build("neighbor", members, sizeof members / sizeof *members),
                 ANSWER_TIMEOUT_MS, query_ignore, NULL);
}

const struct command commands[] = {
    {"run", "-c FILE", "run both daemons, supervised, in the foreground",
     "Starts vipgate-healthd and vipgate-bgpd and starts one that ends again, after 200ms, doubling up\n"
     "to 10s while it keeps ending. SIGHUP is passed on: reload. SIGTERM or Ctrl-C stops both, bgpd\n"
     "first, and ends with 0. A configuration that is wrong at the start ends it with 2.",
     handle_run, NULL},
    {"config check", "FILE [--here]", "validate a configuration file",
     "Prints every error and warning with its place. Exit status 2 if there is an error. --here also looks for\n"
     "what this machine lacks, a file or an interface; exit status 1 if something is missing.",
     handle_config_check, NULL},
    {"config convert", "FILE --to text|json|xml", "print a configuration file in another encoding",
     "The encoding of FILE follows from its suffix: .json, .xml, any other is text.", handle_config_convert, NULL},
    {"status", "[--check] [--watch [DURATION]]", "one screen: site, daemons, neighbors, VIPs, checks, last events",
     "If one daemon does not answer, the other's part is shown, and the exit status is 3.\n"
     "--check prints what is wrong instead, and exits with 1 if anything is: a daemon missing, the lease expired;\n"
     "a neighbor not established and not shut down; a VIP pending, waiting, degraded or withdrawn; a check\n"
     "down or unknown. What an operator set so is printed and does not count. 3: no daemon answers.",
     handle_status, NULL},
    {"show neighbors", "[--watch [DURATION]]", "all BGP neighbors", NULL, handle_show_list, &view_neighbors},
    {"show neighbor", "ADDRESS [--watch [DURATION]]", "all about one neighbor's session", NULL, handle_show_entry,
     &view_neighbors},
    {"show advertised-routes", "[neighbor ADDRESS] [--watch [DURATION]]",
     "what neighbors were sent, and whether their TCP has it",
     "DELIVERY is queued (not written yet), sent, or acknowledged by the TCP of the neighbor.", handle_show_list,
     &view_advertised},
    {"show received-routes", "[neighbor ADDRESS] [ADDRESS|PREFIX] [--watch [DURATION]]",
     "what neighbors sent and was kept",
     "The neighbor's leaf 'import' decides what is kept; 'show neighbor' counts all of it. Sorted by neighbor and\n"
     "prefix. Of an ADDRESS: each neighbor's longest prefix that holds it.",
     handle_show_received, NULL},
    {"show vips", "[--watch [DURATION]]", "all VIPs", NULL, handle_show_list, &view_vips},
    {"show vip", "PREFIX [--watch [DURATION]]", "all about one VIP", NULL, handle_show_entry, &view_vips},
    {"show checks", "[--watch [DURATION]]", "all checks", NULL, handle_show_list, &view_checks},
    {"show check", "NAME [--watch [DURATION]]", "all about one check", NULL, handle_show_entry, &view_checks},
    {"show events", "[--last N] [--follow] [--watch [DURATION]]", "what happened, with its causes",
     "Both daemons' events by time. --follow goes on until Ctrl-C; --last 0 --follow shows new ones only.",
     handle_show_events, NULL},
    {"show config", "[--watch [DURATION]]", "the running configuration, secrets left out", NULL, handle_show_config,
     NULL},
    {"why", "PREFIX", "the chain of causes behind what is announced now",
     "From the VIP back to the probe that decided it, with the last events about it.", handle_why, NULL},
    {"check run", "NAME", "probe now, print the result",
     "The run counts like any other. The exit status is 0 whatever the outcome; LAST OUTCOME says it.",
     handle_check_run, NULL},
    {"neighbor", "ADDRESS up|down|reset|refresh [--message TEXT]", "steer one neighbor's session",
     "down keeps the session down until up; reset closes it, and it comes back; both send TEXT (RFC 9003).\n"
     "refresh asks the neighbor for its routes again (RFC 2918).",
     handle_neighbor, NULL},
    {"reload", "", "read the configuration file again",
     "Each daemon takes all of the file or nothing. bgpd is asked first: a file that is wrong, or that it cannot\n"
     "apply, is refused there, every error is printed, and nothing was touched. Exit status 2: the file is wrong.",
     handle_reload, NULL},
    {"version", "", "the version of this program", NULL, handle_version, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
