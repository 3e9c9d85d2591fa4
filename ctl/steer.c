/* The commands that change something, or make something happen. */
#include "ctl/handlers.h"
#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { CHECK_RUN_TIMEOUT_MS = 120 * 1000 };

int handle_check_run(const struct invocation *invocation)
{
    const char *name = command_argument(invocation, "NAME");
    const struct member members[] = {{"name", name, false}};

    return show_page(invocation, "healthd", &view_checks, name, request_build("check-run", members, COUNT(members)),
                     CHECK_RUN_TIMEOUT_MS);
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
    return query(invocation, "bgpd", request_build("neighbor", members, COUNT(members)), ANSWER_TIMEOUT_MS,
                 query_ignore, NULL);
}
